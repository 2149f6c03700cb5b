"""Records (counts, harvests, calibrations) as plain JSON values (docs/reference/json.md)."""

from __future__ import annotations

from labsvc.model.document import Json, figure, moment
from labsvc.model.run import (
    CalibrationRun,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Measure,
    Reading,
    Record,
)


def record_document(record: Record) -> Json:
    """One record as ``labsvc driver parse --json`` prints it."""
    match record:
        case CountRun():
            return _count_document(record)
        case HarvestRun():
            return _harvest_document(record)
        case CalibrationRun():
            return _calibration_document(record)


def _count_document(run: CountRun) -> Json:
    return {
        "kind": "count",
        "run_key": run.run_key,
        "instrument": _instrument_document(run.instrument),
        "program": {"number": run.program.number, "name": run.program.name},
        "counted_at": moment(run.counted_at),
        "counted_at_text": run.counted_at_text,
        "readings": [reading_document(reading) for reading in run.readings],
        "warnings": list(run.warnings),
        "extras": dict(run.extras),
    }


def _instrument_document(instrument: Instrument) -> Json:
    return {
        "vendor": instrument.vendor,
        "model": instrument.model,
        "serial_number": instrument.serial_number,
        "software": instrument.software,
    }


def reading_document(reading: Reading) -> Json:
    """One reading as a record's document has it."""
    quench = reading.quench
    return {
        "plate": reading.plate,
        "plate_id": reading.plate_id,
        "rack": reading.rack,
        "position": reading.position,
        "sample": reading.sample,
        "order": reading.order,
        "cycle": reading.cycle,
        "repeat": reading.repeat,
        "live_time_s": figure(reading.live_time_s),
        "counted_at": moment(reading.counted_at),
        "state": reading.state.value,
        "flags": list(reading.flags),
        "quench": {"kind": quench.kind, "value": figure(quench.value)} if quench else None,
        "channels": [_channel_document(channel) for channel in reading.channels],
        "extras": dict(reading.extras),
    }


def _channel_document(channel: Channel) -> Json:
    return {
        "name": channel.name,
        "nuclide": channel.nuclide,
        "counts": figure(channel.counts),
        "cpm": figure(channel.cpm),
        "dpm": figure(channel.dpm),
        "error_2sigma_percent": figure(channel.error_2sigma_percent),
        "efficiency_percent": figure(channel.efficiency_percent),
        "corrected": list(channel.corrected),
    }


def _harvest_document(run: HarvestRun) -> Json:
    return {
        "kind": "harvest",
        "run_key": run.run_key,
        "plate_id": run.plate_id,
        "step": run.step,
        "filter_id": run.filter_id,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at),
        "program": run.program,
        "washes": [
            {"volume_ml": figure(wash.volume_ml), "seconds": figure(wash.seconds)}
            for wash in run.washes or ()
        ],
        "washes_told": run.washes is not None,
        "orientation": run.orientation,
        "operator": run.operator,
        "extras": dict(run.extras),
    }


def _calibration_document(run: CalibrationRun) -> Json:
    return {
        "kind": "calibration",
        "run_key": run.run_key,
        "instrument": _instrument_document(run.instrument),
        "performed_at": moment(run.performed_at),
        "performed_at_text": run.performed_at_text,
        "measures": [_measure_document(measure) for measure in run.measures],
        "warnings": list(run.warnings),
        "extras": dict(run.extras),
    }


def _measure_document(measure: Measure) -> Json:
    return {
        "name": measure.name,
        "nuclide": measure.nuclide,
        "region": measure.region,
        "value": figure(measure.value),
        "unit": measure.unit,
        "limits": measure.limits,
        "passed": measure.passed,
        "performed_at": moment(measure.performed_at),
        "performed_at_text": measure.performed_at_text,
    }

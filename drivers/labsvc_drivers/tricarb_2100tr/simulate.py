"""The same dialect written: what the counter sends for runs and calibrations, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from labsvc.driver import CalibrationRun, Channel, CountRun, Measure, Reading, Record, State
from labsvc_drivers.tricarb_2100tr.calibration import MARK, SECTIONS, Figure, written
from labsvc_drivers.tricarb_2100tr.clock import printed
from labsvc_drivers.tricarb_2100tr.report import REGIONS

FAULTS = ("truncated", "duplicated", "wrong_clock", "noise")
_HEADER = "{},0,0,tSIE/AEC,2.0,18.6,0.00,1.0,18.6,156.0,0.00,1.0,156.0,2000.0,0.00"
_CLOCK = datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001
_NOISE = b"POWER FAILURE\r\n"


def write_stream(records: Sequence[Record], *, fault: str | None = None) -> bytes:
    """The bytes on the line for these records.

    ValueError for an unknown fault, a harvest, and a calibration without a figure that this
    counter prints.
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    late = timedelta(days=364) if fault == "wrong_clock" else timedelta()
    content = "".join(_sent(record, late) for record in records).encode("ascii", "replace")
    match fault:
        case "truncated":
            return content[:-20]
        case "duplicated":
            return content + content
        case "noise":
            return _NOISE + content
    return content


def _sent(record: Record, late: timedelta) -> str:
    match record:
        case CountRun():
            return _run(record, late)
        case CalibrationRun():
            return "".join(f"{line}\r\n" for line in _report(record, late))
    raise ValueError("a counter writes runs and calibrations; this is a harvest")


def _run(run: CountRun, late: timedelta) -> str:
    protocol = _protocol(run)
    header = run.extras.get("Header", _HEADER.format(protocol))
    return f"{header}\r\n{''.join(_readings(run, protocol, late))}{protocol},EOP\r\n"


def _report(run: CalibrationRun, late: timedelta) -> Iterator[str]:
    """Section by section; a measure without a time of its own has the time of the whole."""
    left = list(run.measures)
    for title, figures in SECTIONS.items():
        taken = [_taken(left, figure) for figure in figures]
        at = taken[0].performed_at or run.performed_at or _CLOCK
        yield f"{title} {MARK} - {printed(at - late)}"
        for figure, measure in zip(figures, taken, strict=True):
            yield written(figure, measure.value, measure.region)


def _taken(left: list[Measure], figure: Figure) -> Measure:
    """The next measure of that name and nuclide, taken out of those that are left."""
    for place, one in enumerate(left):
        if (one.name, one.nuclide) == (figure.name, figure.nuclide):
            return left.pop(place)
    raise ValueError(f"this counter prints {figure.words!r}; the record has no such measure")


def _protocol(run: CountRun) -> str:
    number = run.program.number or ""
    return number if number.isdecimal() and len(number) <= 2 else "1"


def _readings(run: CountRun, protocol: str, late: timedelta) -> Iterator[str]:
    """Empty places are not sent; a vial without a time of its own gets one after its forerunner."""
    clock = run.counted_at or _CLOCK
    for reading in run.readings:
        if reading.state is State.NOT_COUNTED:
            continue
        minutes = (reading.live_time_s or 60.0) / 60
        clock = reading.counted_at or clock
        yield _reading(reading._replace(counted_at=clock - late), protocol, minutes)
        clock += timedelta(minutes=minutes + 1)


def _reading(reading: Reading, protocol: str, minutes: float) -> str:
    assert reading.counted_at is not None
    position = reading.position if reading.position.isdecimal() else str(reading.order)
    rack = reading.rack if reading.rack and reading.rack.isdecimal() else "1"
    quench = reading.quench.value if reading.quench else 0.0
    figures = ",".join(_print(value) for value in (minutes, *_cpm(reading), quench))
    return f"{protocol},{rack},{position},{figures},{printed(reading.counted_at)}"


def _cpm(reading: Reading) -> Iterator[float]:
    """Three windows; a run of another counter has one channel, which is window A."""
    named = {channel.name: channel for channel in reading.channels}
    if not named.keys() & set(REGIONS) and reading.channels:
        named = {"A": reading.channels[0]}
    return (named.get(region, Channel(region)).cpm or 0.0 for region in REGIONS)


def _print(value: float) -> str:
    """``1.`` for whole numbers, else up to four decimals."""
    return f"{value:.4f}".rstrip("0")

"""The experiments in a run: one for each plate, or the whole rack, in each cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.run import CountRun, Reading


def units(run: CountRun, capture: Capture, driver: str, zone: tzinfo) -> tuple[Unit, ...]:
    """The experiments in a run: in each cycle one for each plate, or for the whole rack."""
    parts: dict[tuple[int, int | None], list[Reading]] = {}
    for reading in run.readings:
        parts.setdefault((reading.cycle, reading.plate), []).append(reading)
    if not parts:
        parts[1, None] = []
    ordered = sorted(parts, key=lambda part: (part[0], part[1] or 0))
    return tuple(
        Unit(
            run=run,
            driver=driver,
            file_name=capture.name,
            plate=plate,
            plate_id=_printed_identity(parts[cycle, plate]),
            readings=tuple(parts[cycle, plate]),
            counted_at=_counted_at(run, parts[cycle, plate], zone),
            received_at=capture.received_at,
            simulated=capture.simulated,
            source=capture.source,
            cycle=cycle,
        )
        for cycle, plate in ordered
    )


def beside(unit: Unit) -> tuple[Unit, ...]:
    """The other plates of the unit's run in its cycle, with what people have masked in them."""
    if unit.plate is None:
        return ()
    parts: dict[int, list[Reading]] = {}
    for reading in unit.run.readings:
        if reading.cycle == unit.cycle and reading.plate not in (None, unit.plate):
            parts.setdefault(reading.plate or 0, []).append(reading)
    return tuple(
        replace(
            unit,
            plate=plate,
            plate_id=_printed_identity(parts[plate]),
            readings=tuple(parts[plate]),
            masks=unit.masks_beside.get(plate, ()),
            masks_beside={},
        )
        for plate in sorted(parts)
    )


def _printed_identity(readings: Sequence[Reading]) -> str | None:
    """The name that the report gives the plate; None where it gives none, or several."""
    identities = {reading.plate_id for reading in readings if reading.plate_id}
    return identities.pop() if len(identities) == 1 else None


def _counted_at(run: CountRun, readings: Sequence[Reading], zone: tzinfo) -> datetime | None:
    """When the run began; a later cycle at its first reading, where the counter tells that."""
    if not readings or readings[0].cycle == 1:
        return _zoned(run.counted_at, zone)
    known = [one.counted_at for one in readings if one.counted_at is not None]
    return _zoned(min(known, default=run.counted_at), zone)


def _zoned(naive: datetime | None, zone: tzinfo) -> datetime | None:
    return naive.replace(tzinfo=zone) if naive is not None else None

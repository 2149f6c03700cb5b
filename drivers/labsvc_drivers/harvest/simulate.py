"""The same CSV written: by a simulated harvester, and by ``labsvc step``."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

from labsvc.driver import HarvestRun, Record
from labsvc_drivers.harvest.report import COLUMNS, END, UNTIL_END

FAULTS = ("truncated", "duplicated", "wrong_clock", "decimal_comma")


def write_events(records: Sequence[Record], *, fault: str | None = None) -> bytes:
    """The CSV of these events; ValueError for a count run or an unknown fault."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    events = [record for record in records if isinstance(record, HarvestRun)]
    if len(events) != len(records):
        raise ValueError("a harvest file holds bench events; this is a count run")
    if fault == "wrong_clock":
        events = [_a_year_behind(event) for event in events]
    if fault == "duplicated":
        events = events * 2
    text = _text(events, comma=fault == "decimal_comma")
    content = text.encode("utf-8")
    return content[: len(content) - len(END) - 10] if fault == "truncated" else content


def _a_year_behind(event: HarvestRun) -> HarvestRun:
    late = timedelta(days=364)
    return replace(
        event,
        started_at=event.started_at - late if event.started_at else None,
        ended_at=event.ended_at - late if event.ended_at else None,
    )


def _text(events: Sequence[HarvestRun], *, comma: bool) -> str:
    others = sorted({name for event in events for name in event.extras})
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    quoting = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    out.write(f"{UNTIL_END}\r\n")
    writer.writerow([*COLUMNS, *others])
    for event in events:
        cells = [*_cells(event, comma=comma), *(event.extras.get(name, "") for name in others)]
        # A row that begins with the mark of a comment would be passed over: quotes keep it a row.
        (quoting if event.plate_id.startswith("#") else writer).writerow(cells)
    out.write(f"{END}\r\n")
    return out.getvalue()


def _cells(event: HarvestRun, *, comma: bool) -> list[str]:
    washes = event.washes
    if len(set(washes or ())) > 1:
        raise ValueError(f"the washes of {event.plate_id!r} differ; a row holds one kind of wash")
    wash = washes[0] if washes else None
    volume = _amount(wash.volume_ml if wash else None)
    return [
        event.plate_id,
        event.step,
        _time(event.started_at),
        _time(event.ended_at),
        event.filter_id or "",
        event.program or "",
        "" if washes is None else str(len(washes)),
        volume.replace(".", ",") if comma else volume,
        _amount(wash.seconds if wash else None),
        event.orientation or "",
        event.operator or "",
    ]


def _time(moment: datetime | None) -> str:
    """``2026-03-02 11:05:00``: the local clock, without a zone."""
    return moment.replace(tzinfo=None).isoformat(sep=" ") if moment else ""


def _amount(value: float | None) -> str:
    return "" if value is None else repr(float(value))

"""From the parts of a table to runs: readings, what the head says, and which run it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from labsvc.driver.packing import Packings, packed, packed_records
from labsvc.driver.tables.cells import Row, Sheet, block
from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.grid import read_grids
from labsvc.driver.tables.labels import labelled
from labsvc.driver.tables.listing import Header, read_listing
from labsvc.driver.tables.moments import moment, why_unread
from labsvc.driver.tables.places import grid_readings
from labsvc.driver.tables.rows import placed
from labsvc.driver.tables.spec import RUN_FIELDS, TableSpec
from labsvc.errors import ParseError
from labsvc.model.run import CountRun, Instrument, Program, Reading, Record

_KEY = (*RUN_FIELDS, "serial_number", "counted_at")


@dataclass(frozen=True, slots=True)
class Said:
    """What the file says of the whole run, by field, as it is printed."""

    fields: Mapping[str, Value]
    extras: Mapping[str, str]
    readings: Sequence[Reading]
    unread: str | None
    """The first date of a reading that is not read as a time."""


def list_runs(sheet: Sheet, header: Header, spec: TableSpec) -> Sequence[Record]:
    """The runs of a list: one for each program and run id that its columns name."""
    listing = read_listing(sheet, header, spec)
    head = labelled((*listing.head, *listing.foot), spec.labels)
    readings = Packings[tuple[str, ...], Reading]()
    dated: dict[tuple[str, ...], Value] = {}
    unread: dict[tuple[str, ...], str] = {}
    for one in placed(listing, head, spec):
        readings.append(one.run, one.reading)
        if one.run not in dated and spelled(one.counted_at):
            dated[one.run] = one.counted_at
        if one.unread:
            unread.setdefault(one.run, spelled(one.counted_at))
    extras = _kept(
        {
            "head": listing.head,
            "header": [sheet.rows[header.index]],
            **{f"plate {n}": [row] for n, row in listing.markers.items()},
            "skipped": listing.skipped,
            "foot": listing.foot,
        }.items()
    )
    return packed_records(
        _run(Said({**_columns(run, dated.get(run)), **head}, extras, found, unread.get(run)), spec)
        for run, found in readings.items()
    )


def _columns(run: Sequence[str], dated: Value | None) -> dict[str, Value]:
    """What the columns say of the run; its date is that of its first reading with one."""
    pairs = zip(RUN_FIELDS, run, strict=True)
    columns: dict[str, Value] = {field: text for field, text in pairs if text}
    return columns if dated is None else {**columns, "counted_at": dated}


def grid_runs(sheet: Sheet, spec: TableSpec) -> Sequence[Record]:
    """The one run of a file of grids."""
    grids, foot = read_grids(sheet, spec)
    whole = {field: names for field, names in spec.labels.items() if field != "plate_id"}
    beside = (row for grid in grids for row in grid.above)
    head = labelled(chain(beside, foot), whole)
    above = ((f"above {n}", one.above) for n, one in enumerate(grids, 1))
    extras = _kept(chain(above, [("foot", foot)]))
    return (_run(Said(head, extras, packed(grid_readings(grids, spec)), None), spec),)


def _kept(parts: Iterable[tuple[str, Sequence[Row]]]) -> dict[str, str]:
    """The rows that are no readings, as they stand; parts without any text are left out."""
    found = {}
    for name, rows in parts:
        last = max((n for n, row in enumerate(rows, 1) if not row.blank), default=0)
        if last:
            found[name] = block(map(_trimmed, rows[:last]) if name == "foot" else rows)
    return found


def _trimmed(row: Row) -> Row:
    """Without blank cells at the end: an end mark whose separators were cut off is still whole."""
    last = max((n for n, cell in enumerate(row.cells, 1) if spelled(cell)), default=0)
    return Row(row.line, row.cells[:last])


def _run(said: Said, spec: TableSpec) -> CountRun:
    texts = {field: spelled(value) for field, value in said.fields.items()}
    when = said.fields.get("counted_at")
    counted_at = None
    if when is not None and texts["counted_at"]:
        counted_at = moment(when, spec.date_order, spec.date_format, line=1, what="the run's date")
    told = texts if counted_at is None else {**texts, "counted_at": counted_at.isoformat()}
    return CountRun(
        run_key=_run_key(told, said.readings, spec),
        instrument=Instrument(
            spec.vendor, spec.model, texts.get("serial_number"), texts.get("software")
        ),
        readings=said.readings,
        program=Program(texts.get("program_number"), texts.get("program_name")),
        counted_at=counted_at,
        counted_at_text=texts.get("counted_at"),
        warnings=tuple(_warnings(said, texts, counted_at, spec)),
        extras=_extras(said, texts),
    )


def _extras(said: Said, texts: Mapping[str, str]) -> dict[str, str]:
    run_id = {"run_id": texts["run_id"]} if "run_id" in texts else {}
    return {**run_id, **said.extras}


def _run_key(texts: Mapping[str, str], readings: Sequence[Reading], spec: TableSpec) -> str:
    """What makes this run itself; its first reading where the file says nothing of it."""
    missing = [part for part in spec.run_key if part not in texts]
    if missing:
        raise ParseError(f"the file does not say its {missing[0]}, which is part of the run's key")
    parts = [f"{part}={texts[part]}" for part in spec.run_key or _KEY if part in texts]
    if not parts:
        first = readings[0]
        content = repr((first.rack, first.position, first.sample, first.channels))
        parts = [f"first reading {hashlib.sha256(content.encode()).hexdigest()[:16]}"]
    return " ".join((spec.name, *parts))


def _warnings(
    said: Said, texts: Mapping[str, str], counted_at: datetime | None, spec: TableSpec
) -> Iterator[str]:
    if not any(part in texts for part in _KEY):
        yield (
            "the file says neither date nor run id: what tells this run from another is its first "
            "reading alone"
        )
    if said.unread or (counted_at is None and "counted_at" in texts):
        text = said.unread or texts.get("counted_at", "")
        why = why_unread(text, spec.date_order, spec.date_format)
        yield f"the date {text!r} is not read as a time: {why}"

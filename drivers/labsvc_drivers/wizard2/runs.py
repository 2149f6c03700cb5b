"""From the table to runs: one for each Run ID and protocol, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from labsvc.driver import Channel, CountRun, Instrument, ParseError, Program, Reading, number
from labsvc_drivers.wizard2.report import (
    COUNTS,
    CPM,
    ERROR,
    MARK,
    POSITION,
    PROTOCOL_ID,
    PROTOCOL_NAME,
    RACK,
    RUN_ID,
    SAMPLE,
    SECONDS,
    TIME_OF_DAY,
    Row,
    Table,
)

_TIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", re.ASCII)
_COMPLETED = "0"
_IN_FIELDS = {PROTOCOL_ID, PROTOCOL_NAME, TIME_OF_DAY, RUN_ID, RACK, POSITION, SECONDS, SAMPLE}
STATUS = "Completion status"


def runs(table: Table) -> tuple[CountRun, ...]:
    """Every run in the table; ParseError where a tube stands twice or a cell is no figure."""
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in table.rows:
        key = (row.cells[RUN_ID], row.cells[PROTOCOL_ID], row.cells.get(PROTOCOL_NAME, ""))
        grouped.setdefault(key, []).append(row)
    return tuple(_run(table, rows) for rows in grouped.values())


def _run(table: Table, rows: Sequence[Row]) -> CountRun:
    cells = rows[0].cells
    run_id, protocol, when = cells[RUN_ID].strip(), cells[PROTOCOL_ID].strip(), cells[TIME_OF_DAY]
    return CountRun(
        run_key=f"wizard2 {run_id} {protocol} {when.strip()}",
        instrument=Instrument("PerkinElmer"),
        readings=tuple(_readings(table, rows)),
        program=Program(protocol or None, cells.get(PROTOCOL_NAME, "").strip() or None),
        counted_at=_moment(rows[0]),
        counted_at_text=when,
        warnings=tuple(_warnings(rows)),
        extras={RUN_ID: run_id, "columns": table.header},
    )


def _readings(table: Table, rows: Sequence[Row]) -> Iterator[Reading]:
    """A tube met again at another time is its next repeat; at the same time, a damaged file."""
    times: dict[tuple[str, str], list[str]] = {}
    for order, row in enumerate(rows, 1):
        place, when = (row.cells[RACK].strip(), row.cells[POSITION].strip()), row.cells[TIME_OF_DAY]
        seen = times.setdefault(place, [])
        if when in seen or "" in place:
            raise ParseError(
                f"rack {place[0]!r} position {place[1]!r} at {when} stands twice or is blank; "
                "the file was edited or damaged: export the run again",
                line=row.line,
            )
        seen.append(when)
        yield _reading(table, row, order, repeat=len(seen))


def _reading(table: Table, row: Row, order: int, *, repeat: int) -> Reading:
    marked = any(row.cells.get(nuclide + MARK, "").strip() for nuclide in table.nuclides)
    return Reading(
        position=row.cells[POSITION].strip(),
        order=order,
        channels=tuple(_channel(row, nuclide) for nuclide in table.nuclides),
        rack=row.cells[RACK].strip(),
        sample=row.cells.get(SAMPLE, "").strip() or None,
        repeat=repeat,
        live_time_s=number(row.cells[SECONDS], line=row.line, what=SECONDS),
        counted_at=_moment(row),
        flags=("instrument_flag",) if marked else (),
        extras=_extras(table, row),
    )


def _channel(row: Row, nuclide: str) -> Channel:
    """Background and detector levelling are inside CPM already, dead time inside Counts."""
    counts = row.cells.get(nuclide + COUNTS)
    return Channel(
        name=nuclide,
        nuclide=nuclide,
        counts=None if counts is None else number(counts, line=row.line, what=nuclide + COUNTS),
        cpm=number(row.cells[nuclide + CPM], line=row.line, what=nuclide + CPM),
        corrected=("background", "efficiency"),
    )


def _extras(table: Table, row: Row) -> dict[str, str]:
    """Everything else that is printed; ``Error %`` too: which error it is, is not known."""
    for nuclide in table.nuclides:
        if nuclide + ERROR in row.cells:
            number(row.cells[nuclide + ERROR], line=row.line, what=nuclide + ERROR)
    used = _IN_FIELDS | {nuclide + end for nuclide in table.nuclides for end in (COUNTS, CPM)}
    return {
        name: cell.strip() for name, cell in row.cells.items() if name not in used and cell.strip()
    }


def _moment(row: Row) -> datetime:
    text = row.cells[TIME_OF_DAY].strip()
    try:
        if _TIME.match(text):
            return datetime.fromisoformat(text)
        why = "expected a time such as 2024-03-06 12:42:48"
    except ValueError as error:
        why = str(error)
    raise ParseError(f"found {text!r} in {TIME_OF_DAY!r}: {why}", line=row.line)


def _warnings(rows: Sequence[Row]) -> Iterator[str]:
    odd = [row.cells for row in rows if row.cells.get(STATUS, _COMPLETED).strip() != _COMPLETED]
    if odd:
        first = odd[0]
        yield (
            f"completion status other than 0 for {len(odd)} of {len(rows)} tubes (the first: rack "
            f"{first[RACK]} position {first[POSITION]}, status {first[STATUS]!r}); what it means "
            "is not known to this driver"
        )

"""From the table to runs: one for each Run ID and protocol, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.driver import (
    Channel,
    CountRun,
    Instrument,
    Packings,
    ParseError,
    Program,
    Reading,
    Record,
    Visits,
    number,
    packed_records,
)
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

_Key = tuple[str, str, str]
"""What a run's rows have in common: run id, protocol, its name."""


def runs(table: Table) -> Sequence[Record]:
    """Every run in the table; ParseError where a tube stands twice or a cell is no figure."""
    heads: dict[_Key, _Head] = {}
    readings, visits = Packings[_Key, Reading](), Visits()
    for row in table.rows:
        key = (row.cells[RUN_ID], row.cells[PROTOCOL_ID], row.cells.get(PROTOCOL_NAME, ""))
        head = heads.get(key)
        if head is None:
            head = heads[key] = _Head(table, row)
        head.count += 1
        repeat = _visit(visits, key, row)
        readings.append(key, _reading(table, row, head.count, repeat=repeat))
        head.look_at(row)
    return packed_records(heads[key].run(found) for key, found in readings.items())


def _visit(visits: Visits, key: _Key, row: Row) -> int:
    """A tube met again at another time is its next repeat; at the same time, a damaged file."""
    rack, position = row.cells[RACK].strip(), row.cells[POSITION].strip()
    when = row.cells[TIME_OF_DAY]
    repeat = visits.count((key, rack), position, when)
    if not repeat or not rack or not position:
        raise ParseError(
            f"rack {rack!r} position {position!r} at {when} stands twice or is blank; "
            "the file was edited or damaged: export the run again",
            line=row.line,
        )
    return repeat


@dataclass(slots=True)
class _Head:
    """A run but for its readings: of its rows the first, and the first odd one, are kept."""

    table: Table
    first: Row
    count: int = 0
    odd: int = 0
    first_odd: Row | None = None

    def look_at(self, row: Row) -> None:
        if row.cells.get(STATUS, _COMPLETED).strip() != _COMPLETED:
            self.odd += 1
            self.first_odd = self.first_odd or row

    def run(self, readings: Sequence[Reading]) -> CountRun:
        cells = self.first.cells
        run_id, protocol = cells[RUN_ID].strip(), cells[PROTOCOL_ID].strip()
        when = cells[TIME_OF_DAY]
        return CountRun(
            run_key=f"wizard2 {run_id} {protocol} {when.strip()}",
            instrument=Instrument("PerkinElmer"),
            readings=readings,
            program=Program(protocol or None, cells.get(PROTOCOL_NAME, "").strip() or None),
            counted_at=_moment(self.first),
            counted_at_text=when,
            warnings=self._warnings(),
            extras={RUN_ID: run_id, "columns": self.table.header},
        )

    def _warnings(self) -> tuple[str, ...]:
        if self.first_odd is None:
            return ()
        first = self.first_odd.cells
        warning = (
            f"completion status other than 0 for {self.odd} of {self.count} tubes (the "
            f"first: rack {first[RACK]} position {first[POSITION]}, status {first[STATUS]!r}); "
            "what it means is not known to this driver"
        )
        return (warning,)


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

"""From the table to runs: one for each Run ID and protocol, in the order of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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
    grouped: dict[tuple[str, str, str], _Run] = {}
    for row in table.rows:
        key = (row.cells[RUN_ID], row.cells[PROTOCOL_ID], row.cells.get(PROTOCOL_NAME, ""))
        if key not in grouped:
            grouped[key] = _Run(table, row)
        grouped[key].take(row)
    return tuple(run.whole() for run in grouped.values())


@dataclass(slots=True)
class _Run:
    """A run that grows row by row; of the rows only the first, and the first odd one, are kept."""

    table: Table
    first: Row
    readings: list[Reading] = field(default_factory=list)
    times: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    odd: int = 0
    first_odd: Row | None = None

    def take(self, row: Row) -> None:
        """A tube met again at another time is its next repeat; at the same time, a damaged file."""
        place, when = (row.cells[RACK].strip(), row.cells[POSITION].strip()), row.cells[TIME_OF_DAY]
        seen = self.times.setdefault(place, [])
        if when in seen or "" in place:
            raise ParseError(
                f"rack {place[0]!r} position {place[1]!r} at {when} stands twice or is blank; "
                "the file was edited or damaged: export the run again",
                line=row.line,
            )
        seen.append(when)
        order = len(self.readings) + 1
        self.readings.append(_reading(self.table, row, order, repeat=len(seen)))
        if row.cells.get(STATUS, _COMPLETED).strip() != _COMPLETED:
            self.odd += 1
            self.first_odd = self.first_odd or row

    def whole(self) -> CountRun:
        cells = self.first.cells
        run_id, protocol = cells[RUN_ID].strip(), cells[PROTOCOL_ID].strip()
        when = cells[TIME_OF_DAY]
        return CountRun(
            run_key=f"wizard2 {run_id} {protocol} {when.strip()}",
            instrument=Instrument("PerkinElmer"),
            readings=tuple(self.readings),
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
            f"completion status other than 0 for {self.odd} of {len(self.readings)} tubes (the "
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

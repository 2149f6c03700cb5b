"""From the rows of a list to readings, each with what its row says of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from labsvc.driver.places import Visits
from labsvc.driver.tables import moments
from labsvc.driver.tables.figures import Value, figure, spelled, whole
from labsvc.driver.tables.listing import Header, Line, Listing
from labsvc.driver.tables.measured import Place, measured
from labsvc.driver.tables.moments import moment
from labsvc.driver.tables.spec import RUN_FIELDS, TableSpec
from labsvc.errors import ParseError
from labsvc.model.plate import canonical
from labsvc.model.run import Quench, Reading


@dataclass(frozen=True, slots=True)
class Placed:
    """A reading; ``run`` are the cells of its row that name the run, ``counted_at`` its date.

    ``unread``: there is a date that is not read as a time.
    """

    reading: Reading
    run: tuple[str, ...]
    counted_at: Value
    unread: bool


def placed(listing: Listing, head: Mapping[str, Value], spec: TableSpec) -> Iterator[Placed]:
    """Every row as a reading; ParseError for a place that stands twice at one time."""
    seen = Visits()
    orders: dict[tuple[str, ...], int] = {}
    for line in listing.lines:
        cells = _Cells(line, listing.header, spec)
        run = tuple(cells.text(field) for field in RUN_FIELDS)
        orders[run] = orders.get(run, 0) + 1
        reading = cells.reading(orders[run], plate_id=spelled(head.get("plate_id", "")))
        yield Placed(_once(reading, run, seen, cells), run, cells.when(), cells.unread())


def _once(reading: Reading, run: tuple[str, ...], seen: Visits, cells: _Cells) -> Reading:
    """A place met again at another time is its next repeat; at the same time, a damaged file."""
    told = cells.has("repeat")
    group = (run, reading.plate, reading.plate_id, reading.rack, reading.cycle)
    now = spelled(cells.when())
    visit = seen.count((*group, reading.repeat if told else 0), reading.position, now)
    if visit == 0 or (visit > 1 and (told or not now)):
        raise ParseError(
            f"position {reading.position!r} stands twice: the file was edited or damaged, or a "
            "column that tells the two apart (plate, rack, repeat) is not named in the driver",
            line=cells.line,
        )
    return reading if told or reading.repeat == visit else reading._replace(repeat=visit)


class _Cells:
    """One row, its cells by field."""

    def __init__(self, line: Line, header: Header, spec: TableSpec) -> None:
        self._row, self._header, self._spec = line, header, spec
        self.line = line.row.line
        self._when = self._dated()

    def has(self, field: str) -> bool:
        return field in self._header.fields

    def value(self, field: str) -> Value:
        column = self._header.fields.get(field)
        return "" if column is None else self._row.row.cells[column]

    def text(self, field: str) -> str:
        return spelled(self.value(field))

    def when(self) -> Value:
        """Date and clock time, which may stand in two columns."""
        return self._when

    def _dated(self) -> Value:
        when, clock = self.value("counted_at"), self.text("clock")
        day = spelled(when.date().isoformat() if isinstance(when, datetime) else when)
        return f"{day} {clock}" if clock and day else when

    def unread(self) -> bool:
        when = self.when()
        return _is_given(when, self._spec) and self._at is None

    def reading(self, order: int, *, plate_id: str) -> Reading:
        found = measured(self._figures(), self._spec, self.line)
        return Reading(
            position=self._position(),
            order=order,
            channels=found.channels,
            plate=self._whole("plate", self._row.plate),
            plate_id=self.text("plate_id") or plate_id or None,
            rack=self.text("rack") or None,
            sample=self.text("sample") or None,
            cycle=self._whole("cycle", None) or 1,
            repeat=self._whole("repeat", None) or 1,
            live_time_s=self._live_time(),
            counted_at=self._at,
            state=found.state,
            quench=self._quench(),
            extras=self._unread(found.marks),
        )

    def _figures(self) -> dict[Place, tuple[str, Value]]:
        names, cells = self._header.names, self._row.row.cells
        return {place: (names[c], cells[c]) for place, c in self._header.places.items()}

    def _position(self) -> str:
        text = self.text("position")
        if not text:
            raise ParseError(
                "found no position in this row; expected a well or rack place. If such rows are "
                "no readings, say so (skip)",
                line=self.line,
            )
        try:
            return canonical(text)
        except ValueError:
            return text

    def _whole(self, field: str, otherwise: int | None) -> int | None:
        value = self.value(field)
        return whole(value, line=self.line, what=field) if spelled(value) else otherwise

    def _live_time(self) -> float | None:
        found = self._number("live_time")
        return None if found is None else round(found * self._spec.live_time_unit_s, 6)

    def _quench(self) -> Quench | None:
        found = self._number("quench")
        kind = self._spec.quench_kind
        return None if found is None or kind is None else Quench(kind, found)

    def _number(self, field: str) -> float | None:
        if not _is_given(self.value(field), self._spec):
            return None
        return figure(self.value(field), self._spec.decimal, line=self.line, what=field)

    @cached_property
    def _at(self) -> datetime | None:
        when, spec = self.when(), self._spec
        if not _is_given(when, spec):
            return None
        return moment(when, spec.date_order, spec.date_format, line=self.line, what="a date")

    def _unread(self, marks: Mapping[str, str]) -> dict[str, str]:
        """Cells that have no field, and what was printed in place of a figure or date."""
        header = self._header
        read = {*header.fields.values(), *header.places.values()}
        kept = {
            header.names[column]: spelled(cell)
            for column, cell in enumerate(self._row.row.cells)
            if column not in read and spelled(cell)
        }
        if self._is_spelled_otherwise():
            kept |= {
                header.names[header.fields[field]]: self.text(field)
                for field in ("counted_at", "clock")
                if self.text(field)
            }
        return {**kept, **marks}

    def _is_spelled_otherwise(self) -> bool:
        """Whether the date is printed in other words than its time would be written in."""
        when, moment_, spec = self.when(), self._at, self._spec
        if isinstance(when, datetime) and moment_ is not None:
            return False
        written = (
            "" if moment_ is None else moments.written(moment_, spec.date_order, spec.date_format)
        )
        return spelled(when) != written


def _is_given(value: Value, spec: TableSpec) -> bool:
    return bool(spelled(value)) and spelled(value) not in spec.not_counted

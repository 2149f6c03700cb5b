"""A list: a row of column names somewhere, and below it one row for each vial or well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from labsvc.driver.packing import packed
from labsvc.driver.tables.cells import MAX_COLUMNS, Row, Sheet, matches, name, printed, said
from labsvc.driver.tables.figures import spelled
from labsvc.driver.tables.measured import Place
from labsvc.driver.tables.spec import Names, TableSpec
from labsvc.errors import ParseError

HEADER_WITHIN = 300
"""Rows of the table among which the column names are looked for."""


@dataclass(frozen=True, slots=True)
class Header:
    """The row of column names. ``fields`` and ``places`` give the column (from 0) of each."""

    index: int
    names: Names
    fields: Mapping[str, int]
    places: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is a reading, and the plate that a marker above it named."""

    row: Row
    plate: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The table cut into its parts. ``markers`` holds the marker row of each plate."""

    header: Header
    head: tuple[Row, ...]
    lines: Sequence[Line]
    markers: Mapping[int, Row]
    skipped: tuple[Row, ...]
    foot: tuple[Row, ...]


def find_header(rows: Sequence[Row], spec: TableSpec) -> Header | None:
    """The first row that has every column the spec demands; None when there is none.

    ParseError where two columns of that row are meant by the same field.
    """
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        found = {name(cell) for cell in row.cells} - {""}
        if _is_header(found, spec):
            return _header(index, row, spec)
    return None


def _is_header(found: set[str], spec: TableSpec) -> bool:
    if any(name(one) not in found for one in spec.header):
        return False
    channels = [[n for names in one.quantities.values() for n in names] for one in spec.channels]
    needed = [spec.columns.get("position", ()), *channels]
    return all(any(name(one) in found for one in names) for names in needed)


def _header(index: int, row: Row, spec: TableSpec) -> Header:
    given = [name(cell) for cell in row.cells]
    fields = {
        field: column
        for field, names in spec.columns.items()
        if (column := _column(given, names, field, row)) is not None
    }
    places = {
        (number, quantity): column
        for number, channel in enumerate(spec.channels)
        for quantity, names in channel.quantities.items()
        if (column := _column(given, names, quantity, row)) is not None
    }
    return Header(index, _unique(row), fields, places)


def _column(given: Sequence[str], names: Names, what: str, row: Row) -> int | None:
    wanted = {name(one) for one in names}
    found = [column for column, one in enumerate(given) if one in wanted]
    if len(found) > 1:
        twice = " and ".join(repr(spelled(row.cells[column])) for column in found)
        raise ParseError(f"the columns {twice} are both meant as {what}", line=row.line)
    return found[0] if found else None


def _unique(row: Row) -> Names:
    """The names as printed; a nameless column is ``column 3``, a second CPM is ``CPM (2)``."""
    names: list[str] = []
    for number, cell in enumerate(row.cells, 1):
        text = base = spelled(cell) or f"column {number}"
        for again in range(2, MAX_COLUMNS):
            if text not in names:
                break
            text = f"{base} ({again})"
        names.append(text)
    return tuple(names)


def read_listing(sheet: Sheet, header: Header, spec: TableSpec) -> Listing:
    """The parts of the table; ParseError for a row that is not whole."""
    top = sheet.rows[header.index]
    head = tuple(sheet.rows[: header.index])
    plate, markers = first_plate(head, spec)
    beside = _Beside(plate, markers)
    below = islice(sheet.rows, header.index + 1, None)
    lines = packed(_lines(below, top, header, spec, beside, padded=sheet.workbook))
    if not lines:
        raise ParseError("there is no row of readings below the column names", line=top.line)
    return Listing(header, head, lines, markers, tuple(beside.skipped), beside.foot)


@dataclass(slots=True)
class _Beside:
    """What is found below the column names beside the readings."""

    plate: int | None
    markers: dict[int, Row]
    skipped: list[Row] = field(default_factory=list)
    foot: tuple[Row, ...] = ()


def _lines(
    rows: Iterator[Row], top: Row, header: Header, spec: TableSpec, beside: _Beside, *, padded: bool
) -> Iterator[Line]:
    """The rows that are readings, up to the end of the run."""
    head = printed(top)
    for row in rows:
        if matches(spec.end, row):
            beside.foot = _foot(row, rows)
            return
        if row.blank or printed(row) == head:
            continue
        if found := matches(spec.plate_marker, row):
            beside.plate = plate_number(found, beside.plate)
            beside.markers[beside.plate] = row
        elif _is_skipped(row, header, spec):
            beside.skipped.append(row)
        else:
            yield Line(_whole(row, header, padded=padded), beside.plate)


def _foot(end: Row, rows: Iterator[Row]) -> tuple[Row, ...]:
    more = next((row for row in rows if not row.blank), None)
    if more is not None:
        raise ParseError(
            f"found {said(more)[:80]!r} below the end of the run in line {end.line}; expected "
            "nothing more",
            line=more.line,
        )
    return (end,)


def plate_number(found: re.Match[str], before: int | None) -> int:
    """The number in the first group of a plate's marker, else the next one."""
    text = next((one for one in found.groups() if one), "")
    if text.isascii() and text.isdigit() and int(text[:6]) > 0:
        return int(text[:6])
    return (before or 0) + 1


def first_plate(head: Sequence[Row], spec: TableSpec) -> tuple[int | None, dict[int, Row]]:
    plate, markers = None, {}
    for row in head:
        if found := matches(spec.plate_marker, row):
            plate = plate_number(found, plate)
            markers = {plate: row}
    return plate, markers


def _is_skipped(row: Row, header: Header, spec: TableSpec) -> bool:
    if any(matches(pattern, row) for pattern in spec.skip):
        return True
    column = header.fields.get("position")
    if column is None or not spec.skip_without_position:
        return False
    return column >= len(row.cells) or not spelled(row.cells[column])


def _whole(row: Row, header: Header, *, padded: bool) -> Row:
    """The row at the header's width; ParseError when it is narrower, or wider with text.

    ``padded``: a sheet of a workbook leaves out the blank cells at the end of a row.
    """
    width, cells = len(header.names), row.cells
    if padded:
        cells = (*cells, *[""] * (width - len(cells)))
    if len(cells) > width and not any(map(spelled, cells[width:])):
        cells = cells[:width]
    if len(cells) == width:
        return Row(row.line, cells)
    why = "the row was cut short, or is no reading (see skip)"
    if len(cells) > width:
        why = "an unquoted separator or decimal comma splits a cell, or it is no reading (see skip)"
    raise ParseError(
        f"found {len(row.cells)} cells in {said(row)[:120]!r}, the column names are {width}: {why}",
        line=row.line,
    )

"""The table: its column names, and what each line below them is."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labsvc.driver import Lines, ParseError
from labsvc_drivers.tricarb.preamble import is_warning

STARS = re.compile(r"^\*+$")
_MISSING = re.compile(r"^Missing vial (\d{1,6})\.$")
_NUMBER = re.compile(r"^[0-9]{1,6}$")
_FIGURE = re.compile(r"^-?\d+(?:\.(\d+))?$")
_FULL_STARS = "*****"


@dataclass(frozen=True, slots=True)
class Row:
    """A counted vial: its ``S#`` and what was printed under each column name."""

    number: int
    cells: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class Missing:
    """``Missing vial 5.``: a place that held no vial."""

    number: int


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of the vials above: no reading of its own."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning line between the rows."""

    text: str


@dataclass(frozen=True, slots=True)
class Unended:
    """The last line is whole as far as can be told, but has no line end."""


Entry = Row | Missing | Average | Warned | Unended


def read_columns(lines: Lines) -> tuple[str, ...]:
    """The column names, as printed, in their printed order."""
    header = lines.pop("the line that names the columns (S#, ...)")
    names = tuple(name.strip() for name in header.split(","))
    if lines.peek() is None:
        raise ParseError(
            f"the report ends inside its column names {header[:60]!r}; it was cut short or is "
            "still being written",
            line=lines.line,
        )
    if len(names) == 1 or "S#" not in names:
        raise ParseError(
            f"found the column names {header[:60]!r}; expected them separated by commas: have "
            "QuantaSmart write the comma-delimited report",
            line=lines.line,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParseError(f"the column {twice[0]!r} occurs twice", line=lines.line)
    return names


def read_entries(lines: Lines, columns: tuple[str, ...]) -> Iterator[Entry]:
    """Each line of the table in turn; ParseError for a line that is none of the known kinds."""
    earlier: set[int | None] = set()
    while lines.peek() is not None:
        line = lines.pop("a row")
        if not line.strip() or _cells(line) == columns:
            continue
        entry = _entry(line, columns, lines)
        if lines.peek() is None:
            _check_whole(line, entry, earlier, lines.line)
            yield entry
            yield Unended()
            return
        if isinstance(entry, Row):
            earlier |= _places(entry.cells[columns[-1]])
        yield entry


def _entry(line: str, columns: tuple[str, ...], lines: Lines) -> Entry:
    if match := _MISSING.match(line.strip()):
        return Missing(int(match[1]))
    if is_warning(line):
        return Warned(line.strip())
    cells = _cells(line)
    if len(cells) != len(columns):
        raise ParseError(_why_not_a_row(line, cells, columns, lines), line=lines.line)
    return _row(dict(zip(columns, cells, strict=True)), lines.line)


def _cells(line: str) -> tuple[str, ...]:
    """The fields of a row; quotes, which a spreadsheet may have added, are taken off."""
    if '"' not in line:
        return tuple(cell.strip() for cell in line.split(","))
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line])))
    except csv.Error:
        return (line,)


def _row(cells: dict[str, str], line: int) -> Row | Average:
    number = cells["S#"]
    if _NUMBER.match(number):
        return Row(int(number), cells, line)
    if not number and (not cells.get("Count Time") or cells.get("MESSAGES") == "A"):
        return Average()
    raise ParseError(f"found {number!r} under S#; expected the sample's number", line=line)


def _why_not_a_row(
    line: str, cells: tuple[str, ...], columns: tuple[str, ...], lines: Lines
) -> str:
    found = f"found {line[:80]!r}, {len(cells)} fields where the header names {len(columns)}"
    if lines.peek() is None:
        return f"{found}, and no line end: the report was cut short or is still being written"
    if len(cells) > len(columns):
        return (
            f"{found}: decimal commas, or a comma in a sample's name, cannot be told from the "
            "commas between the columns; set the counter's computer to decimal points, or take "
            "the comma out of the name, and export again"
        )
    return f"{found}; expected a row, 'Missing vial n.' or a warning"


def _check_whole(line: str, entry: Entry, earlier: set[int | None], number: int) -> None:
    """Refuse a last line without a line end unless it cannot be the beginning of a longer one.

    ``Missing vial n.`` and warnings end in a full stop. A row is whole when its last figure has as
    many decimals as that column has in every row above, or is ``0`` in a column of whole numbers.
    """
    if isinstance(entry, Missing) or (isinstance(entry, Warned) and line.endswith(".")):
        return
    last = line.rpartition(",")[2]
    if isinstance(entry, Row) and _cannot_go_on(last, earlier):
        return
    raise ParseError(
        f"the report ends at {line[-40:]!r} without a line end, and the last field may not be "
        "whole; the report was cut short or is still being written",
        line=number,
    )


def _places(cell: str) -> set[int | None]:
    """How many decimals the cell has; none at all where it is stars."""
    return set() if STARS.match(cell) else {_decimals(cell)}


def _cannot_go_on(last: str, places: set[int | None]) -> bool:
    if len(places) != 1 or None in places:
        return False
    if last == _FULL_STARS:
        return True
    return last == "0" if places == {0} else {_decimals(last)} == places


def _decimals(figure: str) -> int | None:
    match = _FIGURE.match(figure)
    return None if match is None else len(match[1] or "")

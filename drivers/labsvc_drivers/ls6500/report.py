"""What the two kinds of file share: a heading of labels, then a table below one row of names.

A                    E                       label in the first column, its value from E on
Data Capture Date    20 Oct 2014 15:20:50
User Number          4
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from labsvc.driver import Instrument, ParseError, Program
from labsvc_drivers.ls6500.biff4 import Cell, Cells

DATE, FILE_NAME = "Data Capture Date", "User Filename"
USER_NUMBER, USER_ID = "User Number", "User Id"
INSTRUMENT, SPECTRUM = "Instrument Type", "Spectrum Type"
SAM, RACK, MINUTES, ELAPSED, LUMINESCENCE = "Sam", "Rack", "Time", "ElTime", "LumEx"
UNTAGGED = "**"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)", re.ASCII)
_PLACE = re.compile(r"(\*\*|[A-Za-z0-9]{1,4})-(\d{1,3})", re.ASCII)
_NOTHING = 1e-300

Row = Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Entry:
    """A label's values, left to right, blank ones too, and its row (from 1)."""

    values: tuple[Cell, ...]
    line: int

    @property
    def text(self) -> str:
        return ", ".join(filter(None, map(spelled, self.values)))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The heading by label, the row of column names, and the rows below it, by row from 1."""

    heading: Mapping[str, Entry]
    names: Row
    names_line: int
    table: Mapping[int, Row]

    def text(self, label: str) -> str:
        """What stands beside the label; ParseError when the label is not there."""
        return self.entry(label).text

    def entry(self, label: str) -> Entry:
        if label not in self.heading:
            raise ParseError(f"the label {label!r} is missing above the table; export it again")
        return self.heading[label]


def read_sheet(cells: Cells, first_name: str) -> Sheet:
    """The sheet cut in two at the row whose first cell is ``first_name``."""
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(cells.items()):
        rows.setdefault(row, {})[column] = cell
    top = next((row for row, found in rows.items() if found.get(0) == first_name), None)
    if top is None:
        raise ParseError(f"no row begins with {first_name!r}; expected it above the table")
    heading = {str(found[0]): _entry(found, row) for row, found in rows.items()
               if row < top and 0 in found}  # fmt: skip
    table = {row + 1: found for row, found in rows.items() if row > top and _holds(found)}
    return Sheet(heading, rows[top], top + 1, table)


def _entry(found: Row, row: int) -> Entry:
    return Entry(tuple(cell for column, cell in found.items() if column > 0), row + 1)


def _holds(found: Row) -> bool:
    return any(spelled(cell) for cell in found.values())


def figure(cell: Cell | None, *, line: int, what: str) -> float | None:
    """A number cell, as the counter had it; None for a blank cell and for the denormal.

    ParseError for a text: no column of figures has been seen to hold one.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        raise ParseError(f"found {cell!r} where {what} (a number) was expected", line=line)
    return None if 0 < abs(cell) < _NOTHING else shortest(cell)


def shortest(value: float) -> float:
    """The shortest decimal that is this 32-bit float: 140119.796875 was 140119.8.

    A value that is none (more than 24 bits long) is given as it stands.
    """
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        return value
    if struct.unpack("<f", packed)[0] != value:
        return value
    candidates = (float(f"{value:.{digits}g}") for digits in range(6, 9))
    return next((one for one in candidates if _packs_to(one, packed)), value)


def _packs_to(value: float, packed: bytes) -> bool:
    try:
        return struct.pack("<f", value) == packed
    except OverflowError:
        return False


def spelled(cell: Cell) -> str:
    """A cell as a person would write it: texts stripped, whole figures without a point."""
    if isinstance(cell, str):
        return cell.strip()
    if 0 < abs(cell) < _NOTHING:
        return ""
    value = shortest(cell)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def moment(entry: Entry) -> datetime:
    """``20 Oct 2014 15:20:50``, with English months whatever the computer's language."""
    found = _DATE.fullmatch(entry.text)
    if found is None or found[2] not in MONTHS:
        raise ParseError(
            f"found {entry.text!r} beside {DATE!r}; expected a time such as '20 Oct 2014 15:20:50'",
            line=entry.line,
        )
    day, year, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6))
    try:
        return datetime(year, MONTHS.index(found[2]) + 1, day, hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        raise ParseError(f"found {entry.text!r}: {error}", line=entry.line) from None


def place(text: str, *, line: int) -> tuple[str | None, str]:
    """``1-3`` is rack 1, place 3; ``**-3`` is place 3 of a rack without a number tag (None)."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ParseError(f"found {text!r} where a rack and place ('1-3') was expected", line=line)
    return (None if found[1] == UNTAGGED else found[1]), found[2]


def program(sheet: Sheet) -> Program:
    """The user program; one file prints its number as 04, the other as 4."""
    number = sheet.text(USER_NUMBER)
    named = sheet.heading.get(USER_ID)
    return Program(number.lstrip("0") or number or None, (named.text if named else "") or None)


def instrument(sheet: Sheet) -> Instrument:
    printed = sheet.heading.get(INSTRUMENT)
    return Instrument("Beckman Coulter", model=(printed.text if printed else "") or None)


def extras(sheet: Sheet, used: frozenset[str]) -> dict[str, str]:
    """Every label whose value has no field of its own, where it is not blank."""
    return {
        label: entry.text
        for label, entry in sheet.heading.items()
        if label not in used and entry.text
    }

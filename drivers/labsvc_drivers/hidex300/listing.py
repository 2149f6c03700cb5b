"""The grammar of the list: a row of column names, then one row a count; no end mark.

    Pos;SampleType;Rpt;Time;CPMroi1;CPMroi2;QPE;QPI;TDCR;EndTime
    A01;Sample;1;60;41,97;3,02;781,44;372,1;0,583;17/03/2026 09:12:20

Known from other people's code alone. Parted by ``;`` or by ``,``; cells may be quoted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import Lines, ParseError, packed

POSITION, SAMPLE_TYPE, REPEAT, CYCLE = "Pos", "SampleType", "Rpt", "Cycle"
END_TIME = "EndTime"
REQUIRED = (POSITION, SAMPLE_TYPE, REPEAT, END_TIME)
CPM = re.compile(r"^CPM(?:roi(\d{1,2}))?$", re.ASCII)
_HEAD = 65_536  # characters
_AGAIN = "the file was cut short, edited or damaged: export it again"


@dataclass(frozen=True, slots=True)
class Row:
    """One vial counted once: its cells, as printed (without quotation marks), by column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """The whole file, nothing interpreted. ``header`` is the line of column names, verbatim."""

    header: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    above: tuple[str, ...]


def separator(header: str) -> str:
    return ";" if ";" in header else ","


def names(header: str) -> tuple[str, ...]:
    """The column names in a line, without quotation marks."""
    return tuple(cell.strip().strip('"').strip() for cell in header.split(separator(header)))


def is_header(line: str) -> bool:
    """Whether the line names the columns of a list, a count rate among them."""
    found = names(line)
    return set(REQUIRED) <= set(found) and any(map(CPM.match, found))


def header_line(head: str) -> int | None:
    """The number of the line of column names in ``head``; None where there is none."""
    lines = enumerate(head[:_HEAD].split("\n"), 1)
    return next((number for number, line in lines if is_header(line)), None)


def read_listing(text: str, at: int) -> Listing:
    """The list whose column names stand in line ``at``; ParseError for a row that is not whole."""
    if not text.endswith("\n"):
        last = text.rpartition("\n")[2]
        raise ParseError(
            f"the last line {last[:80]!r} has no line end: it was cut short or is still being "
            "written; export the run again",
            line=text.count("\n") + 1,
        )
    lines = Lines(text.rstrip("\n"))
    above = tuple(lines.pop("the column names") for _ in range(at - 1))
    header = lines.pop("the column names")
    columns = names(header)
    if "" in columns or len(set(columns)) < len(columns):
        raise ParseError(f"a column name is blank or stands twice in {header[:80]!r}", line=at)
    _check_above(above, header)
    rows = packed(_rows(lines, header, columns))
    if not rows:
        raise ParseError("there is no row below the column names; expected one a count", line=at)
    return Listing(header, columns, rows, tuple(line for line in above if line.strip()))


def _check_above(above: tuple[str, ...], header: str) -> None:
    """Text above is kept; a row there would be a lost count."""
    mark = separator(header)
    for number, line in enumerate(above, 1):
        if line.count(mark) >= header.count(mark):
            raise ParseError(
                f"found the row {line[:80]!r} above the column names; {_AGAIN}", line=number
            )


def _rows(lines: Lines, header: str, columns: tuple[str, ...]) -> Iterator[Row]:
    while lines.peek() is not None:
        line = lines.pop("a row")
        if not line.strip():
            continue
        cells = _cells(line, separator(header), lines.line)
        if len(cells) != len(columns):
            raise ParseError(
                f"found {len(cells)} cells in {line[:80]!r}, the column names are {len(columns)}: "
                "the row was cut short, or a decimal comma splits a cell",
                line=lines.line,
            )
        yield Row(lines.line, dict(zip(columns, cells, strict=True)))


def _cells(line: str, mark: str, number: int) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True))]
    except csv.Error as error:
        raise ParseError(f"found {line[:80]!r}: {error}", line=number) from None

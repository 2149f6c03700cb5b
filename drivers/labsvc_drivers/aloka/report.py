"""The grammar of the table: a header that holds ``My No``, repeated or not, and rows.

My No;SN;RN;ESCR;SINGLE;COUNT_TIME;A-GROSS;A-CPM;A-DPM;A-EFF;B-...;C-...;SCCR;COUNT_DATE;COUNT_HOUR

Parted by ``;`` or by ``,``. Cells may stand in quotation marks and be filled with asterisks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import Lines, ParseError, packed

MY_NUMBER, SAMPLE_NUMBER, REPEAT_NUMBER = "My No", "SN", "RN"
REQUIRED = (MY_NUMBER, SAMPLE_NUMBER, REPEAT_NUMBER)
DATE, HOUR = "COUNT_DATE", "COUNT_HOUR"
COUNT_TIME, SAMPLE_NAME = "COUNT_TIME", "SMPL_ID"
CPM = re.compile(r"^([A-Z])-CPM$")
_HEAD = 65_536  # characters
_OTHER_NAMES = {"TIME": COUNT_TIME}


@dataclass(frozen=True, slots=True)
class Row:
    """One vial counted once: its cells, as printed (without quotation marks), by column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file, nothing interpreted. ``header`` is the line of column names, verbatim."""

    header: str
    separator: str
    columns: tuple[str, ...]
    regions: tuple[str, ...]
    rows: Sequence[Row]
    above: tuple[str, ...]


def is_header(line: str) -> bool:
    """Whether the line names the columns My No, SN and RN."""
    return set(REQUIRED) <= set(_names(line))


def read_table(text: str) -> Table:
    """The table in ``text``; ParseError for a row that is not whole."""
    if not text.strip():
        raise ParseError("the file is empty; expected an Aloka table. Export the run again")
    _require_line_end(text)
    head = text[:_HEAD].split("\n")
    at = next((n for n, line in enumerate(head) if is_header(line)), None)
    if at is None:
        raise ParseError(f"no line names the columns {', '.join(REQUIRED)}", line=1)
    lines = Lines(text.rstrip("\n"))
    above = [lines.pop("the column names") for _ in range(at)]
    header = lines.pop("the column names")
    columns, regions = _columns(header, at + 1)
    rows = packed(_rows(lines, header, columns))
    if not rows:
        raise ParseError(
            "there is no row below the header; expected one for each vial", line=at + 1
        )
    kept = _above(above, separator(header), len(columns))
    return Table(header, separator(header), columns, regions, rows, kept)


def separator(header: str) -> str:
    return ";" if ";" in header else ","


def _names(line: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split(separator(line))]


def _columns(header: str, line: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column names; two blank ones at the end are date and hour, as files are known to have."""
    names = [_OTHER_NAMES.get(name, name) for name in _names(header)]
    if names[-2:] == ["", ""] and DATE not in names:
        names[-2:] = [DATE, HOUR]
    missing = [name for name in (DATE, HOUR) if name not in names]
    regions = tuple(match[1] for name in names if (match := CPM.match(name)))
    if missing or not regions:
        wanted = ", ".join(missing) or "A-CPM"
        raise ParseError(f"the header {header!r} lacks the column {wanted}", line=line)
    if len(set(names)) < len(names) or "" in names:
        raise ParseError(f"a column name is blank or stands twice in {header!r}", line=line)
    return tuple(names), regions


def _require_line_end(text: str) -> None:
    """The last figure may be cut in two and still read as a figure: only a line end tells."""
    if not text.endswith("\n"):
        lines = text.split("\n")
        raise ParseError(
            f"the last line {lines[-1]!r} has no line end: it was cut short or is still being "
            "written; export the run again",
            line=len(lines),
        )


def _above(lines: list[str], mark: str, width: int) -> tuple[str, ...]:
    """Text above the header is kept; rows there would be lost vials."""
    for number, line in enumerate(lines, 1):
        if line.count(mark) >= width - 1:
            raise ParseError(
                f"found the row {line[:80]!r} above the first header {MY_NUMBER!r}; the file was "
                "edited or lost its beginning",
                line=number,
            )
    return tuple(line for line in lines if line.strip())


def _rows(lines: Lines, header: str, columns: tuple[str, ...]) -> Iterator[Row]:
    at, mark = lines.line, separator(header)
    while lines.peek() is not None:
        line = lines.pop("a row")
        number = lines.line
        if not line.strip():
            continue
        if MY_NUMBER in line and is_header(line):
            if _names(line) != _names(header):
                raise ParseError(
                    f"the header {line!r} differs from the one in line {at}; expected one "
                    "set of columns in a file",
                    line=number,
                )
            continue
        cells = _cells(line, mark, number)
        if len(cells) != len(columns):
            raise ParseError(
                f"found {len(cells)} cells in {line[:80]!r}, the header has {len(columns)}: the "
                "row was cut short, or a bare comma splits a cell",
                line=number,
            )
        yield Row(number, dict(zip(columns, cells, strict=True)))


def _cells(line: str, mark: str, number: int) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True))]
    except csv.Error as error:
        raise ParseError(f"found {line[:80]!r}: {error}", line=number) from None

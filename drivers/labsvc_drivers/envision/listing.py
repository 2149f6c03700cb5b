"""The grammar of the list export: a header that begins Plate, Repeat, Well, Type; then rows.

Plate<TAB>Repeat<TAB>Well<TAB>Type<TAB>Time<TAB>0.1sec (CPS)      parted by TABs or commas
1<TAB>1<TAB>A01<TAB>M<TAB>00:00:05.10<TAB>12250
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from labsvc.driver import ParseError

LIST_HEAD = ("Plate", "Repeat", "Well", "Type")
SHORTEST = 12
_HEAD = re.compile(r"^Plate([\t,])Repeat\1Well\1Type(?=\1|$)", re.MULTILINE)
_LIKE_A_ROW = re.compile(r"^\s*\d+[\t,]\d+[\t,]")


@dataclass(frozen=True, slots=True)
class Row:
    """One well: its cells, as printed, by column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """The whole file, nothing interpreted. ``identity`` is the header and the first rows."""

    header: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    above: tuple[str, ...]
    identity: str


def is_list(head: str) -> bool:
    return _HEAD.search(head) is not None


def read_list(text: str) -> Listing:
    """The list in ``text``; ParseError for a row that is not whole."""
    lines = text.split("\n")
    if lines[-1]:
        raise ParseError(
            f"the last line {lines[-1]!r} has no line end: it was cut short or is still being "
            "written; export the run again",
            line=len(lines),
        )
    at = next(n for n, line in enumerate(lines) if _HEAD.match(line))
    header = lines[at]
    columns = tuple(_cells(header, at + 1, header))
    if len(set(columns)) < len(columns) or "" in columns:
        raise ParseError(f"a column name is blank or stands twice in {header!r}", line=at + 1)
    lost = next((n for n, line in enumerate(lines[:at], 1) if _LIKE_A_ROW.match(line)), None)
    if lost is not None:
        raise ParseError(f"found the row {lines[lost - 1][:80]!r} above the header", line=lost)
    rows = tuple(_rows(lines, at, columns))
    if len(rows) < SHORTEST:
        raise ParseError(
            f"found {len(rows)} rows; a list prints no date and no number of its own, so that "
            f"fewer than {SHORTEST} rows cannot be told from another run's: export the whole plate",
            line=len(lines),
        )
    first = [",".join(row.cells.values()) for row in rows[:SHORTEST]]
    above = tuple(line for line in lines[:at] if line.strip())
    return Listing(header, columns, rows, above, "\n".join([*above, header, *first]))


def _rows(lines: list[str], at: int, columns: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    last = max(n for n, line in enumerate(lines) if line.strip())
    for number, line in enumerate(lines[at + 1 : last + 1], at + 2):
        cells = _cells(line, number, lines[at])
        if len(cells) != len(columns):
            raise ParseError(
                f"found {len(cells)} cells in {line[:80]!r}, the header has {len(columns)}: the "
                "row was cut short, or a decimal comma splits a cell",
                line=number,
            )
        rows.append(Row(number, dict(zip(columns, cells, strict=True))))
    return rows


def _cells(line: str, number: int, header: str) -> list[str]:
    mark = "\t" if header.startswith("Plate\t") else ","
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True), [])]
    except csv.Error as error:
        raise ParseError(f"found {line[:80]!r}: {error}", line=number) from None
    return cells[:-1] if header.endswith(mark) and cells and not cells[-1] else cells

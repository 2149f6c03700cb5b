"""The grammar of the list export: a header that begins Plate, Repeat, Well, Type; then rows.

Plate<TAB>Repeat<TAB>Well<TAB>Type<TAB>Time<TAB>0.1sec (CPS)      parted by TABs or commas
1<TAB>1<TAB>A01<TAB>M<TAB>00:00:05.10<TAB>12250
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

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
    """The whole file, nothing interpreted. ``identity`` is the header and the first rows.

    ``line`` is the header's. ``rows`` are read from the text as they are asked for, once: a list
    of millions is never there as rows. ParseError for one that is not whole.
    """

    line: int
    header: str
    columns: tuple[str, ...]
    rows: Iterator[Row]
    above: tuple[str, ...]
    identity: str


def is_list(head: str) -> bool:
    return _HEAD.search(head) is not None


def read_list(text: str) -> Listing:
    """The list in ``text``; ParseError where its head, or one of its first rows, is not whole."""
    if not text.endswith("\n"):
        last = text.rpartition("\n")[2]
        raise ParseError(
            f"the last line {last[:80]!r} has no line end: it was cut short or "
            "is still being written; export the run again",
            line=text.count("\n") + 1,
        )
    found = _HEAD.search(text)
    assert found is not None, "is_list says whether it is one"
    printed = text[: found.start()].split("\n")[:-1]
    header, line = text[found.start() : text.index("\n", found.start())], len(printed) + 1
    columns = tuple(_cells(header, line, header))
    if len(set(columns)) < len(columns) or "" in columns:
        raise ParseError(f"a column name is blank or stands twice in {header!r}", line=line)
    lost = next((n for n, one in enumerate(printed, 1) if _LIKE_A_ROW.match(one)), None)
    if lost is not None:
        raise ParseError(f"found the row {printed[lost - 1][:80]!r} above the header", line=lost)
    rows = _rows(text, found.start() + len(header) + 1, line + 1, header, columns)
    first = list(islice(rows, SHORTEST))
    if len(first) < SHORTEST:
        raise ParseError(
            f"found {len(first)} rows; a list prints no date and no number of its own, so that "
            f"fewer than {SHORTEST} rows cannot be told from another run's: export the whole plate",
            line=text.count("\n") + 1,
        )
    above = tuple(one for one in printed if one.strip())
    told = (",".join(row.cells.values()) for row in first)
    identity = "\n".join([*above, header, *told])
    return Listing(line, header, columns, chain(first, rows), above, identity)


def _rows(
    text: str, start: int, number: int, header: str, columns: tuple[str, ...]
) -> Iterator[Row]:
    """The lines from ``start`` on, which has this ``number``, up to the last that is not blank."""
    last = text.find("\n", len(text.rstrip()))
    while start < last:
        end = text.index("\n", start)
        line = text[start:end]
        cells = _cells(line, number, header)
        if len(cells) != len(columns):
            raise ParseError(
                f"found {len(cells)} cells in {line[:80]!r}, the header has {len(columns)}: the "
                "row was cut short, or a decimal comma splits a cell",
                line=number,
            )
        yield Row(number, dict(zip(columns, cells, strict=True)))
        start, number = end + 1, number + 1


def _cells(line: str, number: int, header: str) -> list[str]:
    mark = "\t" if header.startswith("Plate\t") else ","
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True), [])]
    except csv.Error as error:
        raise ParseError(f"found {line[:80]!r}: {error}", line=number) from None
    return cells[:-1] if header.endswith(mark) and cells and not cells[-1] else cells

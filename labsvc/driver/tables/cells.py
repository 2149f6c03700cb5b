"""The rows of a table, whatever held them: text with separators, or a sheet of a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from labsvc.driver.packing import packed
from labsvc.driver.tables.decoding import text_of
from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.spec import SEPARATORS, TableSpec
from labsvc.driver.tables.workbook import is_workbook, sheet_rows
from labsvc.driver.text import Lines
from labsvc.errors import ParseError

MAX_ROWS = 3_000_000
"""Of a text: as many as a list of the largest size that a source takes may have."""
MAX_COLUMNS = 1024
_LONGEST_MATCHED = 1000
_BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``line`` (from 1) is where it begins."""

    line: int
    cells: tuple[Value, ...]

    @property
    def blank(self) -> bool:
        return not any(spelled(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows, blank ones too. ``closed``: the last line has its line end (workbooks: always)."""

    rows: Sequence[Row]
    closed: bool
    workbook: bool = False


def sheets(content: bytes, spec: TableSpec, *, head: int | None = None) -> Iterator[Sheet]:
    """The table under each separator it may have (one, unless the spec says ``auto``).

    ``head`` bounds the bytes of a text and the rows of a workbook that are looked at.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise ParseError("the file is empty; expected a table. Export it again")
    if is_workbook(content) != (spec.file == "workbook"):
        found = "a workbook" if spec.file == "text" else "no workbook (.xlsx or .xls)"
        raise ParseError(f"the file is {found}; this driver reads a {spec.file}")
    if spec.file == "workbook":
        found_rows = enumerate(sheet_rows(content, spec.sheet, head), 1)
        yield Sheet(packed(Row(n, c) for n, c in found_rows), closed=True, workbook=True)
        return
    text = text_of(_head(content, head), spec.encoding)
    wanted = SEPARATORS.values() if spec.separator == "auto" else [SEPARATORS[spec.separator]]
    for separator in wanted:
        yield Sheet(packed(text_rows(text, separator)), closed=text.endswith("\n"))


def _head(content: bytes, head: int | None) -> bytes:
    """The first bytes, cut at a line end so that no character is cut in two."""
    if head is None or len(content) <= head:
        return content
    cut = max(content.rfind(b"\n", 0, head), content.rfind(b"\r", 0, head))
    part = content[: cut + 1] if cut > 0 else content[:head]
    # In UTF-16 the line end is two bytes.
    return part if len(part) % 2 == 0 or b"\x00" not in part else content[: len(part) + 1]


def text_rows(text: str, separator: str) -> Iterator[Row]:
    """The rows of a text; ParseError where the quoting is broken or there are too many."""
    reader = csv.reader(_ended(text), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if line > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise ParseError(_too_large(), line=line)
            yield Row(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ParseError(f"this is no row of a table: {error}", line=line) from None


def _ended(text: str) -> Iterator[str]:
    """Each line with its end, which a quoted cell may go across; cut from the text one by one."""
    lines = Lines(text.removesuffix("\n"))
    while text and lines.peek() is not None:
        yield lines.pop("a row") + "\n"


def _too_large() -> str:
    return f"the table is larger than {MAX_ROWS:,} rows of {MAX_COLUMNS} cells: is it a counter's?"


def name(value: Value) -> str:
    """A column name or label, made alike: no case, no doubled blanks, no colon at the end."""
    return re.sub(r"\s+", " ", spelled(value)).casefold().rstrip(":").rstrip()


def printed(row: Row) -> str:
    """The row as one line of text, its cells with tabs between them."""
    out = io.StringIO()
    cells = [cell if isinstance(cell, str) else spelled(cell) for cell in row.cells]
    csv.writer(out, delimiter=_BETWEEN, lineterminator="\n").writerow(cells)
    return out.getvalue()


def block(rows: Iterable[Row]) -> str:
    """Rows as a text that ``from_block`` gives back."""
    return "".join(map(printed, rows))


def from_block(text: str) -> list[tuple[Value, ...]]:
    return [row.cells for row in text_rows(text, _BETWEEN)]


def said(row: Row) -> str:
    """What stands in the row, for matching: its cells with single blanks between them."""
    return " ".join(filter(None, map(spelled, row.cells)))[:_LONGEST_MATCHED]


def matches(pattern: str | None, row: Row) -> re.Match[str] | None:
    """The place where the regular expression fits the row's text; None where it does not."""
    return re.search(pattern, said(row)) if pattern is not None else None


def check_end(sheet: Sheet, end: str | None) -> None:
    """ParseError where the table shows that it was cut short or is still being written.

    Without ``end`` (a regular expression for the last row) only the last line end can tell.
    """
    last = next((row for row in reversed(sheet.rows) if not row.blank), None)
    if last is None:
        raise ParseError("the table is empty; expected readings. Export it again")
    text = said(last)
    if end is not None and not matches(end, last):
        raise ParseError(
            f"the last line is {text[:80]!r}; expected the end of the run ({end}): it was cut "
            "short or is still being written",
            line=last.line,
        )
    # A last line that is word for word the end mark is whole without its line end too.
    if not sheet.closed and text != (end or "").strip("^$"):
        raise ParseError(
            f"the last line {text[:80]!r} has no line end: it was cut short or is still being "
            "written; export the run again",
            line=last.line,
        )

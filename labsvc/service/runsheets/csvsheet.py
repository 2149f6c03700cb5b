"""A run sheet in CSV, as spreadsheets and worklists write it.

One row for each position, or tables as a workbook has them (``runsheetgrid``). Comment lines may
stand before the first and say what columns do not: ``# protocol: name``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from labsvc.driver.text import decode
from labsvc.errors import ConfigError, ParseError
from labsvc.service.authoring.plaincells import meant, meant_remark
from labsvc.service.authoring.yamltext import MAX_BYTES
from labsvc.service.runsheets.grid import is_table, read_tables
from labsvc.service.runsheets.table import (
    MAX_ROWS,
    Cell,
    Line,
    Sheet,
    column_names,
    is_list,
    read_comment,
    read_row,
)


def read_csv(content: bytes, *, file: str) -> Sheet:
    """The rows of a CSV run sheet; ConfigError when there is no table to read."""
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"this file has {len(content)} bytes; at most {MAX_BYTES} are read", file=file
        )
    try:
        text = decode(content)
    except ParseError as error:
        raise ConfigError(str(error), file=file) from error
    sheet = Sheet(file=file, text=text)
    lines = text.split("\n")
    if len(lines) > MAX_ROWS:
        raise ConfigError(
            f"this file has {len(lines)} lines; at most {MAX_ROWS} are read: a run sheet lists "
            "one run",
            file=file,
        )
    _read_table(sheet, lines, _read_head(sheet, lines))
    return sheet


def _read_head(sheet: Sheet, lines: Sequence[str]) -> int:
    """Read the comment lines; the 0-based index of the first line of a table."""
    for index, line in enumerate(lines):
        stripped = meant_remark(line.strip())
        if stripped and not stripped.startswith("#"):
            return index
        read_comment(sheet, stripped.lstrip("# "), index + 1)
    raise ConfigError("this run sheet has no table; expected a header: position, role, ...",
                      file=sheet.file)  # fmt: skip


def _read_table(sheet: Sheet, lines: Sequence[str], header: int) -> None:
    (start, cells), *rows = _rows(sheet, lines, header)
    if not is_list([cell.strip() for cell in cells]):
        page = [_line(number, cells) for number, cells in [(start, cells), *rows]]
        if any(map(is_table, page)):
            read_tables(sheet, page)
            return
    columns = column_names(sheet, cells, start)
    for number, row in rows:
        if any(cell.strip() for cell in row):
            read_row(sheet, columns, row, number)


def _rows(sheet: Sheet, lines: Sequence[str], header: int) -> Iterator[tuple[int, list[str]]]:
    """The rows from the header on, each with the line it begins on; ConfigError if no CSV."""
    delimiter = max(",;\t", key=lines[header].count)
    rows = csv.reader((f"{line}\n" for line in lines[header:]), delimiter=delimiter, strict=True)
    start = header + 1
    try:
        for cells in rows:
            yield start, [meant(cell) for cell in cells]
            start = header + 1 + rows.line_num
    except csv.Error as error:
        raise ConfigError(f"this is not CSV: {error}", file=sheet.file, line=start) from error


def _line(number: int, cells: Sequence[str]) -> Line:
    return [Cell(number, n, text) for n, cell in enumerate(cells, 1) if (text := cell.strip())]

"""Sheets of workbooks: ``.xlsx`` by openpyxl, ``.xls`` by xlrd; nothing in them is run.

A formula of an ``.xlsx`` is its text. An ``.xls`` gives the value that was saved with a formula:
its reader does not tell the two apart.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from labsvc.driver.tables.figures import Value
from labsvc.errors import ParseError

MAX_ROWS = 100_000
MAX_COLUMNS = 1024
MAX_CELLS = 2_000_000
MAX_CHARACTERS = 32 * 2**20
"""Of all cells of a sheet: a text stands in a workbook once and may be in every cell."""
MAX_BYTES = 128 * 2**20
MAX_MEMBERS = 2000
_ZIP = b"PK\x03\x04"
_OLD = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x00\x04\x00", b"\x09\x02\x06\x00",
        b"\x09\x04\x06\x00", b"\x09\x08")  # fmt: skip
_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR = b"PK\x06\x07"
_LOCATOR_BYTES = 20
_MEMBER_BYTES = 512
"""What a member takes in the list: 46 and its name, which is short in a workbook."""
Cells = tuple[Value, ...]

# What the two libraries, and zlib below them, raise on damage and on files that are no workbook.
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, SyntaxError, OSError,
           RuntimeError, ArithmeticError, EOFError, zipfile.BadZipFile, zlib.error)  # fmt: skip


def is_workbook(content: bytes) -> bool:
    """By the first bytes."""
    return content.startswith((_ZIP, *_OLD))


def is_closed(content: bytes) -> bool:
    """Whether an ``.xlsx`` has its end record as the last of it: it was written whole."""
    return content.startswith(_ZIP) and content[-_END_BYTES:].startswith(_END)


def sheet_rows(content: bytes, sheet: str | None, most: int | None) -> Iterator[Cells]:
    """The rows of the named sheet, or of the only one with cells in it; ``most`` of them."""
    filled = filled_sheets(content, sheet, most)
    if len(filled) > 1:
        raise ParseError(
            f"the workbook has cells in {len(filled)} sheets: {', '.join(filled)}; say which one "
            "holds the readings"
        )
    return iter(next(iter(filled.values()), []))


def filled_sheets(content: bytes, sheet: str | None, most: int | None) -> dict[str, list[Cells]]:
    """The rows of each sheet with cells in it, by its name (of the named one only)."""
    read = _new if content.startswith(_ZIP) else _old
    found = read(content, sheet, most)
    for rows in found.values():
        while rows and not _holds(rows[-1]):
            rows.pop()
    return {title: rows for title, rows in found.items() if rows}


def _new(content: bytes, sheet: str | None, most: int | None) -> dict[str, list[Cells]]:
    from openpyxl import load_workbook  # noqa: PLC0415  (heavy)

    _check_zip(content)
    try:
        with warnings.catch_warnings():
            # It warns of styles and extensions that it leaves out: no cell is lost by that.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            found = {one.title: one for one in book.worksheets}
            named = _chosen(list(found), sheet)
            return {title: _bounded(_new_rows(found[title]), most) for title in named}
    except _FAULTS as error:
        raise _damaged(error) from error


def _new_rows(sheet: Any) -> Iterator[Cells]:
    # The size that a sheet claims is not believed: the rows that are there are counted.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        yield tuple(_value(cell) for cell in row)


def _check_zip(content: bytes) -> None:
    """Every member whole, and not grown beyond measure; ParseError otherwise."""
    _check_list(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            members = parts.infolist()
            size = sum(one.file_size for one in members)
            if size > MAX_BYTES or len(members) > MAX_MEMBERS:
                raise ParseError(
                    f"the workbook unpacks to {size} bytes in {len(members)} parts; at most "
                    f"{MAX_BYTES} in {MAX_MEMBERS} are read"
                )
            for one in members:
                with parts.open(one) as part:
                    _check_part(part)
    except (*_FAULTS, NotImplementedError) as error:
        raise _damaged(error) from error


def _check_list(content: bytes) -> None:
    """The list of members is read as a whole before any of them can be counted: its size, as the
    end record tells it, bounds how many there are (APPNOTE.TXT 4.3.16; 4.3.14 for the long form).
    """
    end = content.rfind(_END, max(len(content) - _END_BYTES - 0xFFFF, 0))
    if end < 0 or len(content) < end + _END_BYTES:
        raise _damaged(ValueError("no end record"))
    (size,) = struct.unpack_from("<I", content, end + 12)
    long_form = content[max(end - _LOCATOR_BYTES, 0) : end].startswith(_LOCATOR)
    if size > MAX_MEMBERS * _MEMBER_BYTES or long_form:
        raise ParseError(
            f"the workbook lists its parts in {size} bytes; at most {MAX_MEMBERS} parts are read, "
            "and no ZIP64"
        )


def _check_part(part: Any) -> None:
    """All of it is read, 1 MiB at a time. Texts in UTF-16 have a zero beside each letter."""
    before = b""
    while chunk := part.read(2**20):
        text = before + chunk.replace(b"\0", b"")
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise ParseError("the workbook defines entities; no spreadsheet program does")
        before = text[-9:]


def _old(content: bytes, sheet: str | None, most: int | None) -> dict[str, list[Cells]]:
    import xlrd  # noqa: PLC0415  (heavy)
    from xlrd.biffh import XLRDError  # noqa: PLC0415
    from xlrd.compdoc import CompDocError  # noqa: PLC0415

    try:
        # One sheet at a time, and no row filled up to the longest: a cell far out costs a cell.
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )
        named = _chosen(book.sheet_names(), sheet)
        return {title: _old_sheet(book, title, most) for title in named}
    except (*_FAULTS, XLRDError, CompDocError, struct.error) as error:
        raise _damaged(error) from error


def _old_sheet(book: Any, title: str, most: int | None) -> list[Cells]:
    rows = _bounded(_old_rows(book.sheet_by_name(title), book.datemode), most)
    book.unload_sheet(title)
    return rows


def _old_rows(sheet: Any, datemode: Any) -> Iterator[Cells]:
    for index in range(sheet.nrows):
        yield tuple(_old_value(cell, datemode) for cell in sheet.row(index))


def _old_value(cell: Any, datemode: Any) -> Value:
    import xlrd  # noqa: PLC0415

    if cell.ctype == xlrd.XL_CELL_DATE and cell.value >= 1:
        moment: datetime = xlrd.xldate_as_datetime(cell.value, datemode)
        return moment
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return f"#{xlrd.error_text_from_code.get(cell.value, 'ERROR').strip('#')}"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    return _value(cell.value)


def _value(cell: object) -> Value:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return float(cell)
        case datetime():
            return cell.replace(tzinfo=None)
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
        case time():
            return cell.isoformat()
        case _:
            return str(cell)


def _bounded(rows: Iterator[Cells], most: int | None) -> list[Cells]:
    found: list[Cells] = []
    cells = characters = 0
    for row in rows:
        if most is not None and len(found) >= most:
            break
        cells += len(row)
        characters += sum(len(cell) for cell in row if isinstance(cell, str))
        if characters > MAX_CHARACTERS:
            raise ParseError(
                f"the cells of the sheet have more than {MAX_CHARACTERS:,} characters: is it a "
                "counter's?"
            )
        if len(found) >= MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise ParseError(
                f"the sheet has more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} "
                "cells: is it a counter's?"
            )
        found.append(row)
    return found


def _chosen(titles: list[str], sheet: str | None) -> list[str]:
    if sheet is None:
        return titles
    if sheet not in titles:
        raise ParseError(f"the workbook has no sheet {sheet!r}; found {', '.join(titles)}")
    return [sheet]


def _holds(row: Cells) -> bool:
    return any(cell != "" for cell in row)


def _damaged(error: BaseException) -> ParseError:
    return ParseError(
        f"the workbook cannot be read ({type(error).__name__}: {str(error)[:120]}): it was cut "
        "short, is still being written, or is damaged or protected"
    )

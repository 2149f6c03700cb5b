"""Sheets of workbooks: bounded, nothing run, damage told."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from labsvc.driver.tables import workbook
from labsvc.driver.tables.sheetfile import write_workbook
from labsvc.driver.tables.workbook import filled_sheets, is_closed, is_workbook, sheet_rows
from labsvc.errors import ParseError


def saved(**sheets: list[list[object]]) -> bytes:
    """A workbook as openpyxl's own writer makes it."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_come_as_numbers_dates_and_texts() -> None:
    """Booleans as text, blanks as empty text; blank rows at the end are none."""
    when = datetime(2026, 4, 3, 9, 15)
    content = saved(Results=[["Well", None, "CPM"], ["A1", True, 0], [when, 1.5, ""], [None]])
    assert list(sheet_rows(content, None, None)) == [
        ("Well", "", "CPM"), ("A1", "TRUE", 0.0), (when, 1.5, "")]  # fmt: skip


def test_a_formula_is_text() -> None:
    """It is neither evaluated nor taken for the value that was saved with it."""
    assert list(sheet_rows(saved(A=[["=1+1"]]), None, None)) == [("=1+1",)]


def test_the_sheet_is_the_named_one_or_the_only_one() -> None:
    """Of several with cells none is guessed."""
    content = saved(Notes=[["x"]], Results=[["Well"]], Empty=[])
    assert list(sheet_rows(content, "Results", None)) == [("Well",)]
    assert list(filled_sheets(content, None, None)) == ["Notes", "Results"]
    with pytest.raises(ParseError, match="cells in 2 sheets: Notes, Results; say which"):
        sheet_rows(content, None, None)
    with pytest.raises(ParseError, match="no sheet 'Result'; found Notes, Results, Empty"):
        sheet_rows(content, "Result", None)


def test_a_workbook_that_is_cut_or_damaged_is_refused() -> None:
    content = saved(A=[["x", 1]])
    middle = content[: len(content) // 2] + b"\xff" * 9 + content[len(content) // 2 + 9 :]
    for broken in (content[:-1], content[:40], middle, b"PK\x03\x04"):
        with pytest.raises(ParseError, match="cut short, is still being written, or is damaged"):
            sheet_rows(broken, None, None)


def test_what_unpacks_beyond_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sizes it states, before anything is unpacked."""
    monkeypatch.setattr(workbook, "MAX_BYTES", 1000)
    with pytest.raises(ParseError, match=r"unpacks to .* at most 1000"):
        sheet_rows(saved(A=[["x"]]), None, None)


def test_a_sheet_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows far down count, and so do columns far out."""
    monkeypatch.setattr(workbook, "MAX_ROWS", 5)
    with pytest.raises(ParseError, match="more than 5 rows"):
        sheet_rows(saved(A=[["x"]] * 6), None, None)
    monkeypatch.setattr(workbook, "MAX_COLUMNS", 5)
    with pytest.raises(ParseError, match="5 columns"):
        sheet_rows(saved(A=[["x"] * 6]), None, None)


def test_one_long_text_in_every_cell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has it once: a small workbook would be gigabytes when its cells are written out."""
    monkeypatch.setattr(workbook, "MAX_CHARACTERS", 100)
    with pytest.raises(ParseError, match="more than 100 characters"):
        sheet_rows(saved(A=[["x" * 30, 1.0]] * 4), None, None)
    assert len(list(sheet_rows(saved(A=[["x" * 30, 1.0]] * 3), None, None))) == 3


def test_entities_are_refused() -> None:
    """A text of ten lines could grow to gigabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(A=[["x"]]))) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            part = old.read(one)
            new.writestr(one, b'<!DOCTYPE x [<!ENTITY a "b">]>' + part if "sheet1" in one else part)
    with pytest.raises(ParseError, match="defines entities"):
        sheet_rows(out.getvalue(), None, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_found_in_any_writing_and_place(encoding: str) -> None:
    """Behind a long comment, or with a zero beside each letter."""
    head = f'<?xml version="1.0" encoding="{encoding}"?><!--{"x" * 5000}-->'
    text = f'{head}<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(A=[["x"]]))) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, text.encode(encoding) if "sheet1" in one else old.read(one))
    with pytest.raises(ParseError, match="defines entities"):
        sheet_rows(out.getvalue(), None, None)


def test_a_list_of_members_without_end_is_refused_before_it_is_read() -> None:
    """Millions of empty members fit into a file of 200 MB, and each would cost memory."""
    content = saved(A=[["x"]])
    end = content.rindex(b"PK\x05\x06")
    long = content[: end + 12] + struct.pack("<I", 2**31 - 1) + content[end + 16 :]
    with pytest.raises(ParseError, match="lists its parts in 2147483647 bytes"):
        sheet_rows(long, None, None)
    zip64 = content[:end] + b"PK\x06\x07" + bytes(16) + content[end:]
    with pytest.raises(ParseError, match="no ZIP64"):
        sheet_rows(zip64, None, None)


def test_a_cell_far_out_in_an_old_sheet_costs_a_cell() -> None:
    """Not the four million before it: a few bytes would take forty megabytes, of each sheet."""
    number = struct.pack("<HHHH3sd", 0x0003, 15, 16383, 255, b"\0\0\0", 7.0)
    content = struct.pack("<HHHH", 0x0009, 4, 2, 0x0010) + number + struct.pack("<HH", 0x000A, 0)
    tracemalloc.start()
    try:
        (row,) = [row for row in sheet_rows(content, None, None) if row]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert row[-1] == 7.0
    assert peak < 20_000_000


def test_a_closed_workbook_shows_its_end() -> None:
    content = write_workbook([["x"]], "A")
    assert is_workbook(content)
    assert is_closed(content)
    assert not is_closed(content[:-1])
    assert not is_workbook(b"Pos;CPM")


def test_old_workbooks_are_read(shared: Path) -> None:
    """An .xls that Excel saved, and a bare BIFF4 sheet that a counter wrote."""
    samples = shared / "formats" / "samples"
    saved_by_excel = samples / "beckman_ls6500_winconnection" / "SampleInfo.xls"
    bare = samples / "beckman_ls6500_winconnection" / "Gamma_1Gy_141020"
    for path in (saved_by_excel, bare / "MeasurementNo00001.xls"):
        rows = [r for s in filled_sheets(path.read_bytes(), None, 40).values() for r in s]
        assert any(isinstance(cell, float) for row in rows for cell in row)
        assert any(isinstance(cell, str) and cell for row in rows for cell in row)
        with pytest.raises(ParseError):
            filled_sheets(path.read_bytes()[:600], None, None)

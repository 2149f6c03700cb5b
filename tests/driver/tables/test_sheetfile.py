"""Workbooks written."""

from __future__ import annotations

import io
from datetime import datetime

from openpyxl import load_workbook

from labsvc.driver.tables.sheetfile import write_workbook

ROWS = (("Well <&>", 1.5, ""), (), ("  x ", datetime(2026, 4, 3, 9, 15), 0.0))


def test_a_spreadsheet_program_reads_what_was_written() -> None:
    """Cells, types, and the sheet's name; openpyxl is the judge."""
    book = load_workbook(io.BytesIO(write_workbook(ROWS, "A & B")))
    sheet = book["A & B"]
    assert sheet["A1"].value == "Well <&>"
    assert (sheet["B1"].value, sheet["C1"].value) == (1.5, None)
    assert (sheet["A3"].value, sheet["B3"].value) == ("  x ", datetime(2026, 4, 3, 9, 15))


def test_columns_go_on_after_z() -> None:
    book = load_workbook(io.BytesIO(write_workbook([[f"c{n}" for n in range(60)]], "S")))
    assert (book["S"]["AA1"].value, book["S"]["BH1"].value) == ("c26", "c59")


def test_the_same_cells_are_the_same_bytes() -> None:
    """No time of writing is in it."""
    assert write_workbook(ROWS, "S") == write_workbook(ROWS, "S")

"""Workbooks written: they read again as what was meant, and keep what is the laboratory's own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from labsvc.errors import ConfigError
from labsvc.model.runsheet import RunSheet
from labsvc.service.runsheets.book import COLOURS, as_xlsx, next_like
from labsvc.service.runsheets.form import form
from labsvc.service.runsheets.text import parse_runsheet
from tests.bench import protocol

PINK = PatternFill("solid", start_color="FFFF66CC")


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parse(content: bytes) -> RunSheet:
    return parse_runsheet(content, file="r.xlsx", timezone="UTC", protocols=lambda name: protocol())


def row_of(page: Any, key: str) -> int:
    return next(int(cell.row) for (cell,) in page.iter_rows(max_col=1) if cell.value == key)


@pytest.fixture
def filled() -> bytes:
    """A form as a laboratory fills it in and paints it."""
    book = opened(as_xlsx(form(protocol(), plate="NET-1")))
    page = book["run sheet"]
    page.cell(row_of(page, "operator"), 2).value = "A. Miller"
    page.cell(row_of(page, "time harvest"), 2).value = "2026-03-02 11:06"
    page.cell(row_of(page, "radioligand"), 2).value = "1.04 nM, counted"
    start = row_of(page, "slot") + 1
    for number in range(4):
        for column, value in enumerate((f"LAB-{number}", "10 uM", "half-log"), start=2):
            page.cell(start + number, column).value = value
        page.cell(start + number, 2).fill = PINK
    page.cell(start + 5, 1).value = "mask"
    for column in range(1, 13):
        page.cell(start + 5, column + 1).value = column
    for number, letter in enumerate("ABCDEFGH", start=1):
        page.cell(start + 5 + number, 1).value = letter
    page.cell(start + 7, 8).value = "air bubble"
    page.column_dimensions["B"].width = 33
    return saved(book)


def test_a_form_filled_in_is_read(filled: bytes) -> None:
    """Numbers, words, times and a masked well."""
    sheet = parse(filled)
    assert [one.name for one in sheet.compounds] == ["LAB-0", "LAB-1", "LAB-2", "LAB-3"]
    assert (sheet.plate_id, list(sheet.times)) == ("NET-1", ["harvest"])
    assert [(one.position, one.reason) for one in sheet.masks] == [("B07", "air bubble")]


@pytest.mark.parametrize("plate", ["12345678901234567", "٣", "007", "42"])
def test_a_barcode_of_digits_comes_back_as_it_was(plate: str) -> None:
    """A spreadsheet keeps fifteen digits of a number, and no noughts before it."""
    page = opened(as_xlsx(form(protocol(), plate=plate)))["run sheet"]
    assert str(page.cell(row_of(page, "plate"), 2).value) == plate
    assert isinstance(page.cell(row_of(page, "plate"), 2).value, int) is (plate == "42")


def test_the_layout_is_drawn_in_colour_beside_it() -> None:
    """Totals and slots; the picture is not read."""
    page = opened(as_xlsx(form(protocol())))["layout"]
    assert (page["B2"].value, page["B2"].fill.start_color.rgb) == ("total", COLOURS["total"])
    assert page["C2"].value == "1 / 1"
    assert page["C2"].fill.start_color.rgb != page["C4"].fill.start_color.rgb


def test_a_slot_has_the_colour_of_its_wells() -> None:
    """In the list of compounds as in the picture."""
    book = opened(as_xlsx(form(protocol())))
    page, picture = book["run sheet"], book["layout"]
    row = row_of(page, "slot") + 2
    assert page.cell(row, 2).fill.start_color.rgb == picture["C4"].fill.start_color.rgb


def test_no_word_of_a_protocol_becomes_a_formula() -> None:
    """A protocol may come from anywhere; a spreadsheet would run it."""
    evil = replace(protocol(), name="=1+1", references=())
    cell = opened(as_xlsx(form(evil)))["run sheet"]["B1"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_next_one_keeps_colours_and_compounds(filled: bytes) -> None:
    """And forgets what was of one plate: its times, its counted ligand, its masks."""
    after = next_like(filled, file="NET-1.xlsx", plate="NET-2")
    sheet = parse(after)
    assert (sheet.plate_id, sheet.operator, len(sheet.compounds)) == ("NET-2", "A. Miller", 4)
    assert (sheet.times, sheet.masks, sheet.radioligand_concentration) == ({}, (), None)
    page = opened(after)["run sheet"]
    assert page.cell(row_of(page, "slot") + 1, 2).fill.start_color.rgb == "FFFF66CC"
    assert page.column_dimensions["B"].width == 33


def test_keys_side_by_side_are_forgotten_too(filled: bytes) -> None:
    """A laboratory's head is often two columns wide."""
    book = opened(filled)
    page = book["run sheet"]
    for column, text in enumerate(("time reaction_start", "2026-03-02 09:05"), start=4):
        page.cell(row_of(page, "operator"), column).value = text
    assert set(parse(saved(book)).times) == {"reaction_start", "harvest"}
    after = parse(next_like(saved(book), file="r.xlsx", plate="NET-2"))
    assert (after.times, after.operator) == ({}, "A. Miller")


def test_a_list_of_positions_is_of_the_next_plate() -> None:
    """Its column of plates, and no mask of the plate before."""
    book = Workbook()
    rows = [["protocol", protocol().name], ["plate", "role", "position", "mask"],
            ["NET-1", "blank", "A1", "bubble"], ["NET-1", "blank", "A2"]]  # fmt: skip
    for row in rows:
        book.worksheets[0].append(row)
    sheet = parse(next_like(saved(book), file="r.xlsx", plate="NET-2"))
    assert (sheet.plate_id, sheet.masks) == ("NET-2", ())
    assert [one.position for one in sheet.placements] == ["A01", "A02"]


def test_a_workbook_without_its_plate_has_no_next(filled: bytes) -> None:
    """Which plate it is for would not be known."""
    book = opened(filled)
    page = book["run sheet"]
    page.cell(row_of(page, "plate"), 1).value = "remark"
    with pytest.raises(ConfigError, match="no cell says 'plate'"):
        next_like(saved(book), file="r.xlsx", plate="NET-2")

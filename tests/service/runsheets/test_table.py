"""A run sheet as a table: words above it, columns, cells."""

from __future__ import annotations

import pytest

from labsvc.service.runsheets.table import (
    Cell,
    Sheet,
    column_names,
    letters,
    read_comment,
    read_row,
)

SLOTS = ["slot", "compound", "top", "dilution", "concentrations"]


def slot_row(*cells: str) -> Sheet:
    sheet = Sheet("r.csv", "")
    read_row(sheet, SLOTS, cells, 5)
    return sheet


def test_cells_are_called_as_spreadsheets_do() -> None:
    assert [letters(n) for n in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]
    assert Cell(3, 28, "x", "plate 1").where == "sheet 'plate 1', cell AB3"


@pytest.mark.parametrize(
    ("written", "key"),
    [("Count_File: x", "count file"), ("Lot ligand: x", "lot ligand"), ("TIME harvest: x",
     "time harvest"), ("Total added: x", "total added")],
)  # fmt: skip
def test_keys_are_known_however_they_are_written(written: str, key: str) -> None:
    """A spreadsheet begins words with a capital letter."""
    sheet = Sheet("r.csv", "")
    read_comment(sheet, written, 1)
    assert sheet.head == {key: "x"}


def test_a_key_left_blank_is_not_said() -> None:
    """A form has lines that nobody fills in."""
    sheet = Sheet("r.csv", "")
    read_comment(sheet, "plate:", 1)
    assert (sheet.head, sheet.faults) == ({}, [])


def test_a_list_of_concentrations_stands_in_one_cell() -> None:
    (one,) = slot_row("1", "LAB-1", "", "", "10 uM; 1 uM;100 nM").fills
    assert one.concentrations_m == (1e-5, 1e-6, 1e-7)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("", "LAB-1", "1 uM", "3", ""), "'LAB-1' is in no slot"),
        (("1", "", "1 uM", "", ""), "slot 1 has '1 uM' and no compound"),
        (("1", "LAB-1", "1", "3", ""), "'1' has no unit"),
    ],
)
def test_a_slot_half_filled_is_refused(cells: tuple[str, ...], said: str) -> None:
    assert said in str(slot_row(*cells).faults[0])


def test_a_slot_left_blank_is_unused() -> None:
    sheet = slot_row("1", "", "", "", "")
    assert (sheet.fills, sheet.faults) == ([], [])


def test_a_fault_is_told_where_the_quoted_cell_stands() -> None:
    """A well's compound and concentration may be in tables far apart."""
    sheet = Sheet("r.csv", "")
    sheet.places[4] = [Cell(4, 3, "LAB-1"), Cell(20, 3, "1,5")]
    sheet.fault(4, "'1,5 uM' has a comma")
    assert sheet.faults[0].line == 20


def test_a_column_nearly_ours_is_refused_in_both_lists() -> None:
    for names in (["slot", "compound", "dilutoin"], ["position", "role", "compond"]):
        sheet = Sheet("r.csv", "")
        column_names(sheet, names, 1)
        assert "did you mean" in str(sheet.faults[0])

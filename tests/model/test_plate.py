"""Plates and positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.model.plate import FORMATS, block, canonical, row_and_column, well


@pytest.mark.parametrize(
    ("written", "spelled"), [("A1", "A01"), ("h12", "H12"), (" B07 ", "B07"), ("p024", "P24")]
)
def test_a_well_has_one_spelling(written: str, spelled: str) -> None:
    """Letter and two digits."""
    assert canonical(written) == spelled


@pytest.mark.parametrize("written", ["", "A", "7", "A0", "A100", "AA1", "A1B", "1A", "A-1", "Ä1"])
def test_what_is_no_well_is_refused(written: str) -> None:
    """With the text quoted."""
    with pytest.raises(ValueError, match="is not a well such as A01 or H12"):
        canonical(written)


@given(st.integers(0, 25), st.integers(1, 99))
def test_row_and_column_are_told_back(row: int, column: int) -> None:
    """For every well there can be."""
    assert row_and_column(well(row, column)) == (row, column)


@pytest.mark.parametrize(
    ("size", "last"), [(24, "D06"), (48, "F08"), (96, "H12"), (384, "P24")]
)  # fmt: skip
def test_each_plate_has_its_wells_along_the_rows(size: int, last: str) -> None:
    """As many as its name says."""
    wells = list(FORMATS[size].wells())
    assert (len(wells), len(set(wells)), FORMATS[size].size) == (size, size, size)
    assert (wells[0], wells[1], wells[-1]) == ("A01", "A02", last)


def test_a_plate_holds_its_wells_and_no_others() -> None:
    """I01 and A13 are not on a plate of 96; "3" is on none."""
    plate = FORMATS[96]
    assert plate.holds("h12")
    assert not any(plate.holds(text) for text in ("I01", "A13", "3", ""))


def test_a_block_is_the_rectangle_between_two_corners() -> None:
    """Along the rows, whichever corner comes first."""
    assert block("A11", "B12") == ("A11", "A12", "B11", "B12")
    assert block("B12", "A11") == block("A11", "B12")
    assert block("C03", "C03") == ("C03",)

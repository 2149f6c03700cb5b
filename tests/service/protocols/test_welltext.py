"""Wells as people write them."""

from __future__ import annotations

import pytest

from labsvc.model.plate import FORMATS
from labsvc.service.protocols.welltext import Block, read_block

PLATE, LARGE = FORMATS[96], FORMATS[384]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("b7", "B07", "B07"), ("A01-D01", "A01", "D01"), ("A01:D01", "A01", "D01"),
     ("row A", "A01", "A12"), ("rows A-B", "A01", "B12"), ("Row h", "H01", "H12"),
     ("column 1", "A01", "H01"), ("columns 11 - 12", "A11", "H12")],
)  # fmt: skip
def test_wells_blocks_rows_and_columns(text: str, first: str, last: str) -> None:
    assert read_block(text, PLATE) == Block(first, last)


def test_a_row_is_as_long_as_its_plate() -> None:
    """24 columns on 384 wells."""
    assert len(read_block("row P", LARGE).wells) == 24
    assert len(read_block("column 24", LARGE).wells) == 16


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("Q1 A01-H12", "A01", "O23"), ("Q2 A01-H12", "A02", "O24"),
     ("Q3 A01-H12", "B01", "P23"), ("q4 A01-H12", "B02", "P24")],
)  # fmt: skip
def test_a_quadrant_is_every_second_well_of_every_second_row(
    text: str, first: str, last: str
) -> None:
    wells = read_block(text, LARGE).wells
    assert (len(wells), wells[0], wells[-1]) == (96, first, last)


def test_the_four_quadrants_are_the_whole_plate() -> None:
    """Each well once."""
    wells = [one for n in "1234" for one in read_block(f"Q{n} rows A-H", LARGE).wells]
    assert sorted(wells) == sorted(LARGE.wells())


def test_a_block_of_a_quadrant_is_one_of_the_quarter_plate() -> None:
    """Wells B1 and B2 of the third 96-well plate are D01 and D03."""
    assert read_block("Q3 B01-B02", LARGE).wells == ("D01", "D03")
    assert read_block("Q3 column 12", LARGE).wells[0] == "B23"


@pytest.mark.parametrize(
    ("text", "said"),
    [("row I", "I01 is not on a plate of 96 wells"), ("column 13", "A13 is not on a plate of 96"),
     ("Q1 A07", "A07 is not on a plate of 24 wells"), ("Q5 A01", "is no well or block"),
     ("everything", "write A01 or A01-D01, row A"), ("", "is no well or block"),
     ("column 0", "is no well or block|is not on"), ("rows B-", "is no well or block")],
)  # fmt: skip
def test_what_is_no_well_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_block(text, PLATE)

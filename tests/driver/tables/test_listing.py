"""The parts of a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.driver.tables.cells import Sheet, text_rows
from labsvc.driver.tables.listing import (
    Listing,
    find_header,
    first_plate,
    plate_number,
    read_listing,
)
from labsvc.driver.tables.spec import TableSpec
from labsvc.errors import ParseError
from tests.driver.tables.examples import COBRA, driver

SPEC = driver("cobra-csv").spec


def read(text: str, spec: TableSpec = SPEC) -> Listing:
    sheet = Sheet(tuple(text_rows(text, ",")), closed=True)
    header = find_header(sheet.rows, spec)
    assert header is not None
    return read_listing(sheet, header, spec)


def test_the_names_are_found_wherever_they_stand() -> None:
    """In any case of letters, in any order."""
    listing = read("x\n\nCPM,POS , counts\n5.5,1,6\nEnd of run\n", replace(SPEC, end=None,
                   skip=("^End",)))  # fmt: skip
    assert listing.header.index == 2
    assert listing.header.fields == {"position": 1}
    assert listing.header.places == {(0, "counts"): 2, (0, "cpm"): 0}


def test_a_row_without_every_demanded_name_is_no_header() -> None:
    assert find_header(list(text_rows("Pos,Counts,CPM\n", ",")),
                       replace(SPEC, header=("Pos", "Det"))) is None  # fmt: skip


def test_names_that_repeat_stay_apart() -> None:
    """A nameless column has a name too, so that nothing printed is lost."""
    header = find_header(list(text_rows("Pos,CPM,Counts,X,X,\n", ",")), SPEC)
    assert header is not None
    assert header.names[3:] == ("X", "X (2)", "column 6")


def test_average_rows_are_kept_apart_and_the_end_too() -> None:
    listing = read(COBRA)
    assert len(listing.lines) == 5
    assert [row.cells[0] for row in listing.skipped] == ["Average A"]
    assert [row.cells[0] for row in listing.foot] == ["End of run"]


def test_a_marker_names_the_plate_of_the_rows_below_it() -> None:
    """Above the names it counts for the first rows; the names may stand there again."""
    spec = replace(SPEC, plate_marker=r"^Plate (\d+)", end=None, skip=())
    names = "Pos,CPM,Counts\n"
    listing = read(f"Plate 4\n{names}A1,1,1\nPlate 7\n{names}A1,2,2\n", spec)
    assert [one.plate for one in listing.lines] == [4, 7]
    assert first_plate(listing.head, spec)[0] == 4


def test_a_marker_without_a_number_is_the_next_plate() -> None:
    import re  # noqa: PLC0415

    found = re.search("Plate (x)", "Plate x")
    assert found is not None
    assert plate_number(found, 2) == 3


@pytest.mark.parametrize("row", ["1,5", "1,5,5,5", ",5,5"])
def test_a_row_of_another_width_is_refused_and_one_without_a_place_is_kept(row: str) -> None:
    """What has no place is for the reading of the row to refuse."""
    spec = replace(SPEC, end=None, skip=())
    if row.startswith(","):
        assert len(read(f"Pos,CPM,Counts\n{row}\n", spec).lines) == 1
        return
    with pytest.raises(ParseError, match=f"line 2: found {row.count(',') + 1} cells"):
        read(f"Pos,CPM,Counts\n{row}\n", spec)


def test_names_without_rows_are_no_list() -> None:
    with pytest.raises(ParseError, match="no row of readings below"):
        read("Pos,CPM,Counts\n")

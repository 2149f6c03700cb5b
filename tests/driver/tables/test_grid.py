"""Plates drawn as grids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.driver.tables.cells import Row, Sheet, text_rows
from labsvc.driver.tables.grid import Grid, Track, find_grid, numbered, read_grids
from labsvc.driver.tables.spec import TableSpec
from labsvc.errors import ParseError
from tests.driver.tables.examples import GRIDS, driver

SPEC = driver("microbeta2-grid").spec
BARE = replace(
    SPEC, titled=False, plate_marker=None, end=None,
    channels=(replace(SPEC.channels[0], quantities={"cpm": ("CPM",)}),),
)  # fmt: skip
ONE = "\t1\t2\t3\t4\t5\t6\n" + "".join(f"{letter}\t1\t2\t3\t4\t5\t6\n" for letter in "ABCD")


def read(text: str, spec: TableSpec = SPEC) -> tuple[Grid, ...]:
    return read_grids(Sheet(tuple(text_rows(text, "\t")), closed=True), spec)[0]


@pytest.mark.parametrize("wide", [6, 8, 12, 24])
def test_the_row_of_numbers_is_known(wide: int) -> None:
    """As 1 or 01 or a number of a workbook; not 1, 2, 4, and not five of them."""
    for spelling in ("{}", "{:02}"):
        row = Row(1, ("", *(spelling.format(n) for n in range(1, wide + 1))))
        assert numbered(row) == (1, wide)
    assert numbered(Row(1, ("", *(float(n) for n in range(1, wide + 1))))) == (1, wide)
    assert numbered(Row(1, ("", *(str(n) for n in range(2, wide + 2))))) is None
    assert numbered(Row(1, ("", "1", "2", "3", "4", "5"))) is None


def test_plates_are_numbered_by_their_markers() -> None:
    """Plate 3 is 3, not the second."""
    grids = read(GRIDS)
    assert [(one.plate, one.title, one.place) for one in grids] == [
        (1, "CCPM1", (0, "cpm")),
        (1, "CCPM1%", (0, "error_2sigma_percent")),
        (3, "CCPM1", (0, "cpm")),
        (3, "CCPM1%", (0, "error_2sigma_percent")),
    ]
    assert grids[0].rows[0][0] == "1234.5"


def test_without_markers_every_bare_grid_is_the_next_plate() -> None:
    assert [one.plate for one in read(ONE + ONE, BARE)] == [1, 2]


def test_without_markers_a_title_that_returns_begins_the_next_plate() -> None:
    spec = replace(SPEC, plate_marker=None)
    text = f"CCPM1\n{ONE}CCPM1%\n{ONE}"
    assert [one.plate for one in read(text + text, spec)] == [1, 1, 2, 2]


def test_a_title_nobody_told_of_has_no_quantity() -> None:
    assert read(f"CCPM1\n{ONE}Height\n{ONE}")[1].place is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ONE[: ONE.index("D")], "row D of the grid is missing"),
        (ONE.replace("C\t", "X\t"), "line 4: found 'X 1 .*' where row C"),
        (ONE.replace("B\t1\t", "B\t"), "row B has 5 cells, its grid 6 columns"),
        (ONE.replace("B\t1\t", "B\t1\t1\t"), "row B has 7 cells"),
        ("x\n", "there is no grid"),
    ],
)
def test_a_grid_that_is_not_whole_is_refused(text: str, why: str) -> None:
    with pytest.raises(ParseError, match=why):
        read(text, BARE)


def test_letters_at_both_ends_are_a_frame() -> None:
    """Some programs print the row's letter on the right, too."""
    assert len(read(ONE.replace("B\t1\t2\t3\t4\t5\t6", "B\t1\t2\t3\t4\t5\t6\tB"), BARE)) == 1


def test_a_titled_grid_without_a_title_is_refused() -> None:
    with pytest.raises(ParseError, match="no title above"):
        Track(SPEC).next(list(text_rows(ONE, "\t"))[:1])


def test_no_grid_in_other_tables() -> None:
    assert find_grid(list(text_rows("Pos\tCPM\n1\t2\n", "\t"))) is None

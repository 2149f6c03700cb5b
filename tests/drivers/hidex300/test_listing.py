"""The grammar of the list."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError, decode
from labsvc_drivers.hidex300.listing import header_line, is_header, read_listing

DUAL = decode((Path(__file__).parent / "data" / "dual.csv").read_bytes())


def test_a_row_is_its_cells_by_column_name() -> None:
    """As printed, decimal commas and all."""
    listing = read_listing(DUAL, 1)
    assert [row.line for row in listing.rows] == [2, 3, 4, 5]
    assert listing.rows[0].cells["CPMroi2"] == "4,5"
    assert listing.columns[4:6] == ("CPMroi1", "CPMroi2")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Pos;SampleType;Rpt;Time;CPM;EndTime", True),
        ('"Pos","SampleType","Rpt","CPMroi1","EndTime"', True),
        ("EndTime, Rpt, Pos, CPM, SampleType", True),
        ("Pos;SampleType;Rpt;Time;CPMA;EndTime", False),
        ("Pos;SampleType;Rpt;CPM", False),
        ("", False),
    ],
)
def test_column_names_are_known_in_any_order(line: str, found: bool) -> None:
    """With either separator, quoted or not; a count rate is among them."""
    assert is_header(line) is found


def test_text_above_and_blank_lines_are_no_rows() -> None:
    """What stands above is kept."""
    text = f"SERT totals\n\n{DUAL}\n\n"
    assert header_line(text) == 3
    listing = read_listing(text, 3)
    assert listing.above == ("SERT totals",)
    assert [row.cells for row in listing.rows] == [row.cells for row in read_listing(DUAL, 1).rows]


@pytest.mark.parametrize("cut", [len(DUAL) - 1, len(DUAL) - 9, DUAL.index("A02") + 30])
def test_a_cut_within_a_row_is_refused(cut: int) -> None:
    """A figure cut in two is still a figure: only the line end tells."""
    with pytest.raises(ParseError, match="has no line end: it was cut short"):
        read_listing(DUAL[:cut], 1)

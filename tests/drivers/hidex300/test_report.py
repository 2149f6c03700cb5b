"""The grammar of the export."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError, decode
from labsvc_drivers.hidex300.report import read_report

TOTALS = decode((Path(__file__).parent / "data" / "SERT_TOTALS_C1.csv").read_bytes())
LINES = TOTALS.splitlines(keepends=True)


def test_a_block_is_its_keys_and_values() -> None:
    """As printed; the spectra are not kept."""
    first = read_report(TOTALS).blocks[0]
    assert first.line == 5
    assert list(first.cells)[:5] == ["Samp.", "Repe.", "Vial", "WName", "CPM"]
    assert (first.cells["CPM"], first.cells["EndTime"]) == ("41.970", "17/03/2026 09:12:20")
    assert len(first.cells) == 20


def test_the_header_is_read_by_its_words() -> None:
    """In any order; a line that nobody knows is kept."""
    header = read_report("".join([LINES[0], LINES[3], "Rack 2\n", *LINES[1:3], *LINES[4:]])).header
    assert (header.title, header.start_time, header.counting_type) == (
        "SERT_TOTALS_C1",
        "9:11:02",
        "Low",
    )
    assert header.rois == {"ROI1": "Free Channel Limits 1 - 1023, Type Beta"}
    assert header.remarks == ("Rack 2",)


def test_the_last_line_end_may_be_lost() -> None:
    """The last line of a block is one of 64 figures: it tells by itself that it is whole."""
    assert read_report(TOTALS.rstrip("\n")) == read_report(TOTALS)


@pytest.mark.parametrize("kept", [5, 9, 24, 25, 26, 700, 1049, 1050, 1051, 1081])
def test_a_cut_inside_a_block_is_refused(kept: int) -> None:
    """Among the keys, in the spectrum, in the matrix; the message says what was to follow."""
    with pytest.raises(ParseError, match=f"line {kept}: the report ends here; expected"):
        read_report("".join(LINES[:kept]))


def test_a_cut_between_blocks_gives_the_blocks_before_it() -> None:
    """There is no end mark: a run stopped here and a file cut here look the same."""
    assert read_report("".join(LINES[: 4 + 1079])).blocks == read_report(TOTALS).blocks[:1]


def test_the_width_of_a_spectrum_is_that_of_its_names() -> None:
    """Another set of spectra is passed over just as well."""
    narrow = TOTALS.replace(";Alpha Triple;Beta Triple", "")
    with pytest.raises(ParseError, match="line 1 of the 1024 of the spectrum, 3 whole numbers"):
        read_report(narrow)
    rows = (line.rsplit(";", 2)[0] + "\n" if line.count(";") == 4 else line for line in LINES)
    assert read_report("".join(rows)).blocks == read_report(TOTALS).blocks

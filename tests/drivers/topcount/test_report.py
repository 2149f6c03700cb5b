"""The grammar of reads."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError, decode
from labsvc_drivers.topcount.report import column_cell, grid_shape, read_report

DATA = Path(__file__).parent / "data"
PLATE = decode((DATA / "2041.003").read_bytes())
COLUMN = decode((DATA / "0613.0107").read_bytes())


def test_reads_of_both_formats_may_stand_in_one_file() -> None:
    """Each is known by its own shape, and by the line it starts at."""
    reads = read_report(PLATE + COLUMN + PLATE)
    assert [(read.layout, read.line) for read in reads] == [
        ("plate", 1),
        ("column", 22),
        ("plate", 119),
    ]


def test_a_blank_cell_is_a_place_not_counted() -> None:
    """Rows B, D, F and H of the sample."""
    (read,) = read_report(PLATE)
    assert len(read.cells) == 96
    assert {cell.position[0] for cell in read.counted()} == set("ACEG")


@pytest.mark.parametrize("end", ["", "\n\n\n", "\x1a", "    \n\x1a"])
def test_what_stands_after_the_last_read_does_not_matter(end: str) -> None:
    """Blank lines, and the Ctrl-Z that DOS writes after joined files."""
    assert read_report(PLATE + end) == read_report(PLATE)


def test_reads_may_be_joined_without_a_blank_line() -> None:
    """The shape alone says where one ends."""
    assert len(read_report(PLATE.rstrip("\n") + "\n" + COLUMN)) == 2


@pytest.mark.parametrize("lines", range(1, 20))
def test_a_plate_cut_after_any_of_its_lines_is_refused(lines: int) -> None:
    """A read has its whole shape or is none."""
    part = "".join(PLATE.splitlines(keepends=True)[:lines])
    with pytest.raises(ParseError, match="the report ends here; expected"):
        read_report(part)


def test_column_numbers_tell_the_plate() -> None:
    """6 columns are a plate of 24, 24 columns one of 384."""
    sizes = {n: grid_shape("  \t" + "\t".join(str(i) for i in range(1, n + 1))) for n in (6, 24)}
    assert [shape.size if shape else None for shape in sizes.values()] == [24, 384]
    assert grid_shape("  \t1\t2\t4") is None
    assert grid_shape("A\t1\t2\t3\t4\t5\t6") is None


def test_a_line_of_the_column_format_has_its_number() -> None:
    """Padding is the counter's own affair."""
    assert column_cell(" 94 ,  27 ,02:37:08 PM ", 94) == ("27", "02:37:08 PM")
    assert column_cell(" 94 ,  27 ,02:37:08 PM ", 93) is None
    assert column_cell("94,2,7,02:37:08", 94) is None

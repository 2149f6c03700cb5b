"""The lines of the table, and a last line without a line end."""

import pytest

from labsvc.driver import Lines, ParseError
from labsvc_drivers.tricarb.table import (
    Average,
    Entry,
    Missing,
    Row,
    Unended,
    Warned,
    read_columns,
    read_entries,
)

WARNING = "8/5/2025 6:42:02 PM:  Warning: User Has Modified Count Conditions."


def entries(*lines: str, header: str = "S#,Count Time,DPM1") -> list[Entry]:
    cursor = Lines("\n".join((header, *lines)))
    return list(read_entries(cursor, read_columns(cursor)))


def test_each_kind_of_line_is_told_apart() -> None:
    """Rows, missing vials, averages, warnings, blank lines and a repeated header."""
    lines = ("1,1.00,2.5", ",,2.5", "", "Missing vial 2.", WARNING, "S#,Count Time,DPM1", "")
    kinds = [type(entry) for entry in entries(*lines)]
    assert kinds == [Row, Average, Missing, Warned]


def test_quoted_fields_are_read() -> None:
    """A sample's name with a comma is read where a spreadsheet has put it in quotes."""
    (row,) = entries('1,"a, b",2.5', "", header="S#,SMPL_ID,DPM1")
    assert isinstance(row, Row)
    assert row.cells["SMPL_ID"] == "a, b"


@pytest.mark.parametrize(
    ("above", "last"),
    [("1,1.00,2.500", "2,1.00,3.125"), ("1,1.00,12", "2,1.00,0"), ("1,1.00,2.5", "2,1.00,*****")],
)
def test_a_last_row_that_cannot_go_on_is_taken(above: str, last: str) -> None:
    """All decimals of its column, a lone 0 in whole numbers, or the full stars: nothing can follow.

    The reader still says that rows may be missing.
    """
    found = entries(above, last)
    assert [type(entry) for entry in found] == [Row, Row, Unended]


@pytest.mark.parametrize(
    ("above", "last"),
    [
        ("1,1.00,2.500", "2,1.00,3.12"),
        ("1,1.00,2.500", "2,1.00,3"),
        ("1,1.00,12", "2,1.00,1"),
        ("1,1.00,2.500", "2,1.00,***"),
        ("1,1.00,2.500", "2,1.00,"),
        ("1,1.00,2.5", "2,1.00"),
        ("1,1.00,2", "2,1.00,2.5"),
        ("", "1,1.00,2.500"),
        ("", "1,1.00,*****"),
        ("1,1.00,hot", "2,1.00,hot"),
        ("1,1.00,2.5", "Missing vial 1"),
        ("1,1.00,2.5", WARNING[:-1]),
    ],
)
def test_a_last_line_that_may_go_on_is_refused(above: str, last: str) -> None:
    """Without a line end a shorter figure could be the beginning of a longer one."""
    with pytest.raises(ParseError, match="cut short or is still being written"):
        entries(above, last)


@pytest.mark.parametrize("last", ["Missing vial 12.", WARNING])
def test_lines_that_end_in_a_full_stop_are_whole(last: str) -> None:
    """The full stop is their own end mark."""
    assert isinstance(entries("1,1.00,2.5", last)[-1], Unended)


def test_column_names_without_a_line_end_are_refused() -> None:
    """More names could have followed."""
    with pytest.raises(ParseError, match="ends inside its column names"):
        read_columns(Lines("S#,CPMA"))


@pytest.mark.parametrize("header", ["S#", "S#;CPMA", "S#1,CPMA", "S#\tCPMA"])
def test_column_names_without_commas_or_without_s_are_refused(header: str) -> None:
    """Only the comma-delimited report is read; every table has its sample number."""
    cursor = Lines(f"{header}\n1,2\n")
    with pytest.raises(ParseError, match="separated by commas"):
        read_columns(cursor)


def test_a_number_of_absurd_length_is_refused() -> None:
    """Untrusted text never becomes anything but a ParseError."""
    with pytest.raises(ParseError, match="under S#"):
        entries("9" * 5000 + ",1.00,2.5", "")

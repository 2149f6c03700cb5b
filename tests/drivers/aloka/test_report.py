"""The table cut into rows."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.aloka.report import is_header, read_table, separator

HEADER = "My No;SN;RN;A-CPM;COUNT_DATE;COUNT_HOUR"
ROW = "1;2;1;100;2026/01/05;9:00"


def test_a_repeated_header_is_no_row() -> None:
    """Real files are said to repeat it."""
    table = read_table(f"{HEADER}\n{ROW}\n\n{HEADER}\n{ROW.replace('2', '3', 1)}\n")
    assert [row.cells["SN"] for row in table.rows] == ["2", "3"]
    assert [row.line for row in table.rows] == [2, 5]


def test_columns_are_found_by_name() -> None:
    """Their order is the counter set-up's."""
    table = read_table("COUNT_HOUR;B-CPM;SN;My No;RN;COUNT_DATE\n9:00;5;2;1;1;2026/01/05\n")
    assert table.regions == ("B",)
    assert table.rows[0].cells["B-CPM"] == "5"


def test_two_blank_names_at_the_end_are_date_and_hour() -> None:
    """So a public reader of these files has met them."""
    content = (Path(__file__).parent / "data" / "two_blank_names.csv").read_text()
    assert read_table(content).columns[-2:] == ("COUNT_DATE", "COUNT_HOUR")


def test_text_above_the_header_is_kept() -> None:
    """It holds what the laboratory typed."""
    assert read_table(f"Group 3\n\n{HEADER}\n{ROW}\n").above == ("Group 3",)


def test_a_file_without_header_is_refused() -> None:
    """Columns are never taken by place."""
    with pytest.raises(ParseError, match="no line names the columns My No, SN, RN"):
        read_table(f"{ROW}\n")


def test_the_separator_is_the_header_s() -> None:
    """Semicolons win: a comma may then be a decimal mark."""
    assert separator(HEADER) == ";"
    assert separator("My No,SN,RN") == ","
    assert is_header('"My No","SN","RN"')
    assert not is_header("My No is 3; SN 2")

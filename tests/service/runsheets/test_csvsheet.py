"""CSV run sheets: as spreadsheets write them, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.runsheets.csvsheet import read_csv

GOOD = "rack,Position,role,compound,concentration_uM,cells\n1,1,sample,X,10.0,H4\n"


def faults(text: str) -> list[str]:
    try:
        return [str(fault) for fault in read_csv(text.encode(), file="r.csv").faults]
    except ConfigError as fault:
        return [str(fault)]


def test_a_unit_in_the_column_name_or_in_the_cell_is_the_same() -> None:
    """10 in concentration_uM is 10 uM."""
    named = read_csv(GOOD.encode(), file="r.csv").rows[0]
    inside = GOOD.replace("concentration_uM", "concentration").replace("10.0", "10 uM")
    assert named.concentration_m == 1e-5
    assert read_csv(inside.encode(), file="r.csv").rows[0].concentration_m == 1e-5


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_spreadsheets_csv_is_read(delimiter: str, coding: str) -> None:
    """Excel writes the delimiter and the coding of its country."""
    text = GOOD.replace("uM", "µM").replace(",", delimiter).replace("\n", "\r\n")
    row = read_csv(text.encode(coding), file="r.csv").rows[0]
    assert (row.position, row.concentration_m, row.columns["cells"]) == ("1", 1e-5, "H4")


def test_blank_rows_and_empty_trailing_columns_are_passed_over() -> None:
    """Spreadsheets leave them behind."""
    text = "position,role,,\n1,blank,,\n,,,\n\n2,blank,,\n"
    assert [(row.line, row.position) for row in read_csv(text.encode(), file="r").rows] == [
        (2, "1"), (5, "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("10.0", "0,1", "r.csv:2: found 7 cells; the header has 6 columns"),
        ("10.0", '"0,1"', "has a comma in its number"),
        ("10.0", "=A1", "is not a concentration"),
        ("compound", "compuond", "did you mean 'compound'?"),
        ("concentration_uM", "concentration_units", "names no unit"),
        ("cells", "concentration_nM", "more than one column gives the concentration"),
        ("cells", "compound", "the column 'compound' is here twice"),
        ("role", "what", "r.csv:1: no column 'role'"),
        ("cells", "", "found 'H4' in a column without a name"),
        ("X", '"X\nY"', "invisible character U+000A"),
        ("X", '"X', "this is not CSV"),
        ("rack,", "# protocl: x\nrack,", "'protocl' is not a key here; did you mean 'protocol'?"),
        ("rack,", "# plate: a\n# plate: b\nrack,", "'plate' is here twice"),
    ],
)
def test_what_could_be_misread_is_refused_on_its_line(old: str, new: str, said: str) -> None:
    """A column may have any name but not nearly one of ours."""
    found = faults(GOOD.replace(old, new, 1))
    assert found, "nothing was refused"
    assert said in found[0]


def test_a_free_comment_is_no_key() -> None:
    """Only what looks like one of the keys is taken for it."""
    assert faults("# Made on a Monday: all well\n# no colon\n" + GOOD) == []


def test_masks_and_plates_may_have_their_column() -> None:
    """A reason in the column mask leaves the position out."""
    text = "plate,position,role,mask\nP1,A01,blank,bubble\nP1,A02,blank,\n"
    sheet = read_csv(text.encode(), file="r.csv")
    assert [(row.position, reason) for row, reason in sheet.masks] == [("A01", "bubble")]
    assert list(sheet.plates) == ["P1"]


PAGE = Path(__file__).parents[3] / "docs" / "reference" / "runsheet.md"


@pytest.mark.parametrize("block", re.findall(r"```csv\n(.*?)```", PAGE.read_text("utf-8"), re.S))
def test_the_tables_of_the_reference_can_be_copied(block: str) -> None:
    """As they stand; they hold something."""
    sheet = read_csv(block.encode(), file="r.csv")
    assert sheet.faults == []
    assert sheet.rows or sheet.fills

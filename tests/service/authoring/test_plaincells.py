"""Cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from labsvc.service.authoring.plaincells import meant, meant_remark, neutral, neutral_remark


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+UNC", "-log", "@SUM(1+1)", "\t=1+1", '=HYPERLINK("http://x","y")',
     "'=1", "''+x"],
)  # fmt: skip
def test_what_would_run_is_text_and_comes_back_the_same(text: str) -> None:
    """Also through a CSV's own quoting, and where it begins with an apostrophe already."""
    out = io.StringIO()
    csv.writer(out).writerow([neutral(text)])
    ((cell,),) = csv.reader(io.StringIO(out.getvalue()))
    assert cell.startswith("'")
    assert meant(cell) == text


@pytest.mark.parametrize("text", ["imipramine", "-1.5", "+2e-9", "-", "", "(+)-MK801", "1-2", "'x"])
def test_names_and_numbers_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text
    assert meant(text) == text


@pytest.mark.parametrize(
    "text",
    ["# radioligand: 1.04 nM,=1+1", "# lot x: 7;@SUM(A1)", '# title: "A", +cmd', "# a\t=1"],
)
def test_a_remark_that_would_run_is_one_cell_and_comes_back_the_same(text: str) -> None:
    """Whatever separates the cells, and with the empty ones that a spreadsheet adds."""
    written = neutral_remark(text)
    for separator in ",;\t":
        ((cell,),) = csv.reader([written], delimiter=separator)
        assert cell == text
    assert meant_remark(f"{written},,,") == text


@pytest.mark.parametrize("text", ["# radioligand: 1.04 nM, counted", "# lot x: -4, 7", "# a"])
def test_a_remark_that_runs_nothing_stays_as_it_is(text: str) -> None:
    assert neutral_remark(text) == text
    assert meant_remark(f"{text},,,") == text

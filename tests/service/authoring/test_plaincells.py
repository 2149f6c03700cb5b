"""Cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from labsvc.service.authoring.plaincells import meant, neutral


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

"""How figures and times are written into cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from labsvc.driver.tables.figures import figure, spelled
from labsvc.driver.tables.spelling import Spelling
from labsvc.errors import ParseError
from tests.driver.tables.examples import driver

COMMAS, SHEET = driver("wizard-1470").spec, driver("microbeta2-xlsx").spec
WHEN = datetime(2026, 4, 3, 9, 15)


def test_a_text_spells_and_a_workbook_holds() -> None:
    assert (Spelling(COMMAS).figure(1.5), Spelling(COMMAS).time(WHEN)) == (
        "1,5", "03/04/2026 09:15:00")  # fmt: skip
    assert (Spelling(SHEET).figure(1.5), Spelling(SHEET).time(WHEN)) == (1.5, WHEN)


def test_the_time_is_in_the_tables_unit() -> None:
    assert Spelling(replace(COMMAS, live_time_unit_s=60.0)).time_span(90.0) == "1,5"


@pytest.mark.parametrize("value", [1.5, 3.0])
def test_the_flipped_sign_is_refused_by_the_reader(value: float) -> None:
    """A whole number shows it too."""
    for spec in (COMMAS, SHEET):
        with pytest.raises(ParseError, match="read with a decimal"):
            figure(Spelling(spec, flipped=True).figure(value), spec.decimal, line=1, what="CPM")


def test_what_was_not_counted_is_blank_where_that_is_a_mark() -> None:
    assert Spelling(SHEET).not_counted == ""
    assert spelled(Spelling(COMMAS).not_counted) == "-"

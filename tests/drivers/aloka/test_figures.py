"""Figures and dates of a table whose language is not known."""

from datetime import date, time

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.aloka.figures import clock, dates, decimal_mark, figure


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [("12.5", ".", 12.5), ("12,5", ",", 12.5), ("***12,5", ",", 12.5), ("*****", ".", None),
     ("", ".", None), ("0", ",", 0.0)],
)  # fmt: skip
def test_a_figure_is_read_behind_asterisks(text: str, decimal: str, value: float | None) -> None:
    """Nothing but asterisks is no figure, and never 0."""
    assert figure(text, decimal=decimal, line=1, what="A-CPM") == value


@pytest.mark.parametrize("text", ["12*", "1*2", "1,234.5", "n/a"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    """An asterisk behind or within a figure is not filling."""
    with pytest.raises(ParseError, match=r"line 7: found .* where A-CPM"):
        figure(text, decimal=",", line=7, what="A-CPM")


def test_the_decimal_mark_is_the_file_s_own() -> None:
    """Between semicolons a comma is one; between commas it never is."""
    assert decimal_mark([(2, "1,5"), (3, "2")], ";") == ","
    assert decimal_mark([(2, "1.5"), (3, "2")], ";") == "."
    assert decimal_mark([(2, "1,5")], ",") == "."


def test_two_decimal_marks_are_refused() -> None:
    """One of them would be a thousands mark, and nothing says which."""
    with pytest.raises(ParseError, match=r"line 3: found '1,5' here and '2\.5' in line 2"):
        decimal_mark([(2, "2.5"), (3, "1,5")], ";")


@pytest.mark.parametrize("text", ["2026/01/05", "2026-1-5"])
def test_a_year_in_front_is_clear(text: str) -> None:
    """Then comes the month."""
    assert dates([(2, text)]) == {text: date(2026, 1, 5)}


def test_one_date_beyond_the_twelfth_shows_the_order_of_all() -> None:
    """Of the same file."""
    assert dates([(2, "12/01/2026"), (3, "13/01/2026")]) == {
        "12/01/2026": date(2026, 1, 12),
        "13/01/2026": date(2026, 1, 13),
    }
    assert dates([(2, "01/13/2026")]) == {"01/13/2026": date(2026, 1, 13)}


def test_a_date_that_may_be_read_two_ways_is_not_read() -> None:
    """Neither as the fourth of March nor as the third of April."""
    assert dates([(2, "03/04/2026")]) == {"03/04/2026": None}


def test_the_fourth_of_the_fourth_is_clear() -> None:
    """Both orders say the same."""
    assert dates([(2, "04/04/2026")]) == {"04/04/2026": date(2026, 4, 4)}


def test_an_hour_is_read_with_and_without_seconds() -> None:
    """Of a day of 24 hours."""
    assert clock("9:05", 1) == time(9, 5)
    assert clock("23:05:59", 1) == time(23, 5, 59)

"""Dates as tables spell them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.moments import moment, parts_of, why_unread, written
from labsvc.driver.tables.spec import DateOrder
from labsvc.errors import ParseError

THIRD = datetime(2026, 4, 3, 14, 5)


def read(text: Value, order: DateOrder | None = None, form: str | None = None) -> datetime | None:
    return moment(text, order, form, line=7, what="a date")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-04-03 14:05", None),
        ("2026/04/03T14:05:00", "month_first"),
        ("3-Apr-2026 14:05", None),
        ("Fri  3-Apr-2026 14:05", None),
        ("3. April 2026 14:05", None),
        ("Apr 3, 2026 2:05 PM", None),
        ("03/04/2026 14:05:00", "day_first"),
        ("04/03/2026 2:05:00 PM", "month_first"),
        ("03.04.26 14.05", "day_first"),
        ("03.04.2026 14:05:00,000", "day_first"),
    ],
)
def test_dates_are_read_in_the_order_that_is_told(text: str, order: DateOrder | None) -> None:
    """Names of months and years in front need no order."""
    assert read(text, order) == THIRD


def test_03_04_2026_is_not_guessed() -> None:
    """None, with the reason in words; not even 13/04/2026 is taken, for the next may be 12/04."""
    for text in ("03/04/2026 14:05", "13/04/2026 14:05"):
        assert read(text) is None
        assert "whether day or month comes first is not told" in why_unread(text, None, None)


@pytest.mark.parametrize("text", ["03.04.2026", "2026-04-03", datetime(2026, 4, 3)])
def test_a_day_without_a_time_is_not_midnight(text: Value) -> None:
    """An hour that was not printed is not filled in."""
    assert read(text, "day_first") is None
    assert why_unread("03.04.2026", "day_first", None) == "it is a day without a time of day"


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        ("04/13/2026 1:00", "day_first", "line 7: found '04/13/2026 1:00' .* month must be in"),
        ("13/04/2026 1:00", "month_first", "month must be in"),
        ("03/04/2026 1:00", "iso", "year-month-day"),
        ("31/02/2026 1:00", "day_first", "day is out of range"),
        ("3-Foo-2026 1:00", None, "'Foo' is no month"),
        ("13:00 PM", None, "no date that is known"),
        ("3-Apr-2026 13:00 PM", None, "there is no 13 pm"),
        ("yesterday", None, "no date that is known"),
    ],
)
def test_what_is_no_date_is_refused(text: str, order: DateOrder | None, why: str) -> None:
    """Day and month are never swapped to make a date of it."""
    with pytest.raises(ParseError, match=why):
        read(text, order)


def test_a_format_is_the_only_spelling() -> None:
    assert read("20260403 1405", form="%Y%m%d %H%M") == THIRD
    with pytest.raises(ParseError, match="expected %Y%m%d %H%M"):
        read("2026-04-03 14:05", form="%Y%m%d %H%M")


def test_a_clock_of_twelve_hours() -> None:
    """Midnight and noon are the two that are got wrong."""
    assert read("2026-04-03 12:00 AM") == datetime(2026, 4, 3, 0, 0)
    assert read("2026-04-03 12:00 PM") == datetime(2026, 4, 3, 12, 0)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),
    st.sampled_from(["day_first", "month_first", "iso", None]),
)
def test_what_is_written_is_read(value: datetime, order: DateOrder | None) -> None:
    """In every order."""
    assert read(written(value, order, None), order) == value


def test_of_a_date_in_numbers_alone_the_order_is_a_matter_of_custom() -> None:
    assert parts_of("03/04/2026 1:00") == (3, 4)
    assert parts_of("2026-04-03") is None

"""Dates in the language of the computer."""

from datetime import datetime

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.envision.dates import moments

CLEAR = "1/25/2026 2:10:15 PM"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(CLEAR, datetime(2026, 1, 25, 14, 10, 15)),
     ("25/1/2026 14:10:15", datetime(2026, 1, 25, 14, 10, 15)),
     ("1/25/2026 12:00:01 AM", datetime(2026, 1, 25, 0, 0, 1)),
     ("4/4/2026 12:00:01 PM", datetime(2026, 4, 4, 12, 0, 1))],
)  # fmt: skip
def test_a_clear_date_is_read(text: str, expected: datetime) -> None:
    """A number above 12, or day and month alike; hours of 12 or of 24."""
    assert moments([(3, text)]) == {text: expected}


def test_one_clear_date_shows_the_order_of_all() -> None:
    """Of the same file."""
    assert moments([(3, "1/2/2026 8:00:00"), (9, CLEAR)])["1/2/2026 8:00:00"] == datetime(
        2026, 1, 2, 8
    )


def test_an_unclear_date_is_not_read() -> None:
    """AM and PM are no proof of the American order."""
    assert moments([(3, "3/4/2026 2:10:15 PM")]) == {"3/4/2026 2:10:15 PM": None}


@pytest.mark.parametrize("text", ["1/25/2026 14:10:15 PM", "2026-01-25 14:10:15", "1/25/26 1:00"])
def test_another_notation_is_refused(text: str) -> None:
    """With the text that was found."""
    with pytest.raises(ParseError, match="line 3: found the date"):
        moments([(3, text)])


def test_dates_of_two_orders_are_refused() -> None:
    """One file has one language."""
    with pytest.raises(ParseError, match="neither all day first nor all month first"):
        moments([(3, CLEAR), (9, "25/1/2026 14:10:15")])

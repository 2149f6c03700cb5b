"""Clock times without a date."""

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.topcount.clock import first_and_last, has_half_days, is_clock, printed, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:00", 0),
        ("18:40:59", 67_259),
        (" 6:40:59 PM ", 67_259),
        ("12:00:01 AM", 1),
        ("12:00:01 PM", 43_201),
        ("11:59:59PM", 86_399),
    ],
)
def test_both_notations_give_seconds_since_midnight(text: str, expected: int) -> None:
    """Twelve AM is midnight, twelve PM is noon."""
    assert seconds(text, line=1) == expected


@pytest.mark.parametrize("text", ["24:00:00", "13:00:00 PM", "00:10:00 AM"])
def test_an_hour_that_does_not_exist_is_refused(text: str) -> None:
    """It has the shape of a clock time, so the message names the hour."""
    assert is_clock(text)
    with pytest.raises(ParseError, match="line 7: there is no hour"):
        seconds(text, line=7)


@pytest.mark.parametrize("text", ["", "18:40", "18:60:00", "18:40:5", "18.40.59", "18:40:59 P"])
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    """A time cut short is not another time."""
    assert not is_clock(text)
    with pytest.raises(ParseError, match="where a clock time was expected"):
        seconds(text, line=1)


def test_a_read_by_day_runs_from_its_earliest_time_to_its_latest() -> None:
    """In whatever order the plate was scanned."""
    assert first_and_last([300, 100, 200, 100]) == (100, 300)
    assert first_and_last([100]) == (100, 100)


def test_a_read_over_midnight_starts_in_the_evening() -> None:
    """23:59:50, 00:00:10 and 00:00:30 are forty seconds, not a day."""
    assert first_and_last([10, 30, 86_390]) == (86_390, 30)


@pytest.mark.parametrize("text", ["00:00:09", "13:05:00", "12:00:00 AM", "12:30:00 PM"])
def test_a_time_is_printed_as_it_was_read(text: str) -> None:
    """In its own notation."""
    assert printed(seconds(text, line=1), half_days=has_half_days(text)) == text

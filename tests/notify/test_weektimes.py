"""Times of the week, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from labsvc.notify.weektimes import week_span, week_time

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "latest"),
    [
        ("18:00", "2026-03-02 17:00", "2026-03-02 17:00"),
        ("18:00", "2026-03-02 16:59", "2026-03-01 17:00"),
        ("mon-fri 18:00", "2026-03-02 16:00", "2026-02-27 17:00"),
        ("sat,sun 09:00", "2026-03-02 16:00", "2026-03-01 08:00"),
        ("fri-mon 09:00", "2026-03-05 16:00", "2026-03-02 08:00"),
        # 29 March 2026: 02:30 is skipped, and stands for 03:30.
        ("02:30", "2026-03-29 01:29", "2026-03-28 01:30"),
        ("02:30", "2026-03-29 01:30", "2026-03-29 01:30"),
        # 25 October 2026: 02:30 comes twice, and is the first.
        ("02:30", "2026-10-25 00:30", "2026-10-25 00:30"),
        ("02:30", "2026-10-25 01:30", "2026-10-25 00:30"),
        ("sun 07:30", "2026-10-31 12:00", "2026-10-25 06:30"),
    ],
)
def test_the_last_time_by_the_wall_clock(text: str, now: str, latest: str) -> None:
    assert week_time(text).latest(utc(now), BERLIN) == utc(latest)


@pytest.mark.parametrize(
    ("text", "now", "holds"),
    [
        ("19:00-07:00", "2026-03-02 17:59", False),
        ("19:00-07:00", "2026-03-02 18:00", True),
        ("19:00-07:00", "2026-03-03 05:59", True),
        ("19:00-07:00", "2026-03-03 06:00", False),
        ("mon-fri 19:00-07:00", "2026-03-07 05:00", True),  # Saturday morning is Friday's night
        ("mon-fri 19:00-07:00", "2026-03-08 05:00", False),
        ("sat-sun 00:00-24:00", "2026-03-07 12:00", True),
        ("sat-sun 00:00-24:00", "2026-03-08 22:59", True),
        ("sat-sun 00:00-24:00", "2026-03-08 23:00", False),
        ("00:00-02:30", "2026-03-29 00:59", True),  # 01:59; the next minute is 03:00
        ("00:00-02:30", "2026-03-29 01:00", False),
        ("02:00-03:00", "2026-10-25 00:30", True),  # both hours
        ("02:00-03:00", "2026-10-25 01:30", True),
        ("02:00-03:00", "2026-10-25 02:00", False),
    ],
)
def test_a_span_is_read_off_the_wall_clock(text: str, now: str, holds: bool) -> None:
    assert week_span(text).holds(utc(now), BERLIN) is holds


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "18:60", "foo 18:00", "mon-fri", 18, None, "18:00 mon", "1:2"]
)
def test_what_is_no_time_is_told(text: object) -> None:
    with pytest.raises(ValueError, match=r"no time|no day"):
        week_time(text)


@pytest.mark.parametrize("text", ["", "19:00", "19:00-25:00", "mon 19:00", 7])
def test_what_is_no_span_is_told(text: object) -> None:
    with pytest.raises(ValueError, match=r"no span|no time of day"):
        week_span(text)


@pytest.mark.parametrize("text", ["mon,tue 18:00", "07:30"])
def test_it_is_written_as_it_is_read(text: str) -> None:
    assert str(week_time(text)) == text
    assert str(week_span(f"{text}-19:45")) == f"{text}-19:45"

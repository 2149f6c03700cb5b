"""What should have come and did not, clocks that drift, disks that fill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from labsvc.notify.deadman import Disk, Wanted, clock_trouble, disk_troubles, missing
from labsvc.notify.weektimes import week_time

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAILY = Wanted("daily plate", (week_time("mon-fri 18:00"),), timedelta(hours=24), "a run")
USUAL = (12, 13, 11, 12, 14) * 4
TEN = timedelta(minutes=10)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "last", "told"),
    [
        ("2026-03-02 17:59", None, False),  # Monday; Friday's was due before it was looked after
        ("2026-03-02 18:00", "2026-03-02 09:00", False),
        ("2026-03-02 18:00", "2026-03-01 17:00", True),  # Sunday's is too old
        ("2026-03-02 18:00", None, True),
        ("2026-03-02 21:00", "2026-03-02 20:00", False),  # it came after its time
        ("2026-03-03 17:00", None, True),
        ("2026-03-07 17:00", "2026-03-05 09:00", True),  # Saturday morning: of Friday's
        ("2026-03-07 19:00", "2026-03-05 09:00", False),  # a day later nobody is told any more
        ("2026-03-30 18:00", "2026-03-29 18:30", False),  # the clocks went forward in between
        ("2026-03-30 18:00", "2026-03-29 17:30", True),
    ],
)
def test_a_run_that_did_not_come_is_told(now: str, last: str | None, told: bool) -> None:
    """By the lab's own clock, on the days that are named."""
    found = missing(DAILY, berlin(last) if last else None, berlin(now), zone=BERLIN,
                    watched_since=berlin("2026-02-28 00:00"))  # fmt: skip
    assert (found is not None) is told


def test_it_says_when_the_last_one_came() -> None:
    found = missing(DAILY, berlin("2026-02-27 09:00"), berlin("2026-03-02 18:01"), zone=BERLIN,
                    watched_since=LONG_AGO)  # fmt: skip
    assert found is not None
    assert found.reason == (
        "It was to come by 2026-03-02 18:00 CET, not more than 1 d before. "
        "The last one came at 2026-02-27 09:00 CET."
    )


@pytest.mark.parametrize(
    ("free", "told", "found"),
    [
        (20.0, (), []),
        (9.9, (), ["disk"]),
        (11.0, ("disk",), ["disk"]),  # it stays until there is room to spare
        (12.5, ("disk",), []),
        (2.4, ("disk",), ["disk", "disk-full"]),
        (2.8, ("disk", "disk-full"), ["disk", "disk-full"]),
        (2.4, (), ["disk-full"]),  # one message is enough where it was never said that it fills
        (2.8, ("disk-full",), ["disk-full"]),
        (3.5, ("disk-full",), ["disk"]),
    ],
)
def test_a_disk_that_fills_is_told_by_steps(
    free: float, told: tuple[str, ...], found: list[str]
) -> None:
    disk = Disk("/home", int(free * 2**30), 100 * 2**30)
    assert [one.topic for one in disk_troubles(disk, 10, told)] == found


def minutes(*waits: float) -> list[timedelta]:
    return [timedelta(minutes=one) for one in waits]


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ((), None),
        ((12, 12, -5), None),  # within what is allowed
        ((12, 12, -15), "at least 15 min ahead"),
        ((*USUAL, 40, 42, 41, 45, 43), "30 min later"),
        ((*(one + 30 for one in USUAL), 12, 13, 12, 11, 10), "30 min sooner"),
        ((*USUAL, 19, 18, 20, 21, 19), None),  # by less than what is allowed
        ((*USUAL[1:], 300, 40, 42, 41, 45, 43), None),  # one took as long before
        ((*USUAL, 40, 42, 12, 45, 43), None),  # one came as ever
        ((*USUAL[1:], 40, 42, 41, 45, 43), None),  # too few before
    ],
)
def test_a_clock_that_drifts_is_told_where_the_reports_bear_it(
    waits: tuple[float, ...], told: str | None
) -> None:
    found = clock_trouble("microbeta-1", minutes(*waits), TEN)
    assert (told is None) == (found is None)
    assert found is None or told in found.reason  # type: ignore[operator]

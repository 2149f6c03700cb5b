"""Times of the week by the lab's own clock: ``mon-fri 18:00``, ``19:00-07:00``. Pure.

A moment that summer time skips is the moment after the gap by as much; one that comes twice is
the first. A span is read off the wall clock: an hour that comes twice lies in it both times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY: Final = frozenset(range(7))
_CLOCK: Final = r"(\d{1,2}):(\d{2})"
_TIME: Final = re.compile(rf"^(?:([a-z, -]+?)\s+)?{_CLOCK}$", re.ASCII)
_SPAN: Final = re.compile(rf"^(?:([a-z, -]+?)\s+)?{_CLOCK}\s*-\s*{_CLOCK}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class WeekTime:
    """A time of day on some days; 0 is Monday."""

    days: frozenset[int]
    at: time

    def latest(self, now: datetime, zone: tzinfo) -> datetime:
        """The last such moment that is not after ``now``, in UTC."""
        today = now.astimezone(zone).date()
        for back in range(9):
            day = today - timedelta(days=back)
            moment = datetime.combine(day, self.at, zone).astimezone(UTC)
            if day.weekday() in self.days and moment <= now:
                return moment
        raise ValueError("a time of the week without a day")

    def __str__(self) -> str:
        return f"{_days_in_words(self.days)}{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """From a time of day until another, which is on the next day unless it is later.

    ``days`` are those on which it begins.
    """

    days: frozenset[int]
    begins: time
    ends: time

    def holds(self, now: datetime, zone: tzinfo) -> bool:
        """Whether ``now`` lies in it."""
        local = now.astimezone(zone)
        wall, today = local.time(), local.weekday()
        if self.begins < self.ends:
            return today in self.days and self.begins <= wall < self.ends
        yesterday = (today - 1) % 7
        return (today in self.days and wall >= self.begins) or (
            yesterday in self.days and wall < self.ends
        )

    def __str__(self) -> str:
        return f"{_days_in_words(self.days)}{self.begins:%H:%M}-{self.ends:%H:%M}"


def week_time(text: object) -> WeekTime:
    """``mon-fri 18:00``, ``sat,sun 9:00``, ``07:30`` (every day); ValueError for anything else."""
    found = _TIME.match(text.strip().lower()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is no time of the week, such as mon-fri 18:00 or 07:30")
    return WeekTime(_days(found[1]), _clock(found[2], found[3]))


def week_span(text: object) -> WeekSpan:
    """``mon-fri 19:00-07:00``, ``sat-sun 00:00-24:00``; ValueError for anything else."""
    found = _SPAN.match(text.strip().lower()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(
            f"{text!r} is no span of the week, such as mon-fri 19:00-07:00 or sat-sun 00:00-24:00"
        )
    ends = time.min if (found[4], found[5]) == ("24", "00") else _clock(found[4], found[5])
    return WeekSpan(_days(found[1]), _clock(found[2], found[3]), ends)


def _clock(hours: str, minutes: str) -> time:
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"{hours}:{minutes} is no time of day; expected 00:00 to 23:59")
    return time(int(hours), int(minutes))


def _days(text: str | None) -> frozenset[int]:
    """``mon-fri, sun``; from a later to an earlier day it goes over the weekend."""
    if text is None:
        return EVERY_DAY
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = (one.strip() for one in part.partition("-"))
        begin, end = _day(first), _day(last or first)
        found |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(found)


def _day(name: str) -> int:
    if name not in DAYS:
        raise ValueError(f"{name!r} is no day of the week; expected one of {', '.join(DAYS)}")
    return DAYS.index(name)


def _days_in_words(days: frozenset[int]) -> str:
    return "" if days == EVERY_DAY else ",".join(DAYS[one] for one in sorted(days)) + " "

"""Clock times without a date: ``18:40:59`` or ``06:40:59 PM``, and a read that passes midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable

from labsvc.driver import ParseError

DAY = 86_400
_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d):([0-5]\d)(?: ?([AP]M))?$", re.ASCII)


def is_clock(text: str) -> bool:
    """Whether ``text`` has the shape of a clock time."""
    return _CLOCK.match(text.strip()) is not None


def has_half_days(text: str) -> bool:
    """Whether a clock time is printed with AM or PM."""
    return text.strip().endswith("M")


def seconds(text: str, *, line: int) -> int:
    """Seconds since midnight; ParseError when ``text`` is no time of day."""
    match = _CLOCK.match(text.strip())
    if match is None:
        raise ParseError(
            f"found {text.strip()!r} where a clock time was expected, such as '18:40:59' or "
            "'06:40:59 PM'",
            line=line,
        )
    hour, half = int(match[1]), match[4]
    if not (1 <= hour <= 12 if half else hour <= 23):
        raise ParseError(f"there is no hour {hour} in the clock time {text.strip()!r}", line=line)
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return hour * 3600 + int(match[2]) * 60 + int(match[3])


def first_and_last(clocks: Iterable[int]) -> tuple[int, int]:
    """The first and last of the clock times of one read (seconds since midnight).

    The longest stretch of the day without a count is the one outside the read; so a last time
    below the first one means that the read passed midnight.
    """
    times = sorted(set(clocks))
    before = times[-1:] + times[:-1]
    gaps = [(time - last) % DAY for last, time in zip(before, times, strict=True)]
    start = gaps.index(max(gaps))
    return times[start], times[start - 1]


def printed(time: int, *, half_days: bool) -> str:
    """``18:40:59``, or ``06:40:59 PM`` where the counter prints half days."""
    hour, rest = divmod(time % DAY, 3600)
    tail = f"{rest // 60:02d}:{rest % 60:02d}"
    if not half_days:
        return f"{hour:02d}:{tail}"
    return f"{hour % 12 or 12:02d}:{tail} {'PM' if hour >= 12 else 'AM'}"

"""The counter's date and time, ``03-Apr-2026 14:59``: of fixed width, month names in English."""

from __future__ import annotations

import re
from datetime import datetime

from labsvc.driver import ParseError

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME = re.compile(r"(\d{2})-([A-Z][a-z]{2})-(\d{4}) (\d{2}):(\d{2})", re.ASCII)


def moment(text: str, line: int) -> datetime:
    """The time printed as ``text``, English months whatever the computer's own language.

    ``text`` has the form of TIME; ParseError where no calendar has such a day.
    """
    match = TIME.fullmatch(text)
    assert match is not None
    day, month, year, hour, minute = match.groups()
    try:
        return datetime(int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute))  # noqa: DTZ001
    except ValueError as error:
        raise ParseError(
            f"found {text!r}; expected a date and time such as '03-Apr-2026 14:59'", line=line
        ) from error


def printed(at: datetime) -> str:
    return f"{at:%d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M}"

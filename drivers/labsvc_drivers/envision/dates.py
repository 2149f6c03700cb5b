"""Dates printed in the language of the computer: read, or said to be unclear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from labsvc.driver import DateOrder, ParseError

_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d)(?: ([AP])M)?$", re.ASCII)


def moments(
    printed: Sequence[tuple[int | None, str]], told: DateOrder | None = None
) -> dict[str, datetime | None]:
    """Each date of ``(line, text)``; None for all whose day and month are not clear.

    A number above 12 in any of them shows the order for all of them; else ``told`` is the order.
    ParseError where the two differ.
    """
    parts = {text: (_parts(text, line), line) for line, text in printed}
    day_first = any(part[0] > 12 for part, _ in parts.values())
    month_first = any(part[1] > 12 for part, _ in parts.values())
    if day_first and month_first:
        raise ParseError(
            f"the dates {', '.join(parts)} are neither all day first nor all month first",
            line=printed[0][0],
        )
    if (day_first and told == "month_first") or (month_first and told == "day_first"):
        raise ParseError(
            f"the dates {', '.join(parts)} are not {told}, as the locale of its source tells: "
            "correct the one that is wrong",
            line=printed[0][0],
        )
    if not (day_first or month_first):
        day_first, month_first = told == "day_first", told == "month_first"
    found: dict[str, datetime | None] = {}
    for text, ((a, b, year, hour, minute, second), line) in parts.items():
        if not (day_first or month_first or a == b):
            found[text] = None
            continue
        month, day = (b, a) if day_first else (a, b)
        try:
            found[text] = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        except ValueError as error:
            raise ParseError(f"found the date {text!r}: {error}", line=line) from None
    return found


def _parts(text: str, line: int | None) -> tuple[int, int, int, int, int, int]:
    match = _DATE.match(text)
    hour = int(match[4]) if match else 0
    if match is None or (match[7] and not 1 <= hour <= 12):
        raise ParseError(
            f"found the date {text!r}; expected one such as '1/25/2026 2:10:15 PM' or "
            "'25/1/2026 14:10:15'",
            line=line,
        )
    if match[7]:
        hour = hour % 12 + (12 if match[7] == "P" else 0)
    return int(match[1]), int(match[2]), int(match[3]), hour, int(match[5]), int(match[6])

"""Figures and dates as a table in an unknown language prints them: read, or said to be unclear."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time

from labsvc.driver import DateOrder, Decimal, ParseError, number

_YEAR_FIRST = re.compile(r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$", re.ASCII)
_YEAR_LAST = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$", re.ASCII)
_GROUPED = re.compile(r"^\**[1-9]\d{0,2},\d{3}$", re.ASCII)
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$", re.ASCII)


def figure(text: str, *, decimal: str, line: int, what: str) -> float | None:
    """The number behind leading asterisks; None for a cell that is blank or all asterisks.

    ``decimal`` is the file's own mark, ``.`` or ``,``.
    """
    bare = text.lstrip("*").strip()
    if not bare:
        return None
    return number(bare.replace(",", ".") if decimal == "," else bare, line=line, what=what)


def decimal_mark(
    cells: Iterable[tuple[int, str]], separator: str, told: Decimal | None = None
) -> str:
    """The decimal mark of all ``(line, cell)``: a comma may be one only between semicolons.

    What the source tells rules: a figure with the other mark is then refused.
    """
    if separator == ",":
        return "."
    comma = point = None
    for at in cells:
        comma = at if comma is None and "," in at[1] else comma
        point = at if point is None and "." in at[1] else point
    if comma and point:
        raise ParseError(
            f"found {comma[1]!r} here and {point[1]!r} in line {point[0]}; expected one decimal "
            "mark throughout, comma or point",
            line=comma[0],
        )
    if told is not None and (wrong := comma if told == "point" else point):
        raise ParseError(
            f"found {wrong[1]!r}; the locale of its source tells that the decimal sign is a "
            f"{told}: correct it or the file",
            line=wrong[0],
        )
    return "," if comma else "."


def unproved_comma(cells: Iterable[tuple[int, str]]) -> str | None:
    """A figure whose comma could part thousands, where every figure with a comma is such a one."""
    first = None
    for _, cell in cells:
        if "," in cell:
            if _GROUPED.match(cell) is None:
                return None
            first = first or cell
    return first


def dates(
    cells: Iterable[tuple[int, str]], told: DateOrder | None = None
) -> dict[str, date | None]:
    """Each printed date of ``(line, cell)``; None for all whose day and month are not clear.

    A number above 12 in any of them shows the order for all of them; else ``told`` is the order.
    ParseError where the two differ.
    """
    first_line: dict[str, int] = {}
    for line, cell in cells:
        first_line.setdefault(cell, line)
    parts = {cell: _parts(cell, line) for cell, line in first_line.items()}
    year_last = [p for cell, p in parts.items() if _YEAR_LAST.match(cell)]
    day_first = any(first > 12 for first, _, _ in year_last)
    month_first = any(second > 12 for _, second, _ in year_last)
    if day_first and month_first:
        raise ParseError(
            f"the dates {', '.join(first_line)} are neither all day first nor all month first",
            line=min(first_line.values()),
        )
    if (day_first and told == "month_first") or (month_first and told == "day_first"):
        raise ParseError(
            f"the dates {', '.join(first_line)} are not {told}, as the locale of its source tells: "
            "correct the one that is wrong",
            line=min(first_line.values()),
        )
    if not (day_first or month_first):
        day_first, month_first = told == "day_first", told == "month_first"
    found: dict[str, date | None] = {}
    for cell, (a, b, c) in parts.items():
        if _YEAR_FIRST.match(cell):
            found[cell] = _date(a, b, c, cell, first_line[cell])
        elif day_first or month_first or a == b:
            month, day = (b, a) if day_first else (a, b)
            found[cell] = _date(c, month, day, cell, first_line[cell])
        else:
            found[cell] = None
    return found


def clock(text: str, line: int) -> time:
    """``9:05`` or ``09:05:30``."""
    match = _CLOCK.match(text)
    try:
        if match:
            return time(int(match[1]), int(match[2]), int(match[3] or 0))
        why = "expected a time such as 14:05:30"
    except ValueError as error:
        why = str(error)
    raise ParseError(f"found the hour {text!r}: {why}", line=line)


def _parts(text: str, line: int) -> tuple[int, int, int]:
    match = _YEAR_FIRST.match(text) or _YEAR_LAST.match(text)
    if match is None:
        raise ParseError(
            f"found the date {text!r}; expected one such as 2026/01/05, 2026-01-05 or 05/01/2026",
            line=line,
        )
    return int(match[1]), int(match[2]), int(match[3])


def _date(year: int, month: int, day: int, text: str, line: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ParseError(f"found the date {text!r}: {error}", line=line) from None

"""What the cells of an example show: decimal sign, order of dates, marks, unit of the time.

Each answer comes with what is left open; nothing is decided that the cells do not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labsvc.driver.tables.figures import Value, figure, has_decimals, spelled
from labsvc.driver.tables.moments import parts_of
from labsvc.driver.tables.spec import DateOrder
from labsvc.errors import ParseError
from labsvc.model.locale import Decimal

_MARKS = {"", "-", "--", "n/a", "na", "nd", "missing", "missing vial", "not counted"}
_STARS = re.compile(r"^[*#]{2,}$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}[.,]\d{3}$")
_TOLERANCE = 0.05
_ENOUGH_COUNTS = 1000
_MAY_DIFFER = 0.2


@dataclass(frozen=True, slots=True)
class Marks:
    """Texts in place of figures; ``strange`` are those of unknown meaning."""

    not_counted: tuple[str, ...]
    overflow: tuple[str, ...]
    strange: tuple[str, ...]


def decimal_sign(cells: Iterable[Value]) -> tuple[Decimal, str | None]:
    """The decimal sign, and what is not certain about it."""
    texts = [one for one in cells if isinstance(one, str)]
    signs: dict[Decimal, list[str]] = {
        "point": [one for one in texts if has_decimals(one, "point")],
        "comma": [one for one in texts if has_decimals(one, "comma")],
    }
    if signs["point"] and signs["comma"]:
        return "point", (
            f"some figures have a point ({signs['point'][0]}), others a comma "
            f"({signs['comma'][0]}): one of them groups thousands; say which is the decimal sign"
        )
    sign: Decimal = "comma" if signs["comma"] else "point"
    if not signs[sign]:
        return sign, "no figure shows its decimal sign: decimal is a proposal" if texts else None
    if all(_THOUSANDS.match(one.strip()) for one in signs[sign]):
        return sign, (
            f"every figure with a {sign} has three digits behind it ({signs[sign][0]}): it may "
            "group thousands instead; compare with the counter's own print-out"
        )
    return sign, None


def date_order(cells: Iterable[Value]) -> tuple[DateOrder | None, str | None]:
    """The order of day and month, and what is not certain about it."""
    texts = [spelled(one) for one in cells if isinstance(one, str)]
    pairs = {one: parts for one in texts if (parts := parts_of(one)) is not None}
    if not pairs:
        return None, None
    example = next(iter(pairs))
    day_first = any(first > 12 for first, _ in pairs.values())
    month_first = any(second > 12 for _, second in pairs.values())
    if day_first == month_first:
        return None, (
            f"the date {example!r} may be day first or month first, and nothing here tells: write "
            "dates: {order: day_first} or {order: month_first}. Until then no time is read"
        )
    return ("day_first" if day_first else "month_first"), None


def marks(cells: Iterable[Value], decimal: Decimal) -> Marks:
    """Every text among the figures that is none."""
    texts = dict.fromkeys(spelled(one) for one in cells if not _is_figure(one, decimal))
    known = tuple(one for one in texts if one.casefold() in _MARKS)
    stars = tuple(one for one in texts if _STARS.match(one))
    return Marks(known, stars, tuple(one for one in texts if one not in (*known, *stars)))


def time_unit(
    times: Sequence[Value], counts: Sequence[Value], rates: Sequence[Value], decimal: Decimal
) -> str | None:
    """``s`` or ``min`` where counts over count rate shows it; None where it does not."""
    found: list[str | None] = []
    for time, count, rate in zip(times, counts, rates, strict=True):
        cells = (time, count, rate)
        if not all(_is_figure(one, decimal) for one in cells):
            continue
        told, many, per_minute = (figure(one, decimal, line=1, what="") for one in cells)
        # Of few counts, background and rounding take too much to tell.
        if many >= _ENOUGH_COUNTS and per_minute > 0 and told > 0:
            found.append(_unit(told, many / per_minute))
    said = {one for one in found if one is not None}
    agreed = len(said) == 1 and found.count(None) <= len(found) * _MAY_DIFFER
    return said.pop() if agreed else None


def _unit(told: float, minutes: float) -> str | None:
    for unit, length in (("s", 60.0), ("min", 1.0)):
        if abs(told / (minutes * length) - 1) < _TOLERANCE:
            return unit
    return None


def is_clock(cells: Iterable[Value]) -> bool:
    """Whether these are times of day (9:15:00), not lengths of time."""
    texts = [spelled(one) for one in cells if spelled(one)]
    return bool(texts) and all(re.match(r"^\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?$", one, re.IGNORECASE)
                               for one in texts)  # fmt: skip


def _is_figure(cell: Value, decimal: Decimal) -> bool:
    try:
        figure(cell, decimal, line=1, what="")
    except ParseError:
        return False
    return True

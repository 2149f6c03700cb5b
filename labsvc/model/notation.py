"""Numbers as people in the lab write them: three significant figures, the unit's own prefix."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache

_AMOUNT = re.compile(
    r"(?P<number>\d[\d.]*(?:e[+-]?\d+)?) (?P<unit>[mµnpf]?M)\b(?P<limits> \[[^\]]*\])?"
)
_DIGITS = re.compile(r"\d[\d.]*(?:e[+-]?\d+)?")
_PREFIXES = ((0, "M"), (-3, "mM"), (-6, "µM"), (-9, "nM"), (-12, "pM"), (-15, "fM"))
NOTHING = "–"
_FORMS = tuple(f"%.{digits}g" for digits in range(18))
_WITHOUT_EXPONENT = tuple(min(10.0**digits, 1e7) - 1 for digits in range(18))
Interval = tuple[float | None, float | None]


def significant(value: float | None, digits: int = 3) -> str:
    """``0.045678`` -> ``0.0457``; ``1234.5`` -> ``1230``; None and NaN -> an en dash."""
    if value is not None and 1e-4 <= value < _WITHOUT_EXPONENT[digits]:
        return _FORMS[digits] % value  # the common case, four times as fast
    if value is None or not math.isfinite(value):
        return NOTHING
    if value <= 0:
        return f"\u2212{significant(-value, digits)}" if value else "0"
    rounded = float(f"{value:.{digits - 1}e}")
    if not 1e-4 <= rounded < 1e7:
        return f"{rounded:.{digits}g}".replace("e-0", "e-").replace("e+0", "e+")
    decimals = max(digits - 1 - math.floor(math.log10(rounded)), 0)
    text = f"{rounded:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float | None) -> str:
    """A number as it was given, to ten figures; never rounded for looks. ASCII, to be copied."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:.10g}"


@lru_cache(maxsize=1024)  # a plate repeats its few concentrations hundreds of times
def molar(value: float | None) -> str:
    """A molar concentration with its prefix: ``1.6e-8`` -> ``16 nM``."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    power, unit = _prefix(value)
    return f"{significant(_scaled(value, power))} {unit}"


def interval(low_high: Interval | None) -> str:
    """``(12.04, 21)`` -> ``[12-21]``; an open end is said in words."""
    if low_high is None:
        return ""
    return _bracket(low_high, 0)


@lru_cache(maxsize=512)  # a report says each Ki three times
def molar_interval(value: float | None, ci95: Interval | None) -> str:
    """``16 nM [12-21]``: value and interval share the value's prefix."""
    if value is None or not math.isfinite(value) or value <= 0 or ci95 is None:
        return molar(value)
    return f"{molar(value)} {_bracket(ci95, _prefix(value)[0])}"


def in_unit(text: str, unit: str) -> str:
    """``IC50 33 nM [28-39]`` in µM: ``IC50 0.033 µM [0.028-0.039]``. The figures stay as they are.

    ``unit`` empty: as it is. Only molar amounts that end a word, with the interval behind them.
    """
    return _AMOUNT.sub(lambda found: _moved(found, unit), text) if unit else text


def _moved(found: re.Match[str], unit: str) -> str:
    powers = {name: power for power, name in _PREFIXES}
    shift = powers[found["unit"]] - powers[unit]
    number, limits = (
        _DIGITS.sub(lambda one: _shifted(one[0], shift), found[part] or "")
        for part in ("number", "limits")
    )
    return f"{number} {unit}{limits}"


def _shifted(digits: str, shift: int) -> str:
    text = f"{Decimal(digits).scaleb(shift):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_interval(value: float | None, ci95: Interval | None) -> str:
    """``−1.04 [−1.2–−0.9]`` is hard to read, so a negative end is joined by ``to``."""
    return f"{significant(value)} {interval(ci95)}".strip()


def _bracket(low_high: Interval, power: int) -> str:
    low, high = low_high
    if _open(low) and _open(high):
        return "[no limits]"
    if _open(low):
        return f"[no lower limit to {_end(high, power)}]"
    if _open(high):
        return f"[{_end(low, power)} to no upper limit]"
    joint = " to " if (low or 0) < 0 or (high or 0) < 0 else "-"
    return f"[{_end(low, power)}{joint}{_end(high, power)}]"


def _open(end: float | None) -> bool:
    return end is None or not math.isfinite(end)


def _end(end: float | None, power: int) -> str:
    return significant(None if end is None else _scaled(end, power))


def _prefix(value: float) -> tuple[int, str]:
    """The prefix that leaves one to three digits before the point (after rounding)."""
    exponent = int(f"{value:.2e}".partition("e")[2])
    for power, unit in _PREFIXES:
        if exponent >= power:
            return power, unit
    return _PREFIXES[-1]


def _scaled(value: float, power: int) -> float:
    # Through decimal text: 1.6e-8 / 1e-9 is 16.000000000000004 in binary.
    return float(f"{value / 10.0**power:.12g}")

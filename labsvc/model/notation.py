"""Numbers as a pharmacologist writes them: three figures, the fitting molar prefix."""

from __future__ import annotations

import math

_PREFIXES = ((1.0, "M"), (1e-3, "mM"), (1e-6, "µM"), (1e-9, "nM"), (1e-12, "pM"), (1e-15, "fM"))


def significant(value: float, digits: int = 3) -> str:
    """``value`` with that many significant digits, never in exponent form: 0.0123, 16.2, 1230."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    return f"{rounded:.{max(decimals, 0)}f}"


def molar_prefix(value: float) -> tuple[float, str]:
    """The unit that shows a molar concentration as 1 to 999: ``(1e-9, "nM")`` for 16e-9."""
    if value <= 0 or not math.isfinite(value):
        return _PREFIXES[0]
    for size, name in _PREFIXES:
        if float(f"{value:.3g}") >= size:
            return size, name
    return _PREFIXES[-1]


def molar(value: float, digits: int = 3) -> str:
    """A molar concentration for people: ``1.6e-8`` is ``16.0 nM``."""
    size, name = molar_prefix(value)
    return f"{significant(value / size, digits)} {name}"


def molar_interval(value: float, low: float | None, high: float | None) -> str:
    """A concentration with its interval in one unit: ``16.0 nM [12.1-21.3]``; open ends said."""
    size, name = molar_prefix(value)
    ends = [
        significant(end / size) if end is not None else word
        for end, word in ((low, "no lower limit"), (high, "no upper limit"))
    ]
    return f"{significant(value / size)} {name} [{ends[0]}-{ends[1]}]"

"""The pieces that curves are made of, and where to look for their parameters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.model import Constant, Numbers, Parameter, Range

_LARGEST = 700.0  # exp() stays inside the range of a float up to here
BEYOND = 6.0  # decades that a parameter may lie outside the tested range
_STARTS_BEYOND = 1.0
_STEP = 0.5

TOP = Parameter("top", "response", "the upper plateau", linear=True)
BOTTOM = Parameter("bottom", "response", "the lower plateau", linear=True)
RADIOLIGAND = Constant(
    "radioligand", "M", "free concentration of the radioligand",
    also={"hot": 1.0, "l": 1.0, "radioligandnm": 1e-9, "hotnm": 1e-9},
)  # fmt: skip
CONC = Constant("conc", "M", "that of all points, where there is no column conc", optional=True)
KD = Constant("kd", "M", "its dissociation constant", also={"hotkd": 1.0, "hotkdnm": 1e-9})


def bounded(exponent: Numbers) -> Numbers:
    """An exponent kept where exp() neither overflows nor vanishes."""
    real = exponent.real
    if (np.abs(real) <= _LARGEST).all():
        return exponent
    return np.where(real > _LARGEST, _LARGEST, np.where(real < -_LARGEST, -_LARGEST, exponent))


def power_of_ten(exponent: Numbers) -> Numbers:
    """``10 ** exponent``, never infinite."""
    return np.asarray(np.exp(bounded(LN10 * np.asarray(exponent))))


def share(exponent: Numbers) -> Numbers:
    """``1 / (1 + 10 ** exponent)``."""
    return np.asarray(1.0 / (1.0 + power_of_ten(exponent)))


def shares(exponent: Array) -> tuple[Array, Array]:
    """``share`` and the rest of it, both without cancellation, of real exponents."""
    odds = np.exp(np.minimum(LN10 * exponent, _LARGEST))
    part = 1.0 / (1.0 + odds)
    return part, odds * part


def decades(x: Array, shift: float = 0.0) -> Range:
    """The range of a log10 constant that shows at these x: starts half a decade apart."""
    tested = x[np.isfinite(x) & (x > 0)]
    if not len(tested):
        return Range(-BEYOND, BEYOND, (0.0,))
    return _about(float(np.log10(tested.min())) + shift, float(np.log10(tested.max())) + shift)


@lru_cache(maxsize=64)
def _about(low: float, high: float) -> Range:
    first, last = low - _STARTS_BEYOND, high + _STARTS_BEYOND
    count = round((last - first) / _STEP) + 1
    return Range(low - BEYOND, high + BEYOND, tuple(np.linspace(first, last, count).tolist()))


def rates(time: Array) -> Range:
    """The range of a log10 rate constant whose course these times (minutes) show."""
    seen = decades(time)
    return Range(-seen.high, -seen.low, tuple(-one for one in reversed(seen.starts)))


def positive(name: str, what: str) -> str:
    """The sentence for an amplitude that came out negative."""
    return f"{what} ({name}) came out negative: the data do not follow this model."

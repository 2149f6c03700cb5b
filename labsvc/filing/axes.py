"""Axes: where the ticks go and what they say; from values to pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

from labsvc.model.notation import molar, significant

_STRIDES = (1, 2, 3, 6, 12, 24, 48, 96, 192, 384)
_MINOR_DECADES = 7  # beyond this many decades, minor ticks are a smear
_PERCENT_WINDOW = (-50.0, 200.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick at ``value`` (axis units); ``label`` empty: a minor tick."""

    value: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: ``low`` is at pixel ``start``, ``high`` at pixel ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def clamped(self, value: float) -> float:
        """The pixel of ``value``, or of the nearest end when it lies outside."""
        if value < self.low:
            return self.start
        return self.end if value > self.high else self(value)

    def tenths(self, values: Sequence[float]) -> list[int]:
        """``clamped`` for many values at once, in tenths of a pixel. No pixel is negative."""
        if values and (min(values) < self.low or max(values) > self.high):
            values = [min(max(one, self.low), self.high) for one in values]
        slope = 10 * (self.end - self.start) / (self.high - self.low)
        origin = 10 * self.start - slope * self.low + 0.5
        return [int(origin + slope * value) for value in values]

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def is_number(value: float | None) -> TypeGuard[float]:
    """Whether ``value`` was had and is finite."""
    return value is not None and math.isfinite(value)


def finite(values: Iterable[float | None]) -> list[float]:
    """The values that are numbers."""
    return [value for value in values if value is not None and math.isfinite(value)]


def log_range(molars: Iterable[float | None], *, padding: float = 0.3) -> tuple[float, float]:
    """The range of a log10 molar axis that shows these; one decade wide at the least."""
    logs = [math.log10(value) for value in finite(molars) if value > 0]
    if not logs:
        return -9.0, -5.0
    low, high = min(logs) - padding, max(logs) + padding
    missing = max(1.0 - (high - low), 0.0)
    return low - missing / 2, high + missing / 2


@lru_cache(maxsize=256)  # the compounds of a plate mostly share one dilution series
def log_ticks(low: float, high: float, *, most: int = 5) -> tuple[Tick, ...]:
    """Ticks of a log10 molar axis: decades labelled ``1 nM``, ``10 nM`` ..., minors between.

    At most ``most`` are labelled; where fewer than two decades fit, 2 and 5 are labelled too.
    """
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) < 2:
        return _within_a_decade(low, high, most)
    stride = next(one for one in _STRIDES if len(_every(decades, one)) <= most)
    labelled = set(_every(decades, stride))
    ticks = [Tick(float(power), _decade(power) if power in labelled else "") for power in decades]
    if high - low <= _MINOR_DECADES:
        ticks += [Tick(value) for value in _between(low, high, range(2, 10))]
    return tuple(sorted(ticks, key=lambda tick: tick.value))


def linear_ticks(low: float, high: float, *, most: int = 6) -> tuple[Tick, ...]:
    """Ticks at a round step (1, 2 or 5 times a power of ten), all labelled."""
    step = round_step(low, high, most)
    first, last = _multiples(low, high, step)
    return tuple(
        Tick(number * step, _step_label(number * step, step)) for number in range(first, last + 1)
    )


def round_step(low: float, high: float, most: int) -> float:
    """The smallest 1, 2 or 5 x 10^n with at most ``most`` (3 or more) multiples in the range.

    The multiples are counted, not estimated from the span: by its span alone 1 ... 400002 would
    take steps of 500000 and show no tick at all. The next smaller step has four multiples or
    more, so this one keeps at least one.
    """
    power = math.floor(math.log10((high - low) / most))
    for exponent in range(power, power + 3):
        for digit in (1, 2, 5):
            step = digit * 10.0**exponent
            first, last = _multiples(low, high, step)
            if last - first < most:
                return step
    return 10.0 ** (power + 3)


def _multiples(low: float, high: float, step: float) -> tuple[int, int]:
    """The first and the last multiple of ``step`` in the range (as counts of steps)."""
    return math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)


def response_range(values: Iterable[float | None], *, percent: bool) -> tuple[float, float]:
    """The range of a response axis: with 0 always, with 100 for percent, and some air.

    Percent stays within -50 ... 200: one wild well must not flatten every curve.
    """
    seen = finite(values)
    low, high = min([0.0, *seen]), max([100.0 if percent else 0.0, *seen])
    if percent:
        low, high = max(low, _PERCENT_WINDOW[0]), min(high, _PERCENT_WINDOW[1])
    if high == low:
        high = low + 1.0
    air = 0.07 * (high - low)
    return (low - air if low < 0 or percent else low), high + air


def response_ticks(low: float, high: float, *, percent: bool) -> tuple[Tick, ...]:
    """Percent: 0, 50, 100 ... labelled with minors at 25; otherwise round numbers."""
    if not percent:
        return linear_ticks(low, high)
    quarters = range(math.ceil(low / 25), math.floor(high / 25) + 1)
    return tuple(
        Tick(25.0 * one, _step_label(25.0 * one, 50) if one % 2 == 0 else "") for one in quarters
    )


def is_percent(label: str) -> bool:
    """Whether a response label speaks of percent."""
    return "%" in label or "percent" in label.casefold()


def _every(decades: range, stride: int) -> list[int]:
    # Multiples of the stride, so that a stride of 3 lands on nM, µM, mM.
    return [power for power in decades if power % stride == 0]


def _within_a_decade(low: float, high: float, most: int) -> tuple[Tick, ...]:
    for digits in ((1, 2, 5), (1, 3), (1, 2), (1,)):
        labelled = {round(value, 9) for value in _between(low, high, digits)}
        if len(labelled) <= most:
            break
    return tuple(
        Tick(value, molar(10.0**value) if round(value, 9) in labelled else "")
        for value in _between(low, high, range(1, 10))
    )


def _between(low: float, high: float, digits: Iterable[int]) -> list[float]:
    powers = range(math.floor(low), math.floor(high) + 1)
    values = sorted(power + math.log10(digit) for power in powers for digit in digits)
    return [value for value in values if low - 1e-9 <= value <= high + 1e-9]


def _decade(power: int) -> str:
    return molar(10.0**power) if power >= -15 else f"1e{power} M"


def _step_label(value: float, step: float) -> str:
    if abs(value) < step / 2:
        return "0"
    digits = max(math.floor(math.log10(abs(value))) - math.floor(math.log10(step)) + 1, 1)
    return significant(value, digits)

"""The exponentially weighted moving average: small shifts that no single value shows.

z(i) = w x(i) + (1 - w) z(i-1) from the guide's mean, with the exact limits
mean +- L SD sqrt(w / (2 - w) (1 - (1 - w)^(2 i))): Roberts, Technometrics 1959;1:239; Montgomery,
Introduction to Statistical Quality Control, whose worked case has w 0.1 and L 2.7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from labsvc.core.trends.guides import scores
from labsvc.core.trends.series import Guide, Observation, Signal, runs_of, stretches
from labsvc.core.trends.westgard import named
from labsvc.model.notation import significant


@dataclass(frozen=True, slots=True)
class Ewma:
    """The average after each observation and its limits, in the series' own unit."""

    average: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    signals: tuple[Signal, ...]


def ewma(
    series: tuple[Observation, ...], guide: Guide, *, weight: float = 0.1, limit: float = 2.7
) -> Ewma:
    """The chart of ``series``; ``weight`` in 0 ... 1 of the newest value, ``limit`` in SD."""
    if not 0 < weight <= 1 or limit <= 0:
        raise ValueError(f"weight {weight:g}, limit {limit:g}: 0 < weight <= 1 and a limit above 0")
    average, reach, level, forgotten, width = [], [], 0.0, 1.0, 0.0
    for score in scores(series, guide):
        level = weight * score + (1 - weight) * level
        average.append(level)
        if forgotten > 0:  # soon the limits are level
            forgotten *= (1 - weight) ** 2
            width = limit * math.sqrt(weight / (2 - weight) * (1 - forgotten))
        reach.append(width)
    return Ewma(
        tuple(guide.mean + guide.sd * one for one in average),
        tuple(guide.mean - guide.sd * one for one in reach),
        tuple(guide.mean + guide.sd * one for one in reach),
        _signals(series, guide, average, reach),
    )


def _signals(
    series: tuple[Observation, ...], guide: Guide, average: list[float], reach: list[float]
) -> tuple[Signal, ...]:
    outside = [at for at, one in enumerate(average) if abs(one) > reach[at]]
    return tuple(
        Signal("EWMA", first, last, runs_of(series, first, last),
               _sentence(series, guide, first, last, average[first]))
        for first, last in stretches(outside)
    )  # fmt: skip


def _sentence(
    series: tuple[Observation, ...], guide: Guide, first: int, last: int, level: float
) -> str:
    side = "above" if level > 0 else "below"
    till = f" to {named(series[last])}" if last > first else ""
    return (
        f"EWMA: the moving average is {side} its limits from {named(series[first])}{till}; "
        f"it reads {significant(guide.mean + guide.sd * level)} there, and the mean is "
        f"{significant(guide.mean)}."
    )

"""Means and scatter of replicate positions. Masked ones never count."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labsvc.model.result import Point


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, sample standard deviation (n - 1) and number of some values."""

    mean: float
    sd: float | None
    n: int

    @property
    def cv_percent(self) -> float | None:
        if self.sd is None or self.mean == 0:
            return None
        return 100 * self.sd / abs(self.mean)


def spread(values: Iterable[float]) -> Spread | None:
    """Mean and SD; None without values, SD None with a single one."""
    known = list(values)
    if not known:
        return None
    mean = math.fsum(known) / len(known)
    if len(known) == 1:
        return Spread(mean, None, 1)
    # Multiplied, and not raised to a power, which is an error where the square is beyond a float.
    squares = math.fsum((value - mean) * (value - mean) for value in known)
    return Spread(mean, math.sqrt(squares / (len(known) - 1)), len(known))


def amount(point: Point, unit: str = "cpm") -> float | None:
    """The point's count rate in the unit that the protocol counts in: ``cpm`` or ``dpm``."""
    return point.dpm if unit == "dpm" else point.cpm


def counted(points: Sequence[Point], *roles: str, unit: str = "cpm") -> list[float]:
    """The count rates of the unmasked points in these roles."""
    return [
        value
        for point in points
        if point.role in roles and point.masked is None
        if (value := amount(point, unit)) is not None
    ]


def place(point: Point) -> str:
    """Where a point was, for people: ``B07``, or ``rack 2 position 2``."""
    return f"rack {point.rack} position {point.position}" if point.rack else point.position

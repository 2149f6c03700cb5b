"""From concentration and response to pixels, and paths along them. The hot part of a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from labsvc.filing.axes import Scale
from labsvc.model.result import BandPoint

# A page has thousands of pixels to write. To look their text up is twice as fast as to format it.
_TEXTS = tuple(f"{tenth / 10:g}" for tenth in range(8192))


@dataclass(frozen=True, slots=True)
class Course:
    """A fitted curve point by point, in tenths of a pixel: x, y, upper and lower y of its band."""

    x: Sequence[int]
    y: Sequence[int]
    upper: Sequence[int]
    lower: Sequence[int]

    def height_at(self, x: float) -> float:
        """The y, in pixels, of the point nearest to the pixel ``x``."""
        away = [abs(one - 10 * x) for one in self.x]
        return self.y[away.index(min(away))] / 10


@dataclass(frozen=True, slots=True)
class Place:
    """The two scales of a panel; ``zero`` is the pixel where concentration 0 stands."""

    across: Scale
    up: Scale
    zero: float | None

    def x(self, concentration_m: float) -> float:
        if concentration_m <= 0:
            return self.zero if self.zero is not None else self.across.start
        return round(self.across.clamped(math.log10(concentration_m)), 1)

    def y(self, response: float) -> float:
        return round(self.up.clamped(response), 1)

    def beyond(self, response: float) -> int:
        """1 above the axis, -1 below it, 0 within."""
        return (response > self.up.high) - (response < self.up.low)

    def holds(self, concentration_m: float) -> bool:
        """Whether the concentration lies on the logarithmic part of the axis."""
        return concentration_m > 0 and self.across.holds(math.log10(concentration_m))

    def along(self, band: Sequence[BandPoint]) -> Course | None:
        """The fitted curve only where the axes reach; None where they reach none of it."""
        drawn = [one for one in band if math.isfinite(one.value + one.high + one.low)]
        shown, x = _across(tuple([one.concentration_m for one in drawn]), self.across)
        if not shown:
            return None
        if len(shown) < len(drawn):
            drawn = [drawn[index] for index in shown]
        y = _tenths(
            [one.value for one in drawn] + [one.high for one in drawn] + [one.low for one in drawn],
            self.up,
        )
        return Course(x, y[: len(x)], y[len(x) : 2 * len(x)], y[2 * len(x) :])


def _tenths(values: Sequence[float], up: Scale) -> list[int]:
    """As ``Scale.tenths``, for hundreds of values."""
    slope = 10 * (up.end - up.start) / (up.high - up.low)
    at = np.array(values).clip(up.low, up.high) * slope + (10 * up.start - slope * up.low + 0.5)
    tenths: list[int] = at.astype(int).tolist()
    return tenths


@lru_cache(maxsize=64)  # the curves of a plate are mostly drawn at the same concentrations
def _across(molars: tuple[float, ...], across: Scale) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which of the concentrations the axis reaches, and their x in tenths of a pixel."""
    logs = {at: math.log10(one) for at, one in enumerate(molars) if one > 0}
    shown = {at: one for at, one in logs.items() if across.holds(one)}
    return tuple(shown), tuple(across.tenths(list(shown.values())))


def written(tenths: Sequence[int]) -> list[str]:
    """Tenths of a pixel as the text of pixels."""
    if tenths and (min(tenths) < 0 or max(tenths) >= len(_TEXTS)):
        return [f"{one / 10:g}" for one in tenths]
    return [_TEXTS[one] for one in tenths]


def paths(course: Course | None) -> tuple[str, str]:
    """The fitted curve as a path, and its band as a closed one: along its upper edge and back
    along its lower. Both empty without a curve. Pairs that follow M are lines to there."""
    if course is None:
        return "", ""
    x, y = written(course.x), written(course.y)
    upper, lower = written(course.upper), written(course.lower)
    return f"M{_pairs(x, y)}", f"M{_pairs(x + x[::-1], upper + lower[::-1])}Z"


def _pairs(x: Sequence[str], y: Sequence[str]) -> str:
    both = [""] * (2 * len(x))
    both[::2], both[1::2] = x, y
    return " ".join(both)

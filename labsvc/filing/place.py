"""From concentration and response to pixels, and paths along them. The hot part of a figure."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from labsvc.filing.axes import Scale
from labsvc.model.notation import molar
from labsvc.model.result import Band

# A page has hundreds of pixels to write. To look their text up is far faster than to format it.
_TEXTS = tuple(f"{tenth / 10:g}" for tenth in range(8192))
_MOST_KNOWN = 1000
_Numbers = npt.NDArray[np.float64]
_Tenths = npt.NDArray[np.int64]


class Course(NamedTuple):
    """A fitted curve point by point, and as paths; all in tenths of a pixel.

    ``line`` goes along it, ``band`` along the upper edge of its band and back along the lower.
    The pairs that follow the first are steps from the pair before.
    """

    x: Sequence[int]
    y: Sequence[int]
    line: str
    band: str

    def height_at(self, x: float) -> float:
        """The y, in pixels, of the point nearest to the pixel ``x``."""
        right = min(bisect(self.x, 10 * x), len(self.x) - 1)
        left = max(right - 1, 0)
        return self.y[min(left, right, key=lambda at: abs(self.x[at] - 10 * x))] / 10


class Spot(NamedTuple):
    """Where a concentration stands, in pixels and as it is written, and what it is called."""

    x: float
    at: str
    says: str


@dataclass(frozen=True, slots=True)
class Place:
    """The two scales of a panel; ``zero`` is the pixel where concentration 0 stands."""

    across: Scale
    up: Scale
    zero: float | None
    _known: dict[float | None, Spot] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def x(self, concentration_m: float) -> float:
        if concentration_m <= 0:
            return self.zero if self.zero is not None else self.across.start
        return round(self.across.clamped(math.log10(concentration_m)), 1)

    def dose(self, concentration_m: float | None) -> Spot:
        """The panels of a plate ask for the same few."""
        known = self._known.get(concentration_m)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            x = self.x(concentration_m or 0.0)
            known = self._known[concentration_m] = Spot(x, f"{x:g}", molar(concentration_m or 0.0))
        return known

    def y(self, response: float) -> float:
        return round(self.up.clamped(response), 1)

    def heights(self, responses: Sequence[float]) -> list[str]:
        """The y of each, as it is written."""
        return written(self.up.tenths(responses))

    def beyond(self, response: float) -> int:
        """1 above the axis, -1 below it, 0 within."""
        return (response > self.up.high) - (response < self.up.low)

    def holds(self, concentration_m: float) -> bool:
        """Whether the concentration lies on the logarithmic part of the axis."""
        return concentration_m > 0 and self.across.holds(math.log10(concentration_m))

    def along(self, bands: Sequence[Band]) -> list[Course | None]:
        """Fitted curves, each only where the axes reach; None where they reach none of it.

        Those of a plate mostly are alike and drawn in one pass; else each by itself.
        """
        fitted = [one for one in bands if one]
        courses = iter(self._together(fitted) if fitted else ())
        return [next(courses) if one else None for one in bands]

    def _together(self, bands: Sequence[Band]) -> list[Course | None]:
        if len({len(one) for one in bands}) > 1:
            return [self._alone(one) for one in bands]
        rows = np.frombuffer(b"".join([one.numbers for one in bands])).reshape(len(bands), -1, 4)
        if not np.isfinite(rows).all() or (rows[:, :, 0] != rows[0, :, 0]).any():
            return [self._alone(one) for one in bands]
        return self._courses(rows)

    def _alone(self, band: Band) -> Course | None:
        rows = np.frombuffer(band.numbers).reshape(-1, 4)
        return self._courses(rows[None, np.isfinite(rows[:, 1:]).all(axis=1)])[0]

    def _courses(self, rows: _Numbers) -> list[Course | None]:
        """``rows`` are (curves, points, concentration and value and low and high)."""
        reached = _across(rows[0, :, 0].tobytes(), self.across)
        if not reached.x:
            return [None] * len(rows)
        if len(reached.x) < rows.shape[1]:
            rows = rows[:, reached.shown]
        tenths = _tenths(rows[:, :, 1:], self.up)
        value, low, high = tenths[:, :, 0], tenths[:, :, 1], tenths[:, :, 2]
        lines = _paths(reached.there, value)
        rings = _paths(reached.and_back, np.concatenate((high, low[:, ::-1]), axis=1))
        return [
            Course(reached.x, y, line, f"{ring}z")
            for y, line, ring in zip(value.tolist(), lines, rings, strict=True)
        ]


class _Reached(NamedTuple):
    """Which concentrations an axis reaches, their x, and the steps there and there and back, in
    tenths of a pixel. The first step is from the panel's edge."""

    shown: list[int]
    x: list[int]
    there: _Tenths
    and_back: _Tenths


@lru_cache(maxsize=64)  # the curves of a plate are mostly drawn at the same concentrations
def _across(molars: bytes, across: Scale) -> _Reached:
    logs = {at: math.log10(one) for at, one in enumerate(np.frombuffer(molars)) if one > 0}
    shown = {at: one for at, one in logs.items() if across.holds(one)}
    x = across.tenths(list(shown.values()))
    return _Reached(list(shown), x, np.diff(x, prepend=0), np.diff(x + x[::-1], prepend=0))


def _tenths(values: _Numbers, up: Scale) -> _Tenths:
    """As ``Scale.tenths``, for hundreds of values."""
    slope = 10 * (up.end - up.start) / (up.high - up.low)
    at = values.clip(up.low, up.high) * slope + (10 * up.start - slope * up.low + 0.5)
    return at.astype(np.int64)


def _paths(across: _Tenths, y: _Tenths) -> list[str]:
    """Paths by their steps: half as long as by points, and written as JSON ten times as fast.

    ``y`` is (paths, points); ``across`` are the steps to the right of each.
    """
    steps = np.empty((*y.shape, 2), np.int64)
    steps[:, :, 0] = across
    steps[:, 0, 1] = y[:, 0]
    np.subtract(y[:, 1:], y[:, :-1], out=steps[:, 1:, 1])
    rows = orjson.dumps(steps.reshape(len(y), -1), option=orjson.OPT_SERIALIZE_NUMPY)
    return [f"m{one}" for one in rows[2:-2].decode().split("],[")]


def written(tenths: Sequence[int]) -> list[str]:
    """Tenths of a pixel as the text of pixels."""
    if tenths and (min(tenths) < 0 or max(tenths) >= len(_TEXTS)):
        return [f"{one / 10:g}" for one in tenths]
    return [_TEXTS[one] for one in tenths]

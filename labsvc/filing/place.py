"""From concentration and response to pixels, and paths along them. The hot part of a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labsvc.filing.axes import Scale
from labsvc.model.notation import molar
from labsvc.model.result import BandPoint

# A page has thousands of pixels to write. To look their text up is twice as fast as to format it.
_TEXTS = tuple(f"{tenth / 10:g}" for tenth in range(8192))
_LOOKED_UP = np.array(_TEXTS, dtype=object)
_MOST_KNOWN = 1000


class Course(NamedTuple):
    """A fitted curve point by point, in tenths of a pixel, and as paths.

    ``line`` goes along it, ``band`` along the upper edge of its band and back along the lower.
    Pairs that follow M are lines to there.
    """

    x: Sequence[int]
    y: Sequence[int]
    line: str
    band: str

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
    _known: dict[float | None, tuple[float, str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def x(self, concentration_m: float) -> float:
        if concentration_m <= 0:
            return self.zero if self.zero is not None else self.across.start
        return round(self.across.clamped(math.log10(concentration_m)), 1)

    def dose(self, concentration_m: float | None) -> tuple[float, str]:
        """The pixel of a concentration and its text; the panels of a plate ask for the same few."""
        known = self._known.get(concentration_m)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self.x(concentration_m or 0.0), molar(concentration_m or 0.0)
            self._known[concentration_m] = known
        return known

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
        if not band:
            return None
        molars, values, lows, highs = zip(*band, strict=True)
        heights = np.array((values, highs, lows))
        if not np.isfinite(heights).all():
            return self.along([one for one in band if math.isfinite(sum(one[1:]))])
        reached = _across(molars, self.across)
        if not reached.shown:
            return None
        if len(reached.shown) < len(band):
            heights = heights[:, reached.shown]
        tenths = _tenths(heights, self.up)
        line, upper, lower = _texts(tenths, self.up)
        return Course(
            reached.x,
            tenths[0].tolist(),
            reached.line % tuple(line),
            reached.band % (*upper, *reversed(lower)),
        )


class _Reached(NamedTuple):
    """Which concentrations an axis reaches, their x in tenths of a pixel, and the paths through
    them with a gap for each y."""

    shown: tuple[int, ...]
    x: tuple[int, ...]
    line: str
    band: str


@lru_cache(maxsize=64)  # the curves of a plate are mostly drawn at the same concentrations
def _across(molars: tuple[float, ...], across: Scale) -> _Reached:
    logs = {at: math.log10(one) for at, one in enumerate(molars) if one > 0}
    shown = {at: one for at, one in logs.items() if across.holds(one)}
    x = tuple(across.tenths(list(shown.values())))
    gaps = [f"{one} %s" for one in written(x)]
    line, band = " ".join(gaps), " ".join(gaps + gaps[::-1])
    return _Reached(tuple(shown), x, f"M{line}", f"M{band}Z")


def _tenths(values: npt.NDArray[np.float64], up: Scale) -> npt.NDArray[np.int64]:
    """As ``Scale.tenths``, for hundreds of values."""
    slope = 10 * (up.end - up.start) / (up.high - up.low)
    at = values.clip(up.low, up.high) * slope + (10 * up.start - slope * up.low + 0.5)
    return at.astype(np.int64)


def _texts(tenths: npt.NDArray[np.int64], up: Scale) -> list[list[str]]:
    """Tenths of a pixel within ``up`` as the text of pixels, row by row."""
    first, last = sorted((up.start, up.end))
    if first < 0 or 10 * last + 1 >= len(_TEXTS):
        return [written(row) for row in tenths.tolist()]
    looked_up: list[list[str]] = _LOOKED_UP[tenths].tolist()
    return looked_up


def written(tenths: Sequence[int]) -> list[str]:
    """Tenths of a pixel as the text of pixels."""
    if tenths and (min(tenths) < 0 or max(tenths) >= len(_TEXTS)):
        return [f"{one / 10:g}" for one in tenths]
    return [_TEXTS[one] for one in tenths]

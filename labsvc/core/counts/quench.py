"""Counting efficiency from a quench index, by a polynomial through quenched standards.

Most indices (tSIE, SQP(E), SIS) fall with quench, so efficiency rises with them; Beckman's H# rises
with quench. A curve speaks for its own index, inside its standards, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import pairwise

from labsvc.errors import ConfigError
from labsvc.model.protocol import QuenchSet
from labsvc.model.run import Quench

RISING_WITH_QUENCH = ("H#",)
"""Indices that are higher the more a vial is quenched; all others are lower."""

_DEGREE = 3
_FEWEST = 3
_LOOKED_AT = 201


@dataclass(frozen=True, slots=True)
class QuenchCurve:
    """Efficiency in percent as a polynomial in the index, highest power first.

    Holds from ``lowest`` to ``highest``, the outermost standards. The polynomial is in
    ``(index - centre) / reach``, which is -1 to 1 there: powers of 1000 lose digits.
    """

    index: str
    lowest: float
    highest: float
    coefficients: tuple[float, ...]

    @property
    def centre(self) -> float:
        return (self.lowest + self.highest) / 2

    @property
    def reach(self) -> float:
        return (self.highest - self.lowest) / 2


@dataclass(frozen=True, slots=True)
class Efficiency:
    """An efficiency in percent, or (None) the reason why there is none."""

    percent: float | None
    why_not: str | None = None


@lru_cache(maxsize=32)
def quench_curve(standards: QuenchSet) -> QuenchCurve:
    """The least-squares cubic through the standards (a lower power where they are few).

    ConfigError for fewer than three, two of one index, an efficiency that goes the wrong way with
    the index, or a curve that turns between the standards.
    """
    import numpy as np  # noqa: PLC0415  (heavy)

    rows = sorted(standards.standards)
    _refuse(standards, rows)
    x, y = np.array(rows).T
    lowest, highest = float(x[0]), float(x[-1])
    scaled = (2 * x - lowest - highest) / (highest - lowest)
    coefficients = np.polyfit(scaled, y, min(_DEGREE, len(rows) - 2))
    slope = np.polyval(np.polyder(coefficients), np.linspace(-1, 1, _LOOKED_AT))
    if not ((slope > 0).all() or (slope < 0).all()):
        raise ConfigError(
            f"quench: the curve through the {len(rows)} standards turns between them; efficiency "
            f"must only rise or only fall with {standards.index}: look for a mistyped standard"
        )
    return QuenchCurve(standards.index, lowest, highest, tuple(coefficients.tolist()))


def _refuse(standards: QuenchSet, rows: list[tuple[float, float]]) -> None:
    index, falls = standards.index, standards.index in RISING_WITH_QUENCH
    if len(rows) < _FEWEST:
        raise ConfigError(f"quench: found {len(rows)} standards, expected {_FEWEST} or more")
    for (at, _), (following, _) in pairwise(rows):
        if at == following:
            raise ConfigError(f"quench: {index} {at:g} stands among the standards twice")
    (lowest, first), (highest, last) = rows[0], rows[-1]
    if (last < first) is not falls:
        raise ConfigError(
            f"quench: efficiency must {'fall' if falls else 'rise'} as {index} rises, but it is "
            f"{first:g} % at {lowest:g} and {last:g} % at {highest:g}: see the name of the index "
            "and the standards"
        )


def efficiency(curve: QuenchCurve, quench: Quench | None) -> Efficiency:
    """The efficiency at a vial's quench index; refused, never extrapolated, beyond the standards.

    ``Efficiency(None, why)`` also for a vial without an index, or with one of another kind.
    """
    if quench is None:
        return Efficiency(None, "no quench index was printed for it")
    if quench.kind.casefold() != curve.index.casefold():
        return Efficiency(None, f"its {quench.kind} cannot be read on a curve of {curve.index}")
    if not curve.lowest <= quench.value <= curve.highest:
        return Efficiency(
            None,
            f"its {curve.index} of {quench.value:g} is outside the quench curve "
            f"({curve.lowest:g} to {curve.highest:g})",
        )
    at = (quench.value - curve.centre) / curve.reach
    return Efficiency(reduce(lambda sum_, one: sum_ * at + one, curve.coefficients, 0.0))

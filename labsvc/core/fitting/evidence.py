"""What was asked of a curve, and what its numbers say: the door between solving and judging.

Tuples, as all that is made anew for each of thousands of curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from labsvc.core.fitting.curves import LOG_OF_ZERO, Array


class Question(NamedTuple):
    """What was asked of a curve. ``direction`` is None where inhibition may go either way."""

    model: str
    fixed: Mapping[str, float]
    units: str
    direction: Literal["falling", "rising"] | None


class Evidence(NamedTuple):
    """What the numbers say. Tuples of four are (log10 IC50, hill, top, bottom).

    ``tested`` are the log10 concentrations with points, sorted, a zero one as LOG_OF_ZERO;
    ``means`` the mean responses there. ``limits`` are the profile limits of log10 IC50, NaN where
    open. Sums of squares are weighted.
    """

    n_points: int
    free: tuple[bool, ...]
    log10_ic50: float
    hill: float
    top: float
    bottom: float
    stderr: tuple[float, ...]
    dependency: tuple[float, ...]
    covariance: Array
    limits: tuple[float, float]
    sum_of_squares: float
    about_mean: float
    mean: float
    tested: tuple[float, ...]
    means: tuple[float, ...]
    converged: bool
    slope_at_limit: bool

    @property
    def degrees_of_freedom(self) -> int:
        return self.n_points - sum(self.free)

    @property
    def lowest(self) -> float:
        first = self.tested[0]
        return first if first > LOG_OF_ZERO else self.tested[1]

    @property
    def highest(self) -> float:
        return self.tested[-1]

    @property
    def values(self) -> tuple[float, float, float, float]:
        return self.log10_ic50, self.hill, self.top, self.bottom

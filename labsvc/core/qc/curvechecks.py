"""The checks of each curve: its slope and plateaus, and whether the model has its shape.

Each gives None where the curve has no such value: without a fit, of another model, or where the
parameter is fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import comb

from labsvc.core.fitting.curves import inhibition, log10_molar
from labsvc.core.qc.measured import Measured
from labsvc.model.result import Curve, Parameter, Point

BEND = 1 / (1 + 4.6805)
"""The share of the span beyond which a curve has bent into its plateau (Sebaugh and McCray 2003,
Pharm Stat 2:167)."""
_SHAPE = ("log10_ic50", "hill", "top", "bottom")


def hill(curve: Curve) -> Measured | None:
    """The fitted slope without its sign."""
    found = _free(curve, "hill")
    if found is None or found.value is None:
        return None
    return Measured(abs(found.value), f"{curve.compound}: |Hill slope|")


def _plateau(name: str) -> Callable[[Curve], Measured | None]:
    def check(curve: Curve) -> Measured | None:
        found = _free(curve, name)
        if found is None or found.value is None:
            return None
        return Measured(found.value, f"{curve.compound}: fitted {name}", f" {found.unit}".rstrip())

    return check


def _free(curve: Curve, name: str) -> Parameter | None:
    found = curve.fit.parameters.get(name) if curve.fit else None
    return None if found is None or found.fixed else found


def residual_runs(curve: Curve) -> Measured | None:
    """How likely so few changes of sign are along the residuals (Wald and Wolfowitz 1940).

    Points in order of concentration. Small: the points leave the curve in stretches, so the model
    has another shape than they have.
    """
    shape, points = _shape(curve), _dosed(curve)
    if shape is None or not points:
        return None
    expected = inhibition(log10_molar([dose for dose, _ in points]), *shape)
    signs = [seen > there for (_, seen), there in zip(points, expected.tolist(), strict=True)]
    above = sum(signs)
    runs = 1 + sum(one is not other for one, other in pairwise(signs))
    words = f"{curve.compound}: p of the runs of residuals ({runs} runs of {len(signs)} points)"
    return Measured(runs_p(runs, above, len(signs) - above), words)


@lru_cache(maxsize=4096)
def runs_p(runs: int, above: int, below: int) -> float:
    """P(so many runs or fewer) of ``above`` and ``below`` signs in random order, exactly."""
    if not above or not below:
        return 1.0
    ways = sum(_arrangements(one, above, below) for one in range(2, runs + 1))
    return ways / comb(above + below, above)


def _arrangements(runs: int, above: int, below: int) -> int:
    """In how many orders the signs have exactly so many runs."""
    half = runs // 2
    if runs % 2 == 0:
        return 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return comb(above - 1, half) * comb(below - 1, half - 1) + comb(above - 1, half - 1) * comb(
        below - 1, half
    )


def plateau_concentrations(curve: Curve) -> Measured | None:
    """How many concentrations lie in the plateau that has fewer of them; bounds are left out."""
    shape, points = _shape(curve), _dosed(curve)
    if shape is None or curve.fit is None or curve.fit.qualifier is not None:
        return None
    doses = sorted({dose for dose, _ in points})
    log10_ic50, slope, _, _ = shape
    shares = inhibition(log10_molar(doses), log10_ic50, slope, 1.0, 0.0)
    counts = float(min((shares < BEND).sum(), (shares > 1 - BEND).sum()))
    return Measured(counts, f"{curve.compound}: number of concentrations in the shorter plateau")


def _shape(curve: Curve) -> tuple[float, float, float, float] | None:
    """log10 IC50, slope, top and bottom of a converged fit."""
    if curve.fit is None or curve.fit.status != "converged":
        return None
    found = [curve.fit.parameters.get(name) for name in _SHAPE]
    values = [one.value for one in found if one is not None and one.value is not None]
    return (values[0], values[1], values[2], values[3]) if len(values) == len(_SHAPE) else None


def _dosed(curve: Curve) -> Sequence[tuple[float, float]]:
    """Concentration and response of the points that count, the lowest concentration first."""

    def of(point: Point) -> tuple[float, float] | None:
        if point.masked or point.concentration_m is None or point.response is None:
            return None
        return point.concentration_m, point.response

    found = [pair for point in curve.points if (pair := of(point)) is not None]
    return sorted(found, key=lambda pair: pair[0])


CURVE_CHECKS: Mapping[str, Callable[[Curve], Measured | None]] = {
    "hill": hill,
    "curve_top": _plateau("top"),
    "curve_bottom": _plateau("bottom"),
    "residual_runs_p": residual_runs,
    "plateau_concentrations": plateau_concentrations,
}
"""The checks of each curve, by the name a protocol's qc section uses."""

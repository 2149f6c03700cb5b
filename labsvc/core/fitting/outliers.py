"""ROUT: outliers proposed by a robust fit and a false discovery rate. Nothing is ever removed.

Motulsky and Brown 2006, BMC Bioinformatics 7:123. The curve is fitted as if the scatter were
Lorentzian, by minimising ``sum ln(1 + (r/RSDR)^2)``, so that a far point pulls little. RSDR is the
68.27th percentile of the residuals times N / (N - K). Then, among the largest 30 % of them, the
residuals are tested as t = |r|/RSDR (N - K degrees) against ``Q (N - i + 1) / N`` at rank i; the
first to fall below, and all larger ones, are proposed.

The test supposes one scatter all along the curve. Counts scatter more where there are more of them,
so residuals are taken in units of a scatter that goes in a straight line from that at 0 % to that
at 100 %, as the plate's own controls have it: without this, a third of clean binding curves would
have a point proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from math import isfinite, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import LN10, Array, fractions, inhibition, log10_molar
from labsvc.core.fitting.student import t_quantile
from labsvc.core.fitting.sums import products, summed
from labsvc.model.result import Fit

Q = 0.01
"""The share of false ones among the proposed that is put up with; 1 % as in the paper."""

_P68 = 0.6827
_LARGEST = 0.70  # residuals below this rank are not tested
_FEWEST_LEFT = 3  # degrees of freedom: RSDR means nothing with fewer
_TURNS = 20
_SETTLED = 1e-4  # of the merit
_ROUNDING = 1e-9  # of the responses: a scatter below it is that of floating-point figures
_NAMES = ("log10_ic50", "hill", "top", "bottom")
_LITTLE = 0.1  # of ``2 - far``, for far points
_RIDGE = 1e-12  # so that no matrix is ever exactly singular
Mask = NDArray[np.bool_]


class Suspect(NamedTuple):
    """An inhibition curve with its least-squares fit. A NaN response does not count.

    ``scatter``: the SD of a response at 0 and at 100, in any unit: only their ratio matters.
    """

    concentrations_m: tuple[float, ...]
    responses: tuple[float, ...]
    fit: Fit
    scatter: tuple[float, float] = (1.0, 1.0)


def proposed(curves: Sequence[Suspect], q: float = Q) -> tuple[tuple[int, ...], ...]:
    """For each curve the places of its points that ROUT proposes as outliers.

    Empty for fits that did not converge, and where fewer than 3 degrees of freedom are left.
    """
    found: list[tuple[int, ...]] = [()] * len(curves)
    fit = [row for row, one in enumerate(curves) if _testable(one)]
    if not fit:
        return tuple(found)
    flags = _flagged(*_robust([curves[row] for row in fit]), q)
    for row in np.flatnonzero(flags.any(axis=1)).tolist():
        found[fit[row]] = tuple(np.flatnonzero(flags[row]).tolist())
    return tuple(found)


def outlier_remark(places: Sequence[str]) -> str:
    """What is said of the positions proposed: ``places`` as people call them (``B07``)."""
    named, them = ", ".join(places), "it" if len(places) == 1 else "them"
    return (
        f"ROUT (Q = {100 * Q:g} %) proposes {named} as outlying; nothing was left out. Mask {them} "
        "in the run sheet if there is a reason to."
    )


def flagged(residuals: Sequence[float], parameters: int, q: float = Q) -> tuple[int, ...]:
    """The places of the outliers among the residuals of a robust fit of ``parameters``."""
    rows = np.array([residuals], dtype=np.float64)
    if rows.shape[1] - parameters < _FEWEST_LEFT:
        return ()
    flags = _flagged(rows, np.isfinite(rows), np.array([parameters]), q)
    return tuple(np.flatnonzero(flags[0]).tolist())


def _testable(one: Suspect) -> bool:
    fit = one.fit
    return (
        fit.status == "converged"
        and min(one.scatter) > 0
        and (fit.degrees_of_freedom or 0) >= _FEWEST_LEFT
        and all(fit.parameters[name].value is not None for name in _NAMES)
        and (fit.residual_sd or 0.0) > _ROUNDING * max(map(abs, _finite(one.responses)), default=0)
    )


def _finite(responses: Sequence[float]) -> list[float]:
    return [one for one in responses if isfinite(one)]


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Curves side by side, (most points, curves): log10 concentration, response, whether it
    counts, and one over its expected scatter (0 where it does not count)."""

    x: Array
    y: Array
    used: Mask
    precision: Array


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """At values (4, curves) the gradient and, as a fifth row, the residuals: ``rows`` (5, points,
    curves) in units of scatter."""

    values: Array
    rows: Array

    @property
    def residuals(self) -> Array:
        return np.asarray(self.rows[4])


def _robust(curves: Sequence[Suspect]) -> tuple[Array, Mask, NDArray[np.intp]]:
    """Residuals of the Lorentzian fits from the least-squares ones; points used; free values.

    Each curve comes to rest by itself: what is found does not depend on its neighbours.
    """
    points, values, free = _asked(curves)
    parameters = free.sum(axis=0)
    percentile = _percentile(points.used.T, parameters)
    slopes = free[:, None] * points.precision
    state = _at(values, points, slopes)
    damping = np.full(len(curves), 1e-2)
    ended, moving = state.residuals.copy(), np.ones(len(curves), dtype=np.bool_)
    for _ in range(_TURNS):
        scale = percentile.rsdr(state.residuals.T)
        far = _far(state, scale)
        trial = _at(state.values + _step(state, far, damping), points, slopes)
        old, new = summed(np.log(np.array([far, _far(trial, scale)])))
        better = new < old
        state = _better(better, trial, state)
        np.copyto(ended, state.residuals, where=moving)
        moving &= np.abs(old - new) > _SETTLED * old
        if not np.count_nonzero(moving):
            break
        damping = damping * np.where(better, 0.1, 10.0)
    return np.ascontiguousarray(ended.T), np.ascontiguousarray(points.used.T), parameters


def _far(state: _State, scale: Array) -> Array:
    """``1 + (r/RSDR)^2``: its logarithm is summed, and one over it is the weight of a point."""
    far = state.residuals / scale
    far *= far
    far += 1
    return far


def _asked(curves: Sequence[Suspect]) -> tuple[_Points, Array, Mask]:
    """The points, and the parameters (4, curves): their values, and which are free."""
    parameters = [[one.fit.parameters[name] for one in curves] for name in _NAMES]
    values = np.array([[each.value for each in row] for row in parameters], dtype=np.float64)
    free = np.array([[not each.fixed for each in row] for row in parameters])
    free[1] &= np.array([one.fit.model != "inhibition_3pl" for one in curves])
    scatter = np.array([one.scatter for one in curves]).T
    return _scaled(_padded(curves), values, scatter), values, free


def _better(better: Mask, trial: _State, state: _State) -> _State:
    if np.count_nonzero(better) == len(better):
        return trial
    return _State(
        np.where(better, trial.values, state.values), np.where(better, trial.rows, state.rows)
    )


def _padded(curves: Sequence[Suspect]) -> _Points:
    """The points of all curves, the shorter ones filled up with points that do not count."""
    columns = ([one.concentrations_m for one in curves], [one.responses for one in curves])
    molar, y = (np.array(list(zip_longest(*each, fillvalue=nan))) for each in columns)
    used = np.isfinite(y) & np.isfinite(molar) & (molar >= 0)
    x = log10_molar(np.where(used, molar, 0.0))
    return _Points(x, np.where(used, y, 0.0), used, used.astype(np.float64))


def _scaled(points: _Points, values: Array, scatter: Array) -> _Points:
    """The points with one over the scatter that is expected where the fitted curve runs."""
    share = np.clip(inhibition(points.x, *values) / 100, 0.0, 1.0)
    at_0, at_100 = scatter
    expected = at_0 + share * (at_100 - at_0)
    return replace(points, precision=np.where(points.used, 1 / expected, 0.0))


def _at(values: Array, points: _Points, slopes: Array) -> _State:
    """The gradient of ``curves.inhibition``, written where it is wanted rather than stacked."""
    middle, hill, top, bottom = values
    share, rest = fractions(points.x, middle, hill)
    rows = np.empty((5, *share.shape))
    by_middle, by_hill, rows[2], rows[3], residuals = rows[0], rows[1], share, rest, rows[4]
    np.multiply(top, share, out=residuals)
    residuals += bottom * rest
    np.subtract(points.y, residuals, out=residuals)
    residuals *= points.precision
    share *= rest
    share *= (bottom - top) * LN10
    np.multiply(share, hill, out=by_middle)
    np.multiply(share, middle - points.x, out=by_hill)
    rows[:4] *= slopes
    return _State(values, rows)


def _step(state: _State, far: Array, damping: Array) -> Array:
    """One damped step of Newton's on the sum of ``ln far``, the curves taken to be straight.

    The gradient weighs a point by ``1 / far``, the second derivative by ``(2 - far) / far^2``: less
    than nothing beyond the RSDR. There a little is left, or the step might have no answer.
    """
    gradient, residuals = state.rows[:4], state.rows[4]
    pull = 1 / far
    holding = gradient * (np.maximum(2 - far, _LITTLE) * (pull * pull))
    normal = products("ipn,jpn->ijn", holding, gradient).transpose(2, 0, 1).copy()
    right = products("ipn,pn->in", gradient, pull * residuals).T[:, :, None]
    diagonal = normal.reshape(-1, 16)[:, ::5]
    # A parameter that is fixed, or has no say, stays where it is.
    lengthened = np.maximum(damping, _RIDGE)[:, None] * diagonal
    diagonal += np.where(diagonal > 0, lengthened, 1.0)
    return np.asarray(np.linalg.solve(normal, right)[:, :, 0].T)


@dataclass(frozen=True, slots=True, eq=False)
class _Percentile:
    """The places of the 68.27th percentile among residuals by size: all (curves,) but ``hidden``.

    The percentile lies at rank p (N + 1), as GraphPad Prism reckons percentiles. ``hidden``
    (curves, points) puts points that do not count last.
    """

    hidden: Array
    below: NDArray[np.intp]
    above: NDArray[np.intp]
    share: Array
    stretch: Array

    def rsdr(self, residuals: Array) -> Array:
        """The percentile of |residuals| x N / (N - K); never quite zero."""
        ranked = np.abs(residuals, order="C") + self.hidden
        ranked.sort(axis=1)
        flat = ranked.ravel()
        low = flat[self.below]
        return np.asarray(
            np.maximum((low + self.share * (flat[self.above] - low)) * self.stretch, 1e-300)
        )


def _percentile(used: Mask, parameters: NDArray[np.intp]) -> _Percentile:
    number = used.sum(axis=1)
    at = np.minimum(_P68 * (number + 1), number) - 1
    low, first = at.astype(np.intp), np.arange(len(used)) * used.shape[1]
    return _Percentile(
        np.where(used, 0.0, np.inf), first + low, first + np.minimum(low + 1, number - 1),
        at - low, number / (number - parameters),
    )  # fmt: skip


def _flagged(residuals: Array, used: Mask, parameters: NDArray[np.intp], q: float) -> Mask:
    """Which residuals lie at or above the first that is significant for its rank."""
    number = used.sum(axis=1)
    scale = _percentile(used, parameters).rsdr(residuals)
    size = np.where(used, np.abs(residuals), -1.0)
    order = np.argsort(size, axis=1, kind="stable")
    ranked = np.take_along_axis(size, order, axis=1) / scale[:, None]
    width = size.shape[1]
    limits = np.array([
        (np.inf,) * (width - n) + _critical(int(n), int(k), q)
        for n, k in zip(number, parameters, strict=True)
    ])  # fmt: skip
    beyond = np.logical_or.accumulate(ranked > limits, axis=1)
    flags = np.zeros_like(used)
    np.put_along_axis(flags, order, beyond, axis=1)
    return flags


@lru_cache(maxsize=256)
def _critical(number: int, parameters: int, q: float) -> tuple[float, ...]:
    """By rank, smallest residual first, the t above which it is significant; inf: not tested."""
    tested = range(max(int(_LARGEST * number), 1), number + 1)
    return (np.inf,) * (number - len(tested)) + tuple(
        t_quantile(number - parameters, 1 - q * (number - rank + 1) / number / 2) for rank in tested
    )

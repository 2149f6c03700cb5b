"""One group of curves fitted at once: scaled, minimised, and measured into evidence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.collapse import Collapsed, Layout, Points, collapse
from labsvc.core.fitting.batch.profile import limits
from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import REACH_DECADES, SLOPE_LIMITS, Box
from labsvc.core.fitting.curves import LOG_OF_ZERO, Array, inhibition_gradient
from labsvc.core.fitting.evidence import Evidence
from labsvc.core.fitting.general.precision import precision
from labsvc.core.fitting.general.starts import Minimum, minimise
from labsvc.core.fitting.student import t_quantile

_EXACT = 1e-20  # of the spread: residuals below this are rounding


class Task(NamedTuple):
    """One attempt at one curve: with plateaus at low and at high concentration, None where free."""

    curve: int
    sign: int
    low: float | None
    high: float | None
    slope: float | None


class Key(NamedTuple):
    layout: Layout
    sign: int
    low_fixed: bool
    high_fixed: bool
    slope: float | None


def attempt(key: Key, tasks: Sequence[Task], read: Sequence[Points]) -> list[Evidence]:
    """Fit the tasks of one group, all at once."""
    grouped = [read[task.curve] for task in tasks]
    seen = collapse(grouped)
    low = np.array([np.nan if task.low is None else task.low for task in tasks])
    high = np.array([np.nan if task.high is None else task.high for task in tasks])
    return _evidence(measure(key, low, high, seen), seen, grouped)


def measure(key: Key, low: Array, high: Array, seen: Collapsed) -> Measured:
    """Fit curves of one layout; ``low`` and ``high`` (curves,) are plateaus where they are fixed.

    At least 4 concentrations, and more points than parameters, must carry weight in each curve.
    """
    lanes, origin, unit = _lanes(key, low, high, seen)
    tested = seen.x[seen.x > LOG_OF_ZERO]
    box = Box(float(tested.min()) - REACH_DECADES, float(tested.max()) + REACH_DECADES)
    minimum = minimise(lanes, key.slope, box)
    values = _values(key, minimum, origin, unit)
    return _measured(_Solved(key, seen, lanes, unit, box, minimum, values))


class Measured(NamedTuple):
    """What is known of curves fitted together.

    Parameters are log10 IC50 (relative to the highest concentration), hill, top and bottom.
    ``values`` is (4, curves), ``stderr`` and ``dependency`` (curves, 4), ``covariance``
    (curves, 4, 4), ``limits`` (2, curves) of log10 IC50 with NaN where open; others (curves,).
    """

    free: NDArray[np.bool_]
    values: Array
    stderr: Array
    dependency: Array
    covariance: Array
    limits: Array
    sum_of_squares: Array
    converged: NDArray[np.bool_]
    slope_at_limit: NDArray[np.bool_]


class _Solved(NamedTuple):
    """A group with its minima; ``values`` (4, curves): log10 IC50, hill, top, bottom."""

    key: Key
    seen: Collapsed
    lanes: Lanes
    unit: Array
    box: Box
    minimum: Minimum
    values: Array

    @property
    def free(self) -> NDArray[np.bool_]:
        low, high = not self.key.low_fixed, not self.key.high_fixed
        plateaus = (high, low) if self.key.sign > 0 else (low, high)
        return np.array([True, self.key.slope is None, *plateaus])

    @property
    def sum_of_squares(self) -> Array:
        return np.asarray(self.seen.pure_error + self.unit**2 * self.minimum.sum_of_squares)

    @property
    def degrees_of_freedom(self) -> Array:
        return np.asarray(self.seen.count.sum(axis=0) - self.free.sum())


def _lanes(key: Key, low: Array, high: Array, seen: Collapsed) -> tuple[Lanes, Array, Array]:
    """The group scaled for the solver, with the origin and the unit of its responses."""
    origin = low if key.low_fixed else high if key.high_fixed else seen.grand_mean
    number = np.maximum(seen.count.sum(axis=0), 1)
    spread = np.sqrt(seen.about_mean / number)
    unit = np.where(spread > 1e-12 * np.abs(seen.grand_mean), spread, 0.0)
    # All points alike: as large as they are, or as a plateau that they are compared with.
    size = np.fmax(np.abs(seen.grand_mean), np.fmax(np.abs(low), np.abs(high)))
    unit = np.where(unit > 0, unit, np.maximum(size, 1e-300))
    both = key.low_fixed and key.high_fixed
    lanes = Lanes(
        x=seen.x,
        weight=seen.weight,
        y=np.where(seen.weight > 0, (seen.mean - origin) / unit, 0.0),
        amplitude=(high - low) / unit if both else np.zeros(len(unit)),
        sign=np.full(len(unit), -1.0 if key.high_fixed and not key.low_fixed else 1.0),
        level_free=not (key.low_fixed or key.high_fixed),
        amplitude_free=not both,
    )
    return lanes, origin, unit


def _values(key: Key, minimum: Minimum, origin: Array, unit: Array) -> Array:
    """log10 IC50, hill, top and bottom (4, curves), named as Prism names them."""
    near = origin + unit * minimum.level
    far = near + unit * minimum.amplitude
    low, high = np.where(minimum.sign > 0, near, far), np.where(minimum.sign > 0, far, near)
    rising = high > low if key.sign == 0 else np.full(len(low), key.sign > 0)
    return np.stack([
        minimum.log10_ic50,
        np.where(rising, minimum.slope, -minimum.slope),
        np.where(rising, high, low),
        np.where(rising, low, high),
    ])  # fmt: skip


def _measured(solved: _Solved) -> Measured:
    seen, minimum = solved.seen, solved.minimum
    known = precision(inhibition_gradient(seen.x, *solved.values), seen.weight, solved.free)
    variance = solved.sum_of_squares / solved.degrees_of_freedom
    covariance = known.unscaled * variance[:, None, None]
    stderr = np.sqrt(np.maximum(np.einsum("nii->ni", covariance), 0.0))
    return Measured(
        solved.free,
        solved.values,
        stderr,
        known.dependency,
        covariance,
        np.array(_limits(solved, covariance)),
        solved.sum_of_squares * seen.weight_scale,
        minimum.converged,
        _slope_at_limit(solved),
    )


def _evidence(known: Measured, seen: Collapsed, read: Sequence[Points]) -> list[Evidence]:
    """Everything the numbers say of each curve, for ``outcome`` to judge."""
    highest = np.array([one.log10_highest for one in read])
    values = known.values.copy()
    values[0] += highest
    free = tuple(known.free.tolist())
    # Plain numbers of a curve, column by column: much quicker than taking them out one by one.
    columns = zip(
        values.T.tolist(),
        known.stderr.tolist(),
        known.dependency.tolist(),
        known.covariance,
        (known.limits + highest).T.tolist(),
        seen.count.sum(axis=0).tolist(),
        known.sum_of_squares.tolist(),
        (seen.about_mean * seen.weight_scale).tolist(),
        seen.grand_mean.tolist(),
        _tested(seen, highest),
        known.converged.tolist(),
        known.slope_at_limit.tolist(),
        strict=True,
    )
    return [
        Evidence(
            int(n), free, log10_ic50, hill, top, bottom, tuple(errors), tuple(dependency), matrix,
            (low, high), sums, about_mean, mean, tested, means, converged, at_limit,
        )
        for (log10_ic50, hill, top, bottom), errors, dependency, matrix, (low, high), n, sums,
        about_mean, mean, (tested, means), converged, at_limit in columns
    ]  # fmt: skip


def _tested(seen: Collapsed, highest: Array) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Of each curve log10 of the concentrations with usable points, and the means there.

    A zero concentration is ``LOG_OF_ZERO``.
    """
    x = np.where(seen.x > LOG_OF_ZERO, seen.x + highest, LOG_OF_ZERO)
    columns = zip(
        x.T.tolist(), seen.mean.T.tolist(), (seen.weight > 0).T.tolist(), strict=True
    )  # fmt: skip
    return [
        (tuple(compress(places, used)), tuple(compress(means, used)))
        for places, means, used in columns
    ]


def _slope_at_limit(solved: _Solved) -> NDArray[np.bool_]:
    if solved.key.slope is not None:
        return np.zeros(len(solved.unit), dtype=np.bool_)
    slope = solved.minimum.slope
    return (slope <= SLOPE_LIMITS[0] * (1 + 1e-9)) | (slope >= SLOPE_LIMITS[1] * (1 - 1e-9))


def _quantiles(df: Array) -> Array:
    """Student's t of each curve; most batches have one number of degrees of freedom."""
    if (df == df[0]).all():
        return np.full(len(df), t_quantile(int(df[0])))
    degrees, where = np.unique(df, return_inverse=True)
    return np.array([t_quantile(int(one)) for one in degrees])[where]


def _limits(solved: _Solved, covariance: Array) -> tuple[Array, Array]:
    """The 95 % profile limits: where SS reaches SS_min (1 + F(0.95; 1, df) / df); NaN: open.

    Points that lie on the curve exactly have no noise to measure a limit by: there the interval
    is the estimate itself.
    """
    middle, sums = solved.minimum.log10_ic50, solved.sum_of_squares
    low, high = middle.copy(), middle.copy()
    rows = np.flatnonzero(sums > _EXACT * solved.seen.about_mean)
    if not len(rows):
        return low, high
    df, variance, both = solved.degrees_of_freedom[rows], *covariance[rows, 0, :2].T
    t = _quantiles(df)
    rise = sums[rows] * t**2 / df / solved.unit[rows] ** 2
    stride = np.clip(t * np.sqrt(np.maximum(variance, 0.0)), 1e-4, 1.0)
    tilt = both / np.where(variance > 0, variance * solved.values[1, rows], np.inf)
    low[rows], high[rows] = limits(
        solved.lanes.take(rows), solved.minimum.take(rows), rise, stride,
        solved.key.slope is None, solved.box, tilt,
    )  # fmt: skip
    return low, high

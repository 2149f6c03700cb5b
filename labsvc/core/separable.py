"""The separable problem: a sigmoid's sum of squares with its plateaus eliminated.

Every curve is ``y = level + amplitude * v``, ``v = 1/(1+exp(-sign*(a - shift)))`` with
``a = slope * ln10 * (x - centre)``. For each (shift, slope) the plateaus that are not fixed follow
in closed form, so only two numbers are left (variable projection, Golub & Pereyra 1973).

``shift = slope * ln10 * (log10 IC50 - centre)`` with ``ln slope`` are the coordinates: they
straighten the curved valley that (log10 IC50, slope) has for steep curves.

Arrays are (points, curves): sums over points then run along the long axis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, Array

_LARGEST_EXPONENT = 700.0

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Curves to be fitted side by side; a curve may take several lanes, one per start.

    ``x`` (points, 1) is log10 of concentration; ``weight`` and ``y`` are (points, lanes), with y
    centred on its weighted mean where the level is free, and on the fixed level otherwise.
    ``amplitude`` (lanes,) is used where it is not free. ``sign`` (lanes,) is +1 where ``level`` is
    the plateau at low concentration, -1 where it is the one at high concentration: with a free
    level take the one nearer to which most points lie, so that v is small and nothing cancels.
    """

    x: Array
    weight: Array
    y: Array
    amplitude: Array
    sign: Array
    level_free: bool
    amplitude_free: bool

    def take(self, rows: Rows) -> Lanes:
        return replace(
            self,
            weight=self.weight[:, rows],
            y=self.y[:, rows],
            amplitude=self.amplitude[rows],
            sign=self.sign[rows],
        )


class Place(NamedTuple):
    """Where each lane stands: arrays of (lanes,)."""

    centre: Array
    shift: Array
    log_slope: Array

    def take(self, rows: Rows) -> Place:
        return Place(self.centre[rows], self.shift[rows], self.log_slope[rows])

    @property
    def slope(self) -> Array:
        return np.asarray(np.exp(self.log_slope))

    @property
    def log10_ic50(self) -> Array:
        return self.centre + self.shift / (LN10 * self.slope)


class _Projection(NamedTuple):
    """One look at the curves: the shape v, its odds and stretch, and the linear solution."""

    shape: Array
    rest: Array
    stretch: Array
    centred: Array
    spread: Array
    amplitude: Array
    level: Array
    residual: Array
    sum_of_squares: Array


class Terms(NamedTuple):
    """Half the sum of squares' gradient and Hessians: exact (h) and Gauss-Newton (n)."""

    sum_of_squares: Array
    level: Array
    amplitude: Array
    g_shift: Array
    g_slope: Array
    h_shift: Array
    h_both: Array
    h_slope: Array
    n_shift: Array
    n_both: Array
    n_slope: Array


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("kn,kn->n", a, b))


def inverse_of(a: Array) -> Array:
    """1/a, and 0 where a is too small to divide by."""
    fit = a > 1e-290
    return np.where(fit, 1.0 / np.where(fit, a, 1.0), 0.0)


def project(lanes: Lanes, place: Place) -> _Projection:
    """The best level and amplitude at this place, and what they leave over."""
    stretch = place.slope * (LN10 * (lanes.x - place.centre))
    z = np.clip(lanes.sign * (stretch - place.shift), -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    odds = np.exp(-z)
    shape = 1.0 / (1.0 + odds)
    mean = np.zeros_like(place.shift)
    if lanes.level_free:
        mean = _dot(lanes.weight, shape) / lanes.weight.sum(axis=0)
    centred = shape - mean
    weighted = lanes.weight * centred
    spread = _dot(weighted, centred)
    amplitude = lanes.amplitude
    if lanes.amplitude_free:
        amplitude = _dot(weighted, lanes.y) * inverse_of(spread)
    residual = lanes.y - amplitude * centred
    sum_of_squares = _dot(lanes.weight * residual, residual)
    return _Projection(
        shape, odds * shape, stretch, centred, spread, amplitude, -amplitude * mean, residual,
        sum_of_squares,
    )  # fmt: skip


class _Derivatives(NamedTuple):
    """Of the shape v: by shift and ln slope, weighted, and what its curvature needs."""

    by_shift: Array
    by_slope: Array
    w_shift: Array
    w_slope: Array
    second: Array


def _differentiate(lanes: Lanes, at: _Projection) -> _Derivatives:
    first = at.shape * at.rest
    by_shift = -lanes.sign * first
    by_slope = -by_shift * at.stretch
    return _Derivatives(
        by_shift,
        by_slope,
        lanes.weight * by_shift,
        lanes.weight * by_slope,
        first * (at.rest - at.shape),
    )


def look(lanes: Lanes, place: Place) -> Array:
    """The ``Terms`` of every lane, stacked into (11, lanes).

    The Hessian of the projected problem is that of all parameters, with those of the linear ones
    eliminated (a Schur complement): each free linear parameter takes away one product of rank 1.
    """
    at = project(lanes, place)
    d = _differentiate(lanes, at)
    a, square = at.amplitude, at.amplitude**2
    w_rest = lanes.weight * at.residual
    r_shift, r_slope = _dot(w_rest, d.by_shift), _dot(w_rest, d.by_slope)
    bend = d.second * at.stretch
    newton = np.stack([
        square * _dot(d.w_shift, d.by_shift),
        square * _dot(d.w_shift, d.by_slope),
        square * _dot(d.w_slope, d.by_slope),
    ])  # fmt: skip
    exact = newton + a * np.stack([
        -_dot(w_rest, d.second),
        _dot(w_rest, bend),
        -_dot(w_rest, bend * at.stretch) - r_slope,
    ])  # fmt: skip
    if lanes.level_free:
        total = lanes.weight.sum(axis=0)
        shared = _rank_one(a * d.w_shift.sum(axis=0), a * d.w_slope.sum(axis=0)) / total
        newton, exact = newton - shared, exact - shared
    if lanes.amplitude_free:
        inverse = inverse_of(at.spread)
        c_shift, c_slope = a * _dot(d.w_shift, at.centred), a * _dot(d.w_slope, at.centred)
        newton = newton - _rank_one(c_shift, c_slope) * inverse
        exact = exact - _rank_one(c_shift - r_shift, c_slope - r_slope) * inverse
    first = np.stack([at.sum_of_squares, at.level, a, -a * r_shift, -a * r_slope])
    return np.concatenate([first, exact, newton])


def _rank_one(shift: Array, slope: Array) -> Array:
    return np.stack([shift**2, shift * slope, slope**2])

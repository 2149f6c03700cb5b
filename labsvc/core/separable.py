"""The separable problem: a sigmoid's sum of squares with its plateaus eliminated.

Every curve is ``y = level + amplitude * v``, ``v = 1/(1+exp(-sign*(a - shift)))`` with
``a = slope * ln10 * (x - centre)``. For each (shift, slope) the plateaus that are not fixed follow
in closed form, so only two numbers are left (variable projection, Golub & Pereyra 1973).

``shift = slope * ln10 * (log10 IC50 - centre)`` with ``ln slope`` are the coordinates: they
straighten the curved valley that (log10 IC50, slope) has for steep curves.

Arrays are (points, curves): sums over points then run along the long axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, Array

_LARGEST_EXPONENT = 700.0
_SMALLEST = 1e-290

# Of the pair (shift, ln slope): the factors of the squares and of the product between them.
_FIRST, _SECOND = np.array([0, 0, 1]), np.array([0, 1, 1])
_ALTERNATE = np.array([[-1.0], [1.0], [-1.0]])

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
        return Lanes(
            self.x, self.weight[:, rows], self.y[:, rows], self.amplitude[rows], self.sign[rows],
            self.level_free, self.amplitude_free,
        )  # fmt: skip

    def signed(self, sign: Array) -> Lanes:
        """The same lanes with ``v`` turned to this sign."""
        return Lanes(
            self.x, self.weight, self.y, self.amplitude, sign, self.level_free, self.amplitude_free
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


class Projection(NamedTuple):
    """One look at the curves: the shape v, its odds and stretch, and the linear solution."""

    shape: Array
    rest: Array
    stretch: Array
    centred: Array
    spread: Array
    amplitude: Array
    level: Array
    residual: Array
    w_rest: Array
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
    return np.asarray((a > _SMALLEST) / np.maximum(a, _SMALLEST))


def project(lanes: Lanes, place: Place) -> Projection:
    """The best level and amplitude at this place, and what they leave over."""
    weight = lanes.weight
    stretch = place.slope * (LN10 * (lanes.x - place.centre))
    z = lanes.sign * (stretch - place.shift)
    # Far out on the other side exp(-z) is 0, exactly what is wanted.
    odds = np.exp(np.minimum(-z, _LARGEST_EXPONENT))
    shape = 1.0 / (1.0 + odds)
    mean, centred = np.zeros_like(place.shift), shape
    if lanes.level_free:
        mean = _dot(weight, shape) / np.add.reduce(weight)
        centred = shape - mean
    weighted = weight * centred
    spread = _dot(weighted, centred)
    amplitude = lanes.amplitude
    if lanes.amplitude_free:
        amplitude = _dot(weighted, lanes.y) * inverse_of(spread)
    residual = lanes.y - amplitude * centred
    w_rest = weight * residual
    return Projection(
        shape, odds * shape, stretch, centred, spread, amplitude, -amplitude * mean, residual,
        w_rest, _dot(w_rest, residual),
    )  # fmt: skip


def _derivatives(lanes: Lanes, at: Projection) -> Array:
    """What the Hessians are sums of products of: (6, points, lanes).

    The centred shape; its derivatives by shift and by ln slope; and its curvature, times 1, times
    the stretch, and times the stretch squared.
    """
    parts = np.empty((6, *at.shape.shape))
    centred, by_shift, by_slope, second, bend, twice = parts
    centred[...] = at.centred
    first = at.shape * at.rest
    np.multiply(first, -lanes.sign, out=by_shift)
    np.multiply(by_shift, -at.stretch, out=by_slope)
    np.multiply(first, at.rest - at.shape, out=second)
    np.multiply(second, at.stretch, out=bend)
    np.multiply(bend, at.stretch, out=twice)
    return parts


def look(lanes: Lanes, place: Place) -> Array:
    """The ``Terms`` of every lane, stacked into (11, lanes).

    The Hessian of the projected problem is that of all parameters, with those of the linear ones
    eliminated (a Schur complement): each free linear parameter takes away one product of rank 1.
    """
    at = project(lanes, place)
    parts = _derivatives(lanes, at)
    a = at.amplitude
    weighted = a * (lanes.weight * parts[1:3])
    products = np.einsum("ikn,jkn->ijn", weighted, parts[:3])
    left = np.einsum("kn,jkn->jn", at.w_rest, parts[1:])
    rest = a * left
    terms = np.empty((11, len(a)))
    terms[0], terms[1], terms[2] = at.sum_of_squares, at.level, a
    np.negative(rest[:2], out=terms[3:5])
    exact, newton = terms[5:8], terms[8:11]
    np.multiply(a, products[_FIRST, _SECOND + 1], out=newton)
    if lanes.level_free:
        newton -= _rank_one(np.add.reduce(weighted, axis=1)) / np.add.reduce(lanes.weight)
    exact[...] = newton
    exact += rest[2:] * _ALTERNATE
    exact[2] -= rest[1]
    if lanes.amplitude_free:
        inverse = inverse_of(at.spread)
        crossed = products[:, 0]
        newton -= _rank_one(crossed) * inverse
        exact -= _rank_one(crossed - left[:2]) * inverse
    return terms


def _rank_one(pair: Array) -> Array:
    """The three products of two numbers with each other: (3, lanes) of (2, lanes)."""
    return np.asarray(pair[_FIRST] * pair[_SECOND])

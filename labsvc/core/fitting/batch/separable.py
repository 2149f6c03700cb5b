"""The separable problem: a sigmoid's sum of squares with its plateaus eliminated.

Every curve is ``y = level + amplitude * v``, ``v = 1/(1+exp(-z))`` with ``z = slope * axis +
offset`` and ``axis = sign * ln10 * (x - centre)``. For each (offset, slope) the plateaus that are
not fixed follow in closed form, so only two numbers are left (variable projection, Golub &
Pereyra 1973).

``offset = sign * slope * ln10 * (centre - log10 IC50)`` with ``ln slope`` are the coordinates:
they straighten the curved valley that (log10 IC50, slope) has for steep curves.

Arrays are (points, curves): sums over points then run along the long axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.fitting.sums import products, summed

_LARGEST_EXPONENT = 700.0
_SMALLEST = 1e-290

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

    @property
    def even(self) -> NDArray[np.bool_]:
        """Whether all points of a lane weigh the same."""
        return np.asarray((self.weight == self.weight[0]).all(axis=0))

    def take(self, rows: Rows) -> Lanes:
        return Lanes(
            self.x, self.weight.take(rows, 1), self.y.take(rows, 1), self.amplitude[rows],
            self.sign[rows], self.level_free, self.amplitude_free,
        )  # fmt: skip

    def signed(self, sign: Array) -> Lanes:
        """The same lanes with ``v`` turned to this sign."""
        return Lanes(
            self.x, self.weight, self.y, self.amplitude, sign, self.level_free, self.amplitude_free
        )


class Place(NamedTuple):
    """Where each lane stands: arrays of (lanes,), the offset as seen with the lane's sign."""

    centre: Array
    offset: Array
    log_slope: Array

    @property
    def slope(self) -> Array:
        return np.asarray(np.exp(self.log_slope))

    def log10_ic50(self, sign: Array) -> Array:
        return np.asarray(self.centre - sign * self.offset / (LN10 * self.slope))


class View(NamedTuple):
    """Lanes as seen from their centres: arrays of (points, lanes) or (lanes,).

    ``axis`` is taken negative, as exp(-z) wants it. Square roots of weights are multiplied into
    ``y``. Where they are the same for all points of a lane they are one number, ``scale``, and
    amplitudes are in units of 1/scale; where they differ from point to point they are ``root``,
    and the scale is 1. The other one's root is 1, to the bit what it is without (None: of no lane
    do they differ). ``total`` is the sum of the squares of ``root``.
    """

    axis: Array
    y: Array
    root: Array | None
    scale: Array
    amplitude: Array
    total: Array
    level_free: bool
    amplitude_free: bool

    def take(self, rows: Rows) -> View:
        root = self.root.take(rows, 1) if self.root is not None else None
        return View(
            self.axis.take(rows, 1), self.y.take(rows, 1), root, self.scale[rows],
            self.amplitude[rows], self.total[rows], self.level_free, self.amplitude_free,
        )  # fmt: skip

    def at(self, axis: Array) -> View:
        """The same lanes seen from another centre."""
        return View(axis, *self[1:])


class Terms(NamedTuple):
    """Half the sum of squares' gradient and Hessians: exact (h) and Gauss-Newton (n).

    The coordinates are the offset and minus ln slope: the logarithm of the width.
    """

    sum_of_squares: Array
    level: Array
    amplitude: Array
    g_offset: Array
    g_width: Array
    h_offset: Array
    h_both: Array
    h_width: Array
    n_offset: Array
    n_both: Array
    n_width: Array


def view(lanes: Lanes, centre: Array) -> View:
    weight, free = lanes.weight, (lanes.level_free, lanes.amplitude_free)
    axis = axis_from(lanes, centre)
    even, scale = lanes.even, np.sqrt(weight[0])
    total = np.full(len(scale), float(len(weight)))
    if np.count_nonzero(even) == len(even):
        return View(axis, scale * lanes.y, None, scale, scale * lanes.amplitude, total, *free)
    root, scale = np.where(even, 1.0, np.sqrt(weight)), np.where(even, scale, 1.0)
    total = np.where(even, total, summed(weight))
    return View(axis, scale * (root * lanes.y), root, scale, scale * lanes.amplitude, total, *free)


def axis_from(lanes: Lanes, centre: Array) -> Array:
    return np.asarray((centre - lanes.x) * (LN10 * lanes.sign))


def inverse_of(a: Array) -> Array:
    """1/a, and 0 where a is too small to divide by."""
    return np.asarray((a > _SMALLEST) / np.maximum(a, _SMALLEST))


def _shape(turned: Array, offset: Array | float) -> tuple[Array, Array]:
    """exp(-z), and the shape v. Far out on the other side v is 0, exactly what is wanted."""
    odds = turned - offset
    np.minimum(odds, _LARGEST_EXPONENT, out=odds)
    np.exp(odds, out=odds)
    return odds, 1.0 / (1.0 + odds)


def _project(seen: View, shape: Array, rows: Array) -> tuple[Array, Array, Array, Array | float]:
    """The sum of squares, the amplitude, the spread of the shape and its mean.

    Writes what is left over, and the centred shape, into the first two of ``rows``.
    """
    left, centred = rows[0], rows[1]
    left[...] = seen.y
    root = seen.root
    mean: Array | float = 0.0
    weighted = shape if root is None else np.multiply(shape, root, out=centred)
    if not seen.level_free:
        centred[...] = weighted
    elif root is None:
        mean = summed(weighted) / seen.total
        np.subtract(weighted, mean, out=centred)
    else:
        mean = products("kn,kn->n", weighted, root) / seen.total
        centred -= mean * root
    with_y, spread = products("kn,jkn->jn", centred, rows[:2])
    amplitude = with_y * inverse_of(spread) if seen.amplitude_free else seen.amplitude
    left -= amplitude * centred
    return products("kn,kn->n", left, left), amplitude, spread, mean


def sum_of_squares(seen: View, offset: Array | float, slope: Array) -> Array:
    """The lowest sum of squares that any plateaus can have here."""
    shape = _shape(seen.axis * slope, offset)[1]
    return _project(seen, shape, np.empty((2, *shape.shape)))[0]


def look(seen: View, offset: Array | float, slope: Array) -> Array:
    """The ``Terms`` of every lane, stacked into (11, lanes).

    The Hessian of the projected problem is that of all parameters, with those of the linear ones
    eliminated (a Schur complement): each free linear parameter takes away one product of rank 1.
    """
    turned = seen.axis * slope
    odds, shape = _shape(turned, offset)
    # What is left, the centred shape, a weight for second derivatives; v by offset and -ln slope.
    rows = np.empty((5, *shape.shape))
    first, bend = rows[3:], rows[2]
    sums, a, spread, mean = _project(seen, shape, rows)
    odds *= shape
    np.multiply(odds, shape, out=first[0])
    if seen.root is not None:
        first[0] *= seen.root
    np.multiply(first[0], turned, out=first[1])
    # The second derivatives are the first times 1 - 2v, times the stretch.
    odds -= shape
    np.multiply(rows[0], odds, out=bend)
    left, crossed, second, one, both = products("ikn,jkn->jin", first, rows)
    bend *= turned
    twice = products("kn,kn->n", first[1], bend)
    terms = np.empty((11, len(a)))
    terms[0], terms[1], terms[2] = sums, -a * mean, a
    terms[1:3] /= seen.scale
    np.multiply(left, -a, out=terms[3:5])
    exact, gauss = terms[5:8], terms[8:11]
    gauss[:2], gauss[2] = one, both[1]
    if seen.level_free:
        gauss -= _squares(_summed(first, seen.root)) / seen.total
    gauss *= a * a
    exact[:2], exact[2] = second, twice - left[1]
    exact *= -a
    exact += gauss
    if seen.amplitude_free:
        pairs, outer = np.empty((2, 2, len(a))), np.empty((2, 3, len(a)))
        np.multiply(crossed, a, out=pairs[1])
        np.subtract(pairs[1], left, out=pairs[0])
        np.multiply(pairs, pairs[:, :1], out=outer[:, :2])
        np.multiply(pairs[:, 1], pairs[:, 1], out=outer[:, 2])
        outer *= inverse_of(spread)
        hessians = terms[5:].reshape(2, 3, -1)  # exact and Gauss-Newton's
        hessians -= outer
    return terms


def _summed(first: Array, root: Array | None) -> Array:
    """The weighted sums over the points of each of ``first``."""
    if root is None:
        return summed(first)
    return products("ikn,kn->in", first, root)


def _squares(pair: Array) -> Array:
    """The three products of two numbers with each other: (3, lanes) of (2, lanes)."""
    products = np.empty((3, pair.shape[1]))
    np.multiply(pair, pair[0], out=products[:2])
    np.multiply(pair[1], pair[1], out=products[2])
    return products

"""The batched separable solver: many sigmoid curves of one concentration layout at once.

Every curve is ``y = level + amplitude * v``, ``v = 1/(1+exp(-sign*(a - shift)))`` with
``a = slope * ln10 * (x - centre)``. For each (shift, slope) the plateaus that are not fixed follow
in closed form, so only two numbers are searched for (variable projection, Golub & Pereyra 1973).
The step is Newton's on the projected sum of squares, from its exact 2 x 2 Hessian, and
Gauss-Newton's where that Hessian is not positive; damped as by Levenberg and Marquardt.

``shift = slope * ln10 * (log10 IC50 - centre)`` with ``ln slope`` are the coordinates: they
straighten the curved valley that (log IC50, slope) has for steep curves.

Arrays are (points, curves): sums over points then run along the long axis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, Array

SLOPE_LIMITS = (0.05, 200.0)
REACH_DECADES = 6.0

_LARGEST_EXPONENT = 700.0
_MOST_STEPS = 80
_SETTLED = 1e-20  # of the sum of squares: what the next step would still gain
_ROUNDING = 1e-13
_GOOD_ENOUGH = 1e-9
_FLOOR = 1e-29  # responses are scaled to unit variance: below this is rounding
_LARGEST_DAMPING = 1e10

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


class Box(NamedTuple):
    """How far log10 IC50 may go."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """Where the lanes ended: arrays of (lanes,)."""

    place: Place
    sum_of_squares: Array
    level: Array
    amplitude: Array
    converged: NDArray[np.bool_]

    def take(self, rows: Rows) -> Descent:
        return Descent(
            self.place.take(rows),
            self.sum_of_squares[rows],
            self.level[rows],
            self.amplitude[rows],
            self.converged[rows],
        )


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


def _inverse(a: Array) -> Array:
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
        amplitude = _dot(weighted, lanes.y) * _inverse(spread)
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
        inverse = _inverse(at.spread)
        c_shift, c_slope = a * _dot(d.w_shift, at.centred), a * _dot(d.w_slope, at.centred)
        newton = newton - _rank_one(c_shift, c_slope) * inverse
        exact = exact - _rank_one(c_shift - r_shift, c_slope - r_slope) * inverse
    first = np.stack([at.sum_of_squares, at.level, a, -a * r_shift, -a * r_slope])
    return np.concatenate([first, exact, newton])


def _rank_one(shift: Array, slope: Array) -> Array:
    return np.stack([shift**2, shift * slope, slope**2])


def _solve_2x2(a: Array, b: Array, d: Array, g_shift: Array, g_slope: Array) -> tuple[Array, Array]:
    """-[[a, b], [b, d]]^-1 g; 0 where the matrix cannot be inverted."""
    inverse = _inverse(a * d - b * b)
    return -(d * g_shift - b * g_slope) * inverse, -(a * g_slope - b * g_shift) * inverse


def _step(terms: Terms, damping: Array, free: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """The damped step in shift and ln slope, and what an undamped one would gain."""
    move_shift, move_slope = free
    g_shift, g_slope = terms.g_shift * move_shift, terms.g_slope * move_slope
    both = move_shift * move_slope
    n_shift = np.where(move_shift > 0, np.maximum(terms.n_shift, 1e-200), 1.0)
    n_slope = np.where(move_slope > 0, np.maximum(terms.n_slope, 1e-200), 1.0)
    h_shift = np.where(move_shift > 0, terms.h_shift, 1.0)
    h_slope = np.where(move_slope > 0, terms.h_slope, 1.0)
    newton = (h_shift > 0) & (h_slope > 0)
    newton &= h_shift * h_slope * (1 - 1e-12) > (terms.h_both * both) ** 2
    a = np.where(newton, h_shift, n_shift * (1 + 1e-9))
    b = np.where(newton, terms.h_both, terms.n_both) * both
    d = np.where(newton, h_slope, n_slope * (1 + 1e-9))
    full = _solve_2x2(a, b, d, g_shift, g_slope)
    gain = -(full[0] * g_shift + full[1] * g_slope)
    by_shift, by_slope = _solve_2x2(
        a + damping * n_shift, b, d + damping * n_slope, g_shift, g_slope
    )
    reach = np.maximum(1.0, np.maximum(np.abs(by_shift) / 6.0, np.abs(by_slope) / 1.5))
    return by_shift / reach, by_slope / reach, gain


def _inside(place: Place, box: Box, slope_free: bool) -> Place:
    """The nearest place within the box and, for a free slope, the slope's limits."""
    log_slope = place.log_slope
    if slope_free:
        log_slope = np.clip(log_slope, *np.log(SLOPE_LIMITS))
    scale = LN10 * np.exp(log_slope)
    shift = np.clip(
        place.shift, scale * (box.low - place.centre), scale * (box.high - place.centre)
    )
    return Place(place.centre, shift, log_slope)


def _freedom(place: Place, terms: Terms, moves: tuple[bool, bool]) -> tuple[Array, Array]:
    """1 where a coordinate may move, 0 where it is fixed or pressed against its limit."""
    low, high = np.log(SLOPE_LIMITS[0]), np.log(SLOPE_LIMITS[1])
    stuck = ((place.log_slope >= high) & (terms.g_slope < 0)) | (
        (place.log_slope <= low) & (terms.g_slope > 0)
    )
    one = np.ones_like(place.shift)
    return one * moves[0], np.where(stuck, 0.0, one * moves[1])


def descend(
    lanes: Lanes, start: Place, box: Box, moves: tuple[bool, bool], settled_at: float = _SETTLED
) -> Descent:
    """Walk every lane downhill to its minimum.

    ``moves`` says whether shift and slope are searched for. A lane leaves the walk when the next
    step would gain less than ``settled_at`` of the sum of squares, or when no step, however short,
    gains anything.
    """
    walk = _Walk(lanes, start, box, moves)
    for turn in range(_MOST_STEPS):
        by_shift, by_slope, gain = walk.step()
        rest = walk.terms.sum_of_squares
        stop = (gain <= settled_at * rest + _FLOOR) | (walk.damping > _LARGEST_DAMPING)
        # A step was refused although it would gain next to nothing: that is rounding.
        stop |= (walk.damping > 0) & (gain <= _ROUNDING * rest)
        stop |= turn == _MOST_STEPS - 1
        if stop.any():
            walk.retire(stop, gain <= _GOOD_ENOUGH * rest + _FLOOR)
            by_shift, by_slope = by_shift[~stop], by_slope[~stop]
        if not len(walk.rows):
            break
        walk.try_step(by_shift, by_slope)
    return walk.ended()


class _Walk:
    """The lanes still walking (``rows``), and where the others came to rest."""

    def __init__(self, lanes: Lanes, start: Place, box: Box, moves: tuple[bool, bool]) -> None:
        self._box, self._moves, self._centre = box, moves, start.centre
        self._lanes, self._place = lanes, _inside(start, box, moves[1])
        self._stacked = look(lanes, self._place)
        self.rows = np.arange(len(start.shift))
        self.damping = np.zeros(len(start.shift))
        self._ends = np.empty((2, len(start.shift)))
        self._end_terms = np.empty_like(self._stacked)
        self._converged = np.zeros(len(start.shift), dtype=np.bool_)

    @property
    def terms(self) -> Terms:
        return Terms(*self._stacked)

    def step(self) -> tuple[Array, Array, Array]:
        free = _freedom(self._place, self.terms, self._moves)
        return _step(self.terms, self.damping, free)

    def retire(self, stop: NDArray[np.bool_], good: NDArray[np.bool_]) -> None:
        """Write down where the lanes that stop are, and go on without them."""
        left, stay = self.rows[stop], np.flatnonzero(~stop)
        self._ends[:, left] = self._place.shift[stop], self._place.log_slope[stop]
        self._end_terms[:, left] = self._stacked[:, stop]
        self._converged[left] = good[stop]
        self.rows, self.damping = self.rows[stay], self.damping[stay]
        self._lanes, self._place = self._lanes.take(stay), self._place.take(stay)
        self._stacked = self._stacked[:, stay]

    def try_step(self, by_shift: Array, by_slope: Array) -> None:
        """Step where that is lower; damp the next step more where it is not."""
        here = self._place
        there = here._replace(shift=here.shift + by_shift, log_slope=here.log_slope + by_slope)
        there = _inside(there, self._box, self._moves[1])
        seen = look(self._lanes, there)
        lower = seen[0] < self._stacked[0]
        self._stacked = np.where(lower, seen, self._stacked)
        self._place = here._replace(
            shift=np.where(lower, there.shift, here.shift),
            log_slope=np.where(lower, there.log_slope, here.log_slope),
        )
        damping = np.where(lower, self.damping / 10, np.maximum(self.damping * 8, 1e-3))
        self.damping = np.where(damping < 1e-5, 0.0, damping)

    def ended(self) -> Descent:
        final = Terms(*self._end_terms)
        place = Place(self._centre, *self._ends)
        return Descent(place, final.sum_of_squares, final.level, final.amplitude, self._converged)

"""The batched solver: many sigmoid curves of one concentration layout walk downhill together.

The step is Newton's on the projected sum of squares, from its exact 2 x 2 Hessian, and
Gauss-Newton's where that Hessian is not positive; damped as by Levenberg and Marquardt.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, Array
from labsvc.core.separable import Lanes, Place, Rows, inverse_of, look

SLOPE_LIMITS = (0.05, 200.0)
REACH_DECADES = 6.0

_MOST_STEPS = 80
_SETTLED = 1e-20  # of the sum of squares: what the next step would still gain
_ROUNDING = 1e-13
_GOOD_ENOUGH = 1e-9
_FLOOR = 1e-29  # responses are scaled to unit variance: below this is rounding
_LARGEST_DAMPING = 1e10
_SMALLEST_DAMPING = 1e-5
_MANY = 16  # lanes at rest
_LONGEST_STEP = np.array([[6.0], [1.5]])
_LOG_SLOPES = (log(SLOPE_LIMITS[0]), log(SLOPE_LIMITS[1]))

# Of a symmetric matrix as (3, lanes): the coordinates of its entries, and the unit matrix.
_FIRST, _SECOND = np.array([0, 0, 1]), np.array([0, 1, 1])
_UNIT = np.array([[1.0], [0.0], [1.0]])


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


def _solve_2x2(matrix: Array, gradient: Array) -> Array:
    """-[[a, b], [b, d]]^-1 g; 0 where the matrix cannot be inverted."""
    a, b, d = matrix
    g_shift, g_slope = gradient
    inverse = inverse_of(a * d - b * b)
    return np.array([b * g_slope - d * g_shift, b * g_shift - a * g_slope]) * inverse


def _step(terms: Array, damping: Array, held: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The damped step (2, lanes) in shift and ln slope, and what an undamped one would gain.

    ``terms`` are the stacked ``Terms``; ``held`` (2, lanes) is true where a coordinate stays.
    """
    gradient, exact, gauss = terms[3:5], terms[5:8], terms[8:11]
    if held.any():
        gradient = np.where(held, 0.0, gradient)
        apart = held[_FIRST] | held[_SECOND]
        exact, gauss = np.where(apart, _UNIT, exact), np.where(apart, _UNIT, gauss)
    a, b, d = exact
    newton = (a > 0) & (d > 0) & (a * d * (1 - 1e-12) > b * b)
    scale = np.maximum(gauss[::2], 1e-200)
    matrix = exact
    if not newton.all():
        firm = np.array([scale[0] * (1 + 1e-9), gauss[1], scale[1] * (1 + 1e-9)])
        matrix = np.where(newton, exact, firm)
    step = _solve_2x2(matrix, gradient)
    gain = -(step * gradient).sum(axis=0)
    if damping.any():
        matrix = matrix.copy()
        matrix[::2] += damping * scale
        step = _solve_2x2(matrix, gradient)
    reach = np.abs(step) / _LONGEST_STEP
    return step / np.maximum(np.maximum(reach[0], reach[1]), 1.0), gain


def _inside(place: Place, box: Box, slope_free: bool) -> Place:
    """The nearest place within the box and, for a free slope, the slope's limits."""
    log_slope = place.log_slope
    if slope_free:
        log_slope = np.minimum(np.maximum(log_slope, _LOG_SLOPES[0]), _LOG_SLOPES[1])
    scale = LN10 * np.exp(log_slope)
    shift = np.maximum(place.shift, scale * (box.low - place.centre))
    shift = np.minimum(shift, scale * (box.high - place.centre))
    return Place(place.centre, shift, log_slope)


def _held(place: Place, terms: Array, moves: tuple[bool, bool]) -> NDArray[np.bool_]:
    """True (2, lanes) where shift or ln slope is fixed, or pressed against its limit."""
    held = np.empty((2, len(place.shift)), dtype=np.bool_)
    held[0], held[1] = not moves[0], not moves[1]
    if moves[1]:
        low, high = _LOG_SLOPES
        held[1] = (place.log_slope >= high) & (terms[4] < 0)
        held[1] |= (place.log_slope <= low) & (terms[4] > 0)
    return held


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
        gain = walk.step()
        rest, damped = walk.sum_of_squares, walk.damping > 0
        # A step was refused although it would gain next to nothing: that is rounding.
        enough = np.where(damped, max(settled_at, _ROUNDING), settled_at) * rest + _FLOOR
        stop = (gain <= enough) | (walk.damping > _LARGEST_DAMPING) | (turn == _MOST_STEPS - 1)
        walk.retire(stop, gain)
        if walk.finished:
            break
        walk.try_step()
    return walk.ended()


class _Walk:
    """The lanes still walking, and where the others came to rest.

    Lanes at rest are carried along until there are many: dropping a few costs more than looking
    at them again, and where they stopped is written down.
    """

    def __init__(self, lanes: Lanes, start: Place, box: Box, moves: tuple[bool, bool]) -> None:
        self._box, self._moves, self._centre = box, moves, start.centre
        self._lanes, self._place = lanes, _inside(start, box, moves[1])
        self._terms = look(lanes, self._place)
        count = len(start.shift)
        self._rows = np.arange(count)
        self._walking = np.ones(count, dtype=np.bool_)
        self.damping = np.zeros(count)
        self._ends = np.empty((2, count))
        self._end_terms = np.empty((3, count))
        self._step = np.empty((2, count))
        self._converged = np.zeros(count, dtype=np.bool_)

    @property
    def sum_of_squares(self) -> Array:
        return np.asarray(self._terms[0])

    @property
    def finished(self) -> bool:
        return not self._walking.any()

    def step(self) -> Array:
        """Make the next step ready; what it would gain, undamped."""
        held = _held(self._place, self._terms, self._moves)
        self._step, gain = _step(self._terms, self.damping, held)
        return gain

    def retire(self, stop: NDArray[np.bool_], gain: Array) -> None:
        """Write down where the lanes that stop are, and drop those at rest when they are many."""
        stop = stop & self._walking
        if not stop.any():
            return
        left = self._rows[stop]
        self._ends[:, left] = self._place.shift[stop], self._place.log_slope[stop]
        self._end_terms[:, left] = self._terms[:3, stop]
        good = gain <= _GOOD_ENOUGH * self.sum_of_squares + _FLOOR
        self._converged[left] = good[stop]
        self._walking &= ~stop
        walking = np.count_nonzero(self._walking)
        if walking and len(self._rows) - walking >= min(_MANY, len(self._rows) / 2):
            self._drop()

    def _drop(self) -> None:
        stay = np.flatnonzero(self._walking)
        self._rows, self.damping = self._rows[stay], self.damping[stay]
        self._lanes, self._place = self._lanes.take(stay), self._place.take(stay)
        self._terms, self._step = self._terms[:, stay], self._step[:, stay]
        self._walking = self._walking[stay]

    def try_step(self) -> None:
        """Step where that is lower; damp the next step more where it is not."""
        here = self._place
        there = Place(here.centre, here.shift + self._step[0], here.log_slope + self._step[1])
        there = _inside(there, self._box, self._moves[1])
        seen = look(self._lanes, there)
        lower = seen[0] < self._terms[0]
        self._terms = np.where(lower, seen, self._terms)
        self._place = Place(
            here.centre,
            np.where(lower, there.shift, here.shift),
            np.where(lower, there.log_slope, here.log_slope),
        )
        damping = np.where(lower, self.damping / 10, np.maximum(self.damping * 8, 1e-3))
        self.damping = damping * (damping >= _SMALLEST_DAMPING)

    def ended(self) -> Descent:
        sums, level, amplitude = self._end_terms
        place = Place(self._centre, *self._ends)
        return Descent(place, sums, level, amplitude, self._converged)

"""The batched solver: many sigmoid curves of one concentration layout walk downhill together.

The step is Newton's on the projected sum of squares, from its exact 2 x 2 Hessian, and
Gauss-Newton's where that Hessian is not positive; damped as by Levenberg and Marquardt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, Array
from labsvc.core.separable import Lanes, Place, Rows, Terms, inverse_of, look

SLOPE_LIMITS = (0.05, 200.0)
REACH_DECADES = 6.0

_MOST_STEPS = 80
_SETTLED = 1e-20  # of the sum of squares: what the next step would still gain
_ROUNDING = 1e-13
_GOOD_ENOUGH = 1e-9
_FLOOR = 1e-29  # responses are scaled to unit variance: below this is rounding
_LARGEST_DAMPING = 1e10


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


def _solve_2x2(a: Array, b: Array, d: Array, g_shift: Array, g_slope: Array) -> tuple[Array, Array]:
    """-[[a, b], [b, d]]^-1 g; 0 where the matrix cannot be inverted."""
    inverse = inverse_of(a * d - b * b)
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

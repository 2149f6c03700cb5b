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

from labsvc.core.fitting.batch.separable import Lanes, Place, Rows, look, view
from labsvc.core.fitting.curves import LN10, LOG_OF_ZERO, Array

SLOPE_LIMITS = (0.05, 200.0)
LOG_SLOPES = (log(SLOPE_LIMITS[0]), log(SLOPE_LIMITS[1]))
REACH_DECADES = 6.0

MOST_STEPS = 60
_SETTLED = 1e-20  # of the sum of squares: what the next step would still gain
_NEARLY = 1e-9  # from here on one more step of Newton's squares what is missing
_ROUNDING = 1e-13
_GOOD_ENOUGH = 1e-9
_FLOOR = 1e-27  # responses are scaled to unit variance: below this is rounding
_LARGEST_DAMPING = 1e10
_SMALLEST_DAMPING = 1e-5
_FLAT = 1e-14  # a curvature by width below this share of that by offset is none
_RECENTRED = 6  # every so many steps: the valley is straight as seen from the nearest point
_MANY = 16  # lanes at rest
_OFTEN = 8  # steps in a row that end at the end of the box: then the minimum is there
_LONGEST_STEP = np.array([[6.0], [1.5]])


class Box(NamedTuple):
    """How far log10 IC50 may go."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """Where the lanes ended: arrays of (lanes,). ``rested``: before the steps ran out."""

    log10_ic50: Array
    log_slope: Array
    sum_of_squares: Array
    level: Array
    amplitude: Array
    converged: NDArray[np.bool_]
    rested: NDArray[np.bool_]

    def take(self, rows: Rows) -> Descent:
        return Descent(*(getattr(self, name)[rows] for name in self.__slots__))


def _solve_2x2(a: Array, b: Array, d: Array, gradient: Array, determinant: Array) -> Array:
    """-[[a, b], [b, d]]^-1 g; 0 where the determinant is not positive."""
    step = np.empty_like(gradient)
    first, second = gradient
    np.subtract(b * second, d * first, out=step[0])
    np.subtract(b * first, a * second, out=step[1])
    step *= (determinant > 0) / np.maximum(determinant, 1e-290)
    return step


def _step(
    terms: Array, damping: Array, held: NDArray[np.bool_] | None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The damped step (2, lanes), what an undamped one would gain, and whether it is Newton's.

    ``terms`` are the stacked ``Terms``; ``held`` (2, lanes) is true where a coordinate stays.
    """
    gradient, exact, gauss = terms[3:5], terms[5:8], terms[8:11]
    if held is not None:
        gradient, exact, gauss = _without(held, gradient, exact, gauss)
    a, b, d = exact
    determinant = a * d - b * b
    newton = (d > _FLAT * a) & (a > 0) & (determinant > 1e-12 * (a * d))
    if np.count_nonzero(newton) < len(newton):
        firm = np.maximum(gauss[::2], 1e-200) * (1 + 1e-9)
        firm[1] = np.maximum(firm[1], _FLAT * firm[0])
        a, d = np.where(newton, a, firm[0]), np.where(newton, d, firm[1])
        b = np.where(newton, b, gauss[1])
        determinant = a * d - b * b
    step = _solve_2x2(a, b, d, gradient, determinant)
    gain = -np.einsum("in,in->n", step, gradient)
    if np.count_nonzero(damping):
        scale = np.maximum(gauss[::2], 1e-200) * damping
        a, d = a + scale[0], d + scale[1]
        step = _solve_2x2(a, b, d, gradient, a * d - b * b)
    reach = np.abs(step) / _LONGEST_STEP
    return step / np.maximum(np.maximum(reach[0], reach[1]), 1.0), gain, newton


def _without(
    held: NDArray[np.bool_], gradient: Array, exact: Array, gauss: Array
) -> tuple[Array, Array, Array]:
    """The same with coordinates that stay cut out: unit matrix there, and no gradient."""
    unit = np.array([held[0], held[0] | held[1], held[1]])
    ones = np.array([[1.0], [0.0], [1.0]])
    return np.where(held, 0.0, gradient), np.where(unit, ones, exact), np.where(unit, ones, gauss)


def nearest_tested(x: Array, log10_ic50: Array) -> Array:
    tested = x[x > LOG_OF_ZERO]
    return np.asarray(tested[np.abs(tested[:, None] - log10_ic50).argmin(axis=0)])


class _Bounds(NamedTuple):
    """The box as the lanes see it: offset at slope 1, per lane; and whether slopes may change."""

    low: Array
    high: Array
    slope_free: bool

    def inside(self, offset: Array, log_slope: Array) -> tuple[Array, Array, Array]:
        """The nearest offset and ln slope that are allowed, with the slope itself."""
        if self.slope_free:
            log_slope = np.minimum(np.maximum(log_slope, LOG_SLOPES[0]), LOG_SLOPES[1])
        slope = np.exp(log_slope)
        offset = np.minimum(np.maximum(offset, slope * self.low), slope * self.high)
        return offset, log_slope, slope


def _bounds(sign: Array, centre: Array, box: Box, slope_free: bool) -> _Bounds:
    one, other = (LN10 * sign * (centre - end) for end in box)
    return _Bounds(np.minimum(one, other), np.maximum(one, other), slope_free)


def descend(
    lanes: Lanes, start: Place, box: Box, moves: tuple[bool, bool], settled_at: float = _SETTLED,
    most_steps: int = MOST_STEPS,
) -> Descent:  # fmt: skip
    """Walk every lane downhill to its minimum.

    ``moves`` says whether offset and slope are searched for. A lane leaves the walk when the next
    step would gain less than ``settled_at`` of the sum of squares, or when no step, however short,
    gains anything.
    """
    walk = _Walk(lanes, start, box, moves)
    for turn in range(most_steps):
        gain, last = walk.step()
        walk.retire(walk.at_rest(gain, settled_at), gain)
        if turn == most_steps - 1:
            walk.leave(gain)
        if walk.finished:
            break
        walk.try_step(last)
        walk.retire(last, gain)
        if walk.finished:
            break
        walk.drop()
        if turn % _RECENTRED == _RECENTRED - 1:
            walk.recentre()
    return walk.ended()


class _Walk:
    """The lanes still walking, and where the others came to rest.

    Lanes at rest are carried along until there are many: dropping a few costs more than looking
    at them again, and where they stopped is written down.
    """

    def __init__(self, lanes: Lanes, start: Place, box: Box, moves: tuple[bool, bool]) -> None:
        self._moves, self._box, self._x = moves, box, lanes.x
        self._sign, self._centre = lanes.sign, start.centre
        self._bounds = _bounds(lanes.sign, start.centre, box, moves[1])
        self._view = view(lanes, start.centre)
        self._offset, self._log_slope, slope = self._bounds.inside(start.offset, start.log_slope)
        self._terms = look(self._view, self._offset, slope)
        count = len(slope)
        self._rows = np.arange(count)
        self._walking = np.ones(count, dtype=np.bool_)
        self.damping = np.zeros(count)
        self._troubled = False  # whether any step was refused, or ended at the end of the box
        self._beyond = np.zeros(count, dtype=np.intp)
        self._ends = np.empty((5, count))
        self._step = np.empty((2, count))
        self._converged, self._rested = np.zeros(count, np.bool_), np.ones(count, np.bool_)

    @property
    def finished(self) -> bool:
        return not np.count_nonzero(self._walking)

    def at_rest(self, gain: Array, settled_at: float) -> NDArray[np.bool_]:
        """The next step would gain nothing to speak of, or no step, however short, gains anything.

        Also where many steps in a row led out of the box.
        """
        if not self._troubled:
            return np.asarray(gain <= settled_at * self._terms[0] + _FLOOR)
        # A step was refused although it would gain next to nothing: that is rounding.
        enough = np.where(self.damping > 0, max(settled_at, _ROUNDING), settled_at)
        stop = gain <= enough * self._terms[0] + _FLOOR
        stop |= self.damping > _LARGEST_DAMPING
        stop |= self._beyond >= _OFTEN
        return np.asarray(stop)

    def step(self) -> tuple[Array, NDArray[np.bool_]]:
        """Make the next step ready: what it would gain, undamped, and whether it is the last."""
        self._step, gain, newton = _step(self._terms, self.damping, self._held())
        last = (gain <= _NEARLY * self._terms[0]) & newton & (self.damping == 0)
        return gain, last

    def _held(self) -> NDArray[np.bool_] | None:
        """True (2, lanes) where a coordinate is fixed, or pressed against its limit; None: none."""
        if not self._moves[1]:
            held = np.zeros((2, len(self._rows)), dtype=np.bool_)
            held[1], held[0] = True, not self._moves[0]
            return held
        low, high = LOG_SLOPES
        at_low, at_high = self._log_slope <= low, self._log_slope >= high
        if self._moves[0] and not np.count_nonzero(at_low | at_high):
            return None
        by_width = self._terms[4]
        pressed = (at_high & (by_width > 0)) | (at_low & (by_width < 0))
        return np.array([np.full(len(pressed), not self._moves[0]), pressed])

    def retire(self, stop: NDArray[np.bool_], gain: Array) -> None:
        """Write down where the lanes that stop are, and drop those at rest when they are many."""
        rows = (stop & self._walking).nonzero()[0]  # quicker than flatnonzero on short arrays
        if not len(rows):
            return
        left, terms = self._rows[rows], self._terms[:3].take(rows, 1)
        log_slope = self._log_slope[rows]
        here = Place(self._centre[rows], self._offset[rows], log_slope)
        self._ends[0, left], self._ends[1, left] = here.log10_ic50(self._sign[rows]), log_slope
        self._ends[2:, left] = terms
        self._converged[left] = gain[rows] <= _GOOD_ENOUGH * terms[0] + _FLOOR
        self._walking[rows] = False

    def leave(self, gain: Array) -> None:
        """Write down where the lanes are that still walk."""
        self._rested[self._rows[self._walking]] = False
        self.retire(self._walking, gain)

    def drop(self) -> None:
        """Leave the lanes at rest behind when they are many."""
        walking = np.count_nonzero(self._walking)
        if len(self._rows) - walking < max(_MANY, len(self._rows) / 4):
            return
        stay = np.flatnonzero(self._walking)
        self._rows, self.damping = self._rows[stay], self.damping[stay]
        self._sign, self._centre = self._sign[stay], self._centre[stay]
        self._view, self._terms = self._view.take(stay), self._terms.take(stay, 1)
        self._offset, self._log_slope = self._offset[stay], self._log_slope[stay]
        low, high, slope_free = self._bounds
        self._bounds = _Bounds(low[stay], high[stay], slope_free)
        self._walking, self._beyond = self._walking[stay], self._beyond[stay]

    def try_step(self, last: NDArray[np.bool_]) -> None:
        """Step where that is lower; damp the next step more where it is not.

        A ``last`` step is so short that rounding may hide what it gains.
        """
        wanted = self._offset + self._step[0], self._log_slope - self._step[1]
        offset, log_slope, slope = self._bounds.inside(*wanted)
        if self._moves[0]:
            out = offset != wanted[0]
            self._beyond = (self._beyond + 1) * out
            self._troubled |= bool(np.count_nonzero(out))
        seen = look(self._view, offset, slope)
        lower = seen[0] < self._terms[0]
        lower |= last & (seen[0] <= self._terms[0] * (1 + 1e-9))
        everywhere = np.count_nonzero(lower) == len(lower)
        if not everywhere or self._troubled:
            self._troubled = True
            damping = np.where(lower, self.damping / 10, np.maximum(self.damping * 8, 1e-3))
            self.damping = damping * (damping >= _SMALLEST_DAMPING)
        if everywhere:
            self._terms, self._offset, self._log_slope = seen, offset, log_slope
        else:
            self._terms = np.where(lower, seen, self._terms)
            self._offset = np.where(lower, offset, self._offset)
            self._log_slope = np.where(lower, log_slope, self._log_slope)

    def recentre(self) -> None:
        """See every lane from the tested concentration that its middle is nearest to by now."""
        middle = Place(self._centre, self._offset, self._log_slope).log10_ic50(self._sign)
        centre = nearest_tested(self._x, middle)
        moved = centre != self._centre
        if not self._moves[0] or not np.count_nonzero(moved):
            return
        self._centre, slope = centre, np.exp(self._log_slope)
        offset = self._sign * slope * LN10 * (centre - middle)
        self._offset = np.where(moved, offset, self._offset)
        self._view = self._view.at((centre - self._x) * (LN10 * self._sign))
        self._bounds = _bounds(self._sign, centre, self._box, self._moves[1])
        self._terms = look(self._view, self._offset, slope)

    def ended(self) -> Descent:
        middle, log_slope, sums, level, amplitude = self._ends
        return Descent(middle, log_slope, sums, level, amplitude, self._converged, self._rested)

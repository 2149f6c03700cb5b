"""The profile limits of all parameters of one fit at once, where they are near by.

At a limit the sum of squares is at its threshold and lowest in all the other parameters (Venzon &
Moolgavkar, Appl Stat 1988;37:87). Each limit is walked to by steps of Gauss and Newton for both
conditions together: with ``J = QR``, the parameter in question last and ``c = Q'r``, the step is
the solution of ``R step = -c + h e``, where ``h**2`` is what the threshold leaves above the part of
the residuals that no step can lower. From the minimum the first step is the asymptotic limit.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.leastsquares import Mask, Minimum, Problem, derived, triangles

_TURNS = 20
_CLOSE = 3e-5  # of the rise: the last step takes most of it
_NEARLY, _MISSED = 3e-4, 3e-6  # farther away if the step before shows that little will be missed
_NEAR, _FAR = 0.1, 5.0  # times the asymptotic distance: elsewhere it is not believed
_LONGEST = 3.0  # times the asymptotic distance, in one step
_LIKE_A_BOWL = 0.2  # of the rise: where the asymptotic limit is no farther off, none came before
_RANK = 1e-13
_AT_ONCE = 1_000_000  # numbers: so that many series fitted jointly need no more memory than one
_ON_THE_WAY = np.array([0.2, 0.4, 0.6, 0.75, 0.88])


class _Sides(NamedTuple):
    """The limits that are looked for: arrays of (sides,), ``order`` (sides, moving).

    ``order`` has the columns of the parameters that move, that of the limit last. ``first``
    (sides, parameters) are the steps from the minimum, to the asymptotic limits.
    """

    place: NDArray[np.intp]
    way: Array
    reach: Array
    order: NDArray[np.intp]
    first: Array

    def take(self, rows: NDArray[np.intp] | slice) -> _Sides:
        return _Sides(
            self.place[rows], self.way[rows], self.reach[rows], self.order[rows], self.first[rows]
        )


def crossings(
    problem: Problem, minimum: Minimum, unscaled: Array, t: float, df: int
) -> tuple[Array, Array]:
    """Lower and upper limits (parameters,); NaN where this does not find one, open ones included.

    ``unscaled`` (parameters, parameters) is the covariance without s^2, ``t`` Student's quantile
    at ``df``.
    """
    low, high = np.full((2, len(unscaled)), np.nan)
    rise = minimum.sum_of_squares * t * t / df
    if rise <= 0 or minimum.at_bound.any():
        return low, high
    sides = _sides(problem, unscaled, rise)
    if not len(sides.place):
        return low, high
    size = (len(unscaled) + 1) * len(problem.y)  # numbers of one side, with its derivatives
    parts = -(-len(sides.place) * size // _AT_ONCE)
    rows = np.array_split(np.arange(len(sides.place)), parts) if parts > 1 else [slice(None)]
    found = np.concatenate([_walked(problem, minimum, sides.take(part), rise) for part in rows])
    low[sides.place[::2]], high[sides.place[1::2]] = found[::2], found[1::2]
    return low, high


def _sides(problem: Problem, unscaled: Array, rise: float) -> _Sides:
    moving, spread = np.flatnonzero(problem.free), np.sqrt(unscaled.diagonal())
    known = moving[np.isfinite(spread[moving]) & (spread[moving] > 0)]
    if len(known) < len(moving):  # what has no standard error leaves nothing to lean on
        known = known[:0]
    place, way = np.repeat(known, 2), np.tile([-1.0, 1.0], len(known))
    order = np.array([[*(one for one in moving if one != last), last] for last in place.tolist()],
                     dtype=np.intp)  # fmt: skip
    first = unscaled[place] * (sqrt(rise) * way / spread[place])[:, None]
    return _Sides(place, way, sqrt(rise) * spread[place], order, first)


def _walked(problem: Problem, minimum: Minimum, sides: _Sides, rise: float) -> Array:
    """Where each side came to its limit (sides,); NaN where it did not."""
    side, threshold = np.arange(len(sides.place)), minimum.sum_of_squares + rise
    start = np.tile(minimum.values, (len(side), 1))
    values, rows = start + sides.first, side[:, None]
    bounded = bool(np.isfinite(problem.lower[sides.place]).any())
    going, arrived = np.ones(len(side), dtype=np.bool_), np.zeros(len(side), dtype=np.bool_)
    before = first = np.ones(len(side))
    for turn in range(_TURNS):
        if bounded:
            np.minimum(np.maximum(values, problem.lower), problem.upper, out=values)
        step, off, firm = _next(problem, values, sides, threshold, rise)
        going &= firm
        if not going.all():
            step[~going] = 0.0
        values[rows, sides.order] += step
        there = (off < _CLOSE) | ((off < _NEARLY) & (off * off < _MISSED * before))
        there &= going
        arrived |= there
        going &= ~there
        before, first = off, off if turn == 0 else first
        if not going.any():
            break
    ends = values[side, sides.place]
    far = (ends - start[side, sides.place]) * sides.way / sides.reach
    good = arrived & (far > _NEAR) & (far < _FAR)
    doubtful = (good & ~(first < _LIKE_A_BOWL)).nonzero()[0]
    if len(doubtful):
        bent = np.where(far != 0, far, 1.0)[doubtful, None] * sides.first[doubtful]
        good[doubtful] = _below(problem, start[doubtful], bent, values[doubtful], threshold)
    return np.where(good, ends, np.nan)


def _next(
    problem: Problem, values: Array, sides: _Sides, threshold: float, rise: float
) -> tuple[Array, Array, Mask]:
    """The next step of each side (sides, moving), how far off its limit it is, and if it can step.

    How far: what the sum of squares is off the threshold, or may still be lowered by, of the rise.
    """
    side, moving = sides.order.shape
    # With the residuals as one more column, Q'r and what no step can lower stand in R's last.
    joined = np.empty((side, moving + 1, len(problem.y)))
    with np.errstate(all="ignore"):
        found, slopes = derived(problem, values.T[:, :, None])
        np.multiply(
            slopes[sides.order, np.arange(side)[:, None]], problem.root_weights, out=joined[:, :-1]
        )
        np.multiply(found - problem.y, problem.root_weights, out=joined[:, -1])
        sound = np.isfinite(np.add.reduce(joined, (1, 2)))
    if not sound.all():
        joined[~sound] = 0.0
    whole = triangles(joined)
    r, c, left = whole[:, :-1, :-1], whole[:, :-1, -1], whole[:, -1, -1] ** 2
    others = np.vecdot(c[:, :-1], c[:, :-1])
    off = np.maximum(np.abs(others + c[:, -1] ** 2 + left - threshold), others) / rise
    step, firm = _step(r, c, threshold - left, sides.way)
    firm &= np.isfinite(np.add.reduce(step, 1))
    step[~firm] = 0.0
    long = np.abs(step[:, -1]) / (_LONGEST * sides.reach)
    return step / np.maximum(long, 1.0)[:, None], off, sound & firm


def _below(problem: Problem, start: Array, tangent: Array, ends: Array, threshold: float) -> Mask:
    """Whether the way to each limit, a bent one, lies below the threshold: no other came before.

    Arrays are (sides, parameters); the way starts along the tangent.
    """
    share = _ON_THE_WAY[:, None, None]
    way = start + share * tangent + share**2 * (ends - start - tangent)
    places = way.reshape(-1, start.shape[1]).T[:, :, None]
    with np.errstate(all="ignore"):
        off = (np.asarray(problem.predict(places)) - problem.y) * problem.root_weights
        sums = np.vecdot(off, off).reshape(len(share), -1)
    return np.asarray((sums < threshold).all(axis=0))


def _step(r: Array, c: Array, left: Array, way: Array) -> tuple[Array, Mask]:
    """The step (sides, moving) in the order of the columns, and where there is one."""
    diagonal = r.diagonal(axis1=1, axis2=2)
    least = np.sqrt(np.add.reduce(r * r, 1).min(axis=1))
    firm = np.abs(diagonal).min(axis=1) > _RANK * least
    firm &= np.isfinite(left)
    target = -c
    target[:, -1] += way * np.sign(diagonal[:, -1]) * np.sqrt(np.maximum(left, 0.0))
    safe = r if firm.all() else np.where(firm[:, None, None], r, np.eye(r.shape[1]))
    return np.asarray(np.linalg.solve(safe, target[:, :, None])[:, :, 0]), np.asarray(firm)

"""The profile limits of all parameters of one fit at once, where they are near by.

At a limit the sum of squares is at its threshold and lowest in all the other parameters (Venzon &
Moolgavkar, Appl Stat 1988;37:87). Each limit is walked to by steps of Gauss and Newton for both
conditions together. With ``J = QR``, ``c = Q'r`` and ``u`` the parameter's row of ``R^-1``, the
step is ``R^-1 (h u - c)``: the first part along which the parameter changes at the least cost, as
far as the threshold leaves room above the part of the residuals that no step can lower; the second
what the others make good. From the minimum the first step is the asymptotic limit.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite, sqrt
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
_LIKE_A_BOWL = 0.2  # of the rise: where no place on the way is farther off, none came before
_SLOW = 2  # turns: what takes more is quickened
_MOST = 1.0  # of the step before
_TINY = 1e-290
_AT_ONCE = 1_000_000  # numbers: so that many series fitted jointly need no more memory than one
_ON_THE_WAY = np.array([0.2, 0.4, 0.6, 0.75, 0.88])


class _Sides(NamedTuple):
    """The limits that are looked for: arrays of (sides,).

    ``moving`` are the parameters that may move, ``row`` says which of them the limit is of.
    ``first`` (sides, parameters) are the steps from the minimum, to the asymptotic limits.
    """

    moving: slice | NDArray[np.intp]
    place: NDArray[np.intp]
    row: NDArray[np.intp]
    way: Array
    reach: Array
    first: Array

    def take(self, rows: NDArray[np.intp]) -> _Sides:
        return _Sides(
            self.moving, self.place[rows], self.row[rows], self.way[rows], self.reach[rows],
            self.first[rows],
        )  # fmt: skip


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
    if sides is None:
        return low, high
    size = (len(unscaled) + 1) * len(problem.y)  # numbers of one side, with its derivatives
    parts = -(-len(sides.place) * size // _AT_ONCE)
    with np.errstate(all="ignore"):
        if parts > 1:
            rows = np.array_split(np.arange(len(sides.place)), parts)
            found = np.concatenate([_walked(problem, minimum, sides.take(part), rise)
                                    for part in rows])  # fmt: skip
        else:
            found = _walked(problem, minimum, sides, rise)
    low[sides.place[::2]], high[sides.place[1::2]] = found[::2], found[1::2]
    return low, high


def _sides(problem: Problem, unscaled: Array, rise: float) -> _Sides | None:
    """None where a parameter has no standard error: that leaves nothing to lean on."""
    moving, spread = problem.free.nonzero()[0], np.sqrt(unscaled.diagonal())
    known = spread[moving]
    if not len(known) or not (known.min() > 0 and known.max() < np.inf):
        return None
    row, way = _ways(len(moving))
    place, spread = moving[row], known[row]
    first = unscaled[place] * (sqrt(rise) * way / spread)[:, None]
    every = slice(None) if len(moving) == len(unscaled) else moving
    return _Sides(every, place, row, way, sqrt(rise) * spread, first)


@lru_cache(maxsize=64)
def _ways(count: int) -> tuple[NDArray[np.intp], Array]:
    """For each of so many parameters a side below and one above."""
    return np.repeat(np.arange(count), 2), np.tile([-1.0, 1.0], count)


def _walked(problem: Problem, minimum: Minimum, sides: _Sides, rise: float) -> Array:
    """Where each side came to its limit (sides,); NaN where it did not."""
    threshold, start = minimum.sum_of_squares + rise, minimum.values
    values = start + sides.first
    bounded = bool(np.isfinite(problem.lower[sides.place]).any())
    before, farthest = [1.0] * len(sides.place), [0.0] * len(sides.place)
    arrived, last = [False] * len(before), sides.first
    moved, nearer = last, sides.reach
    for turn in range(_TURNS):
        if bounded:
            np.minimum(np.maximum(values, problem.lower), problem.upper, out=values)
        step, distance = _next(problem, values, sides, threshold, rise)
        off: list[float] = distance.tolist()
        far_off = (distance < nearer) & (distance > _NEARLY)
        moved = step if turn < _SLOW else _quickened(step, last, moved, far_off)
        if any(arrived):
            moved = moved * ~np.array(arrived)[:, None]
        values[:, sides.moving] += moved
        for row, (now, then) in enumerate(zip(off, before, strict=True)):
            arrived[row] |= now < _CLOSE or (now < _NEARLY and now * now < _MISSED * then)
            farthest[row] = max(farthest[row], now)
        before, last, nearer = off, step, distance
        if all(here or not isfinite(one) for here, one in zip(arrived, off, strict=True)):
            break
    ends = values[np.arange(len(off)), sides.place]
    far = (ends - start[sides.place]) * sides.way / sides.reach
    good = np.array(arrived) & (far > _NEAR) & (far < _FAR)
    doubtful = [row for row, one in enumerate(farthest) if good[row] and one >= _LIKE_A_BOWL]
    if doubtful:
        bent = far[doubtful, None] * sides.first[doubtful]
        good[doubtful] = _below(problem, start, bent, values[doubtful], threshold)
    return np.where(good, ends, np.nan)


def _quickened(step: Array, last: Array, moved: Array, wanted: Mask) -> Array:
    """The step with what it shows of the way ahead (Anderson's, of one step before).

    ``last`` is the step as it was to be one place before, ``moved`` the one that was taken there.
    Only where ``wanted``: a side that is not nearing its limit, or is nearly there, goes on as it
    did.
    """
    scale = 1 / (np.abs(last) + np.abs(step) + _TINY)
    change, now = (step - last) * scale, step * scale
    share = np.vecdot(now, change) / (np.vecdot(change, change) + _TINY)
    share = np.where(wanted & (np.abs(share) < _MOST), share, 0.0)
    return np.asarray(step - share[:, None] * (moved + step - last))


def _next(
    problem: Problem, values: Array, sides: _Sides, threshold: float, rise: float
) -> tuple[Array, Array]:
    """The next step of each side (sides, moving), and how far off its limit it is.

    How far: what the sum of squares is off the threshold, or may still be lowered by, of the rise;
    not finite where there is no step.
    """
    found, slopes = derived(problem, values.T[:, :, None])
    slopes = slopes[sides.moving]
    # With the residuals as one more column, Q'r and what no step can lower stand in R's last.
    joined = np.empty((len(values), len(slopes) + 1, len(problem.y)))
    np.multiply(slopes.transpose(1, 0, 2), problem.root_weights, out=joined[:, :-1])
    np.multiply(found - problem.y, problem.root_weights, out=joined[:, -1])
    whole = triangles(joined)
    c, left = whole[:, :-1, -1], threshold - whole[:, -1, -1] ** 2
    inverse = _inverse(whole[:, :-1, :-1])
    u = inverse[np.arange(len(values)), sides.row]
    size, along, all_of_it = np.vecdot(u, u), np.vecdot(c, u), np.vecdot(c, c)
    reach = sides.way * np.sqrt(np.maximum(left * size, 0.0))
    long = np.maximum(np.abs(reach - along) / (_LONGEST * sides.reach), 1.0)
    step = np.vecdot(inverse, (u * (reach / size)[:, None] - c)[:, None]) / long[:, None]
    off = np.maximum(np.abs(all_of_it - left), all_of_it - along * along / size) / rise
    return step, off


def _inverse(upper: Array) -> Array:
    """Of each triangle; NaN of those that have none."""
    try:
        return np.asarray(np.linalg.inv(upper))
    except np.linalg.LinAlgError:
        flat = (upper.diagonal(axis1=1, axis2=2) == 0).any(axis=1)
        return np.asarray(np.linalg.inv(np.where(flat[:, None, None], np.nan, upper)))


def _below(problem: Problem, start: Array, tangent: Array, ends: Array, threshold: float) -> Mask:
    """Whether the way to each limit, a bent one, lies below the threshold: no other came before.

    ``tangent`` and ``ends`` are (sides, parameters); the way starts along the tangent.
    """
    share = _ON_THE_WAY[:, None, None]
    way = start + share * tangent + share**2 * (ends - start - tangent)
    places = way.reshape(-1, len(start)).T[:, :, None]
    off = (np.asarray(problem.predict(places)) - problem.y) * problem.root_weights
    sums = np.vecdot(off, off).reshape(len(share), -1)
    return np.asarray((sums < threshold).all(axis=0))

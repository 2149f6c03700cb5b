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

from labsvc.core.curves import Array
from labsvc.core.leastsquares import Mask, Minimum, Problem, looks, triangles

_TURNS = 20
_CLOSE = 1e-7  # of the rise
_NEAR, _FAR = 0.1, 5.0  # times the asymptotic distance: elsewhere it is not believed
_LONGEST = 3.0  # times the asymptotic distance, in one step
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
    start = np.repeat(minimum.values[None], len(side), axis=0)
    values = np.clip(start + sides.first, problem.lower, problem.upper)
    for _ in range(_TURNS):
        step, arrived, going = _next(looks(problem, values), sides, threshold, rise)
        if not going.any():
            break
        values = values.copy()
        values[side[:, None], sides.order] += np.where(going[:, None], step, 0.0)
        np.clip(values, problem.lower, problem.upper, out=values)
    ends = values[side, sides.place]
    far = (ends - start[side, sides.place]) * sides.way / sides.reach
    good = arrived & (far > _NEAR) & (far < _FAR)
    if good.any():
        bent = np.where(far != 0, far, 1.0)[:, None] * sides.first
        good[good] = _below(problem, start[good], bent[good], values[good], threshold)
    return np.where(good, ends, np.nan)


def _next(
    seen: tuple[Array, Array], sides: _Sides, threshold: float, rise: float
) -> tuple[Array, Mask, Mask]:
    """The next step of each side (sides, moving), which have arrived, and which go on.

    ``seen`` are the ``looks`` of the sides where they are.
    """
    residuals, columns = seen
    # With the residuals as one more column, Q'r and what no step can lower stand in R's last.
    side, moving = sides.order.shape
    joined = np.empty((side, moving + 1, residuals.shape[1]))
    joined[:, :-1] = columns.transpose(0, 2, 1)[np.arange(side)[:, None], sides.order]
    joined[:, -1] = residuals
    sound = np.isfinite(joined.sum(axis=(1, 2)))
    if not sound.all():
        joined = np.where(sound[:, None, None], joined, 0.0)
    whole = triangles(joined)
    r, c, left = whole[:, :-1, :-1], whole[:, :-1, -1], whole[:, -1, -1] ** 2
    others = np.einsum("sm,sm->s", c[:, :-1], c[:, :-1])
    total = others + c[:, -1] ** 2 + left
    arrived = sound & (np.abs(total - threshold) < _CLOSE * rise) & (others < _CLOSE * rise)
    step, firm = _step(r, c, threshold - left, sides.way)
    long = np.abs(step[:, -1]) / (_LONGEST * sides.reach)
    return step / np.maximum(long, 1.0)[:, None], arrived, sound & firm & ~arrived


def _below(problem: Problem, start: Array, tangent: Array, ends: Array, threshold: float) -> Mask:
    """Whether the way to each limit, a bent one, lies below the threshold: no other came before.

    Arrays are (sides, parameters); the way starts along the tangent.
    """
    share = _ON_THE_WAY[:, None, None]
    way = start + share * tangent + share**2 * (ends - start - tangent)
    places = way.reshape(-1, start.shape[1]).T[:, :, None]
    with np.errstate(all="ignore"):
        off = (np.asarray(problem.predict(places)) - problem.y) * problem.root_weights
        sums = np.einsum("sn,sn->s", off, off).reshape(len(share), -1)
    return np.asarray((sums < threshold).all(axis=0))


def _step(r: Array, c: Array, left: Array, way: Array) -> tuple[Array, Mask]:
    """The step (sides, moving) in the order of the columns, and where there is one."""
    diagonal = np.einsum("smm->sm", r)
    firm = np.abs(diagonal).min(axis=1) > _RANK * np.sqrt((r * r).sum(axis=1)).min(axis=1)
    firm &= np.isfinite(left)
    target = -c
    target[:, -1] += way * np.sign(diagonal[:, -1]) * np.sqrt(np.maximum(left, 0.0))
    safe = r if firm.all() else np.where(firm[:, None, None], r, np.eye(r.shape[1]))
    return np.asarray(np.linalg.solve(safe, target[:, :, None])[:, :, 0]), np.asarray(firm)

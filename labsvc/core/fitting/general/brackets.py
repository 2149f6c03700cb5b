"""Between which places a profile limit lies: a grid of all places and slopes, then closing in."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.grid import Grid, nodes, scan
from labsvc.core.fitting.batch.leap import Search, best_slope, leap, within
from labsvc.core.fitting.batch.separable import Place, Rows, sum_of_squares, view
from labsvc.core.fitting.batch.solve import LOG_SLOPES, SLOPE_LIMITS, Box, descend
from labsvc.core.fitting.curves import LN10, LOG_OF_ZERO, Array, distinct
from labsvc.core.fitting.sums import products

_SLOPES = np.geomspace(*SLOPE_LIMITS, 30)
_BETWEEN = np.arange(1, 8) / 8
_CLIFF = np.array([-8, -4, -2, -1, -0.3, 0.3, 1, 2, 4, 8]) / (LN10 * SLOPE_LIMITS[1])
_OUT = np.array([0.06, 0.12, 0.2, 0.3, 0.45, 0.65, 0.9, 1.3, 1.8, 2.5, 3.5, 5.0])
_CLIFFLIKE = log(60.0)
_AT_ONCE = 6
_CUTS, _MOST_CUTS = 8, 12
_CHUNK = 48  # lanes
_NARROW = 1e-8  # decades
_SETTLED = 1e-5


class Bracket(NamedTuple):
    """The last place below the threshold, the first above it, and the heights and slopes there.

    Arrays of (lanes,). The height is -1 at the minimum and 0 at the threshold. ``outside`` is NaN
    where no place is above.
    """

    inside: Array
    outside: Array
    low: Array
    high: Array
    log_slope: Array
    log_slope_outside: Array

    def take(self, rows: Rows) -> Bracket:
        return Bracket(*(part[rows] for part in self))


def heights(search: Search, sums: Array) -> Array:
    """How far sums of squares are above the threshold (-1 at the minimum, 0 at it).

    The square root makes the height nearly linear in log10 IC50.
    """
    return np.asarray(np.sqrt(np.maximum(sums - search.least, 0.0) / search.rise) - 1.0)


def _settled(search: Search, log10_ic50: Array, log_slope: Array) -> tuple[Array, Array]:
    """The height of every lane at its best slope here, and that slope."""
    lanes = search.turned(log10_ic50).lanes
    if not search.slope_free:
        sums = sum_of_squares(view(lanes, log10_ic50), 0.0, np.exp(log_slope))
        return heights(search, sums), log_slope
    start = best_slope(lanes, log10_ic50, log_slope)
    place = Place(log10_ic50, np.zeros_like(log10_ic50), start)
    found = descend(lanes, place, search.box, (False, True), settled_at=_SETTLED)
    return heights(search, found.sum_of_squares), found.log_slope


def places(search: Search, slope: float | None) -> Grid:
    """The places to look at, with all slopes at each.

    A curve that may be a step has the same sum of squares all the way between two concentrations,
    up to the cliff where, at the steepest slope allowed, one of them comes to lie on the step:
    hence the places close to each concentration.
    """
    lanes = search.lanes
    sign = None if lanes.level_free else float(lanes.sign[0])
    return _places(tuple(lanes.x.ravel().tolist()), slope, sign, search.box)


@lru_cache(maxsize=64)
def _places(at: tuple[float, ...], slope: float | None, sign: float | None, box: Box) -> Grid:
    tested = np.sort([x for x in at if x > LOG_OF_ZERO])
    between = tested[:-1, None] + np.diff(tested)[:, None] * _BETWEEN
    cliffs = tested[:, None] + _CLIFF
    outside = np.concatenate([tested[0] - _OUT, tested[-1] + _OUT, box])
    positions = distinct(within(np.concatenate([between.ravel(), cliffs.ravel(), outside]), *box))
    return nodes(np.array(at), positions, _SLOPES if slope is None else np.array([slope]), sign)


def bracket(search: Search, middle: Array, log_slope: Array, side: Array) -> Bracket:
    """The first place outwards where the grid is above the threshold, and the one before.

    The grid lies above the profile, as it does not know the best slope in between: an end it calls
    open is open. ``side`` is -1 for lower limits, +1 for upper ones.
    """
    parts = [
        _bracket(search.take(rows), middle[rows], log_slope[rows], side[rows])
        for rows in np.array_split(np.arange(len(middle)), -(-len(middle) // _CHUNK))
    ]
    return Bracket(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _bracket(search: Search, middle: Array, log_slope: Array, side: Array) -> Bracket:
    seen = places(search, None if search.slope_free else float(np.exp(log_slope[0])))
    lanes = search.lanes
    gained = scan(lanes, seen).reshape(len(middle), -1, seen.slopes)
    total = products("kn,kn,kn->n", lanes.weight, lanes.y, lanes.y)
    most, best, slopes = _between_slopes(gained, seen.log_slope[: seen.slopes])
    height = heights(search, (total - best.T)).T
    position = seen.log10_ic50[:: seen.slopes]
    outwards = (position - middle[:, None]) * side[:, None] > 0
    first, found = _first((height >= 0) & outwards, side)
    # The grid itself is never lower than the profile: what it has below the threshold is below.
    grid = heights(search, (total - most.T)).T
    if not found.all():
        other, there = _first((grid >= 0) & outwards, side)
        first, height = np.where(found, first, other), np.where(found[:, None], height, grid)
        found |= there
    below = (grid < 0) & outwards & ((position - position[first][:, None]) * side[:, None] < 0)
    before, passed = _first(below, -side)
    lane = np.arange(len(middle))
    return Bracket(
        np.where(passed, position[before], middle),
        np.where(found, position[first], np.nan),
        np.where(passed, height[lane, before], -1.0),
        height[lane, first],
        np.where(passed, slopes[lane, before], log_slope),
        slopes[lane, first],
    )


def _first(mask: NDArray[np.bool_], side: Array) -> tuple[Rows, NDArray[np.bool_]]:
    """The index of the first that is true in each row, from the right where side is -1; if any."""
    index = np.where(
        side > 0, mask.argmax(axis=1), mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    )
    return index, mask[np.arange(len(mask)), index]


def _between_slopes(gained: Array, log_slopes: Array) -> tuple[Array, Array, Array]:
    """The most that is gained at each place: on the grid; by a parabola, with ln slope there."""
    count = len(log_slopes)
    if count == 1:
        only = gained[:, :, 0]
        return only, only, np.full(only.shape, log_slopes[0])
    top = gained.argmax(axis=2)
    inner = np.minimum(np.maximum(top, 1), count - 2)
    flat = gained.reshape(-1)
    at = np.arange(0, flat.size, count).reshape(top.shape) + inner
    below, middle, above = flat[at - 1], flat[at], flat[at + 1]
    most = np.maximum(np.maximum(below, above), middle)
    bend = below + above - 2 * middle
    curved = (bend < 0) & (top == inner)
    share = np.where(curved, (below - above) / 2 / np.where(curved, bend, 1.0), 0.0)
    best = np.where(curved, middle - bend * share**2 / 2, most)
    return most, best, log_slopes[top] + share * (log_slopes[1] - log_slopes[0])


def close_in(search: Search, found: Bracket) -> Array:
    """The crossing inside each bracket: by leaping, from brackets cut into nine where that fails.

    Where it never does (a cliff too narrow to be resolved) the end of the last bracket; NaN where
    the end is open after all.
    """
    ends = leap_inside(search, found)
    rows = np.flatnonzero(np.isnan(ends))
    if len(rows):
        rest = search.take(rows)
        ends[rows] = _by_cutting(rest, _confirmed(rest, found.take(rows)))
    return ends


def _confirmed(search: Search, found: Bracket) -> Bracket:
    """The same with profiles proper in place of the grid's; NaN where the end is open after all."""
    held = Bracket(*(part.copy() for part in found))
    seen = places(search, None if search.slope_free else float(np.exp(found.log_slope[0])))
    position = seen.log10_ic50[:: seen.slopes]
    at = np.searchsorted(position, found.outside)
    side = np.where(found.outside > found.inside, 1, -1)
    held.outside[:] = np.nan
    rows = np.arange(len(at))
    while len(rows):
        ahead = at[rows] + side[rows] * np.arange(_AT_ONCE)[:, None]
        there = position[np.minimum(np.maximum(ahead, 0), len(position) - 1)]
        above = _survey(search, held, rows, there)
        at[rows] += side[rows] * _AT_ONCE
        rows = rows[~above & (at[rows] >= 0) & (at[rows] < len(position))]
    return held


def _survey(search: Search, found: Bracket, rows: Rows, there: Array) -> NDArray[np.bool_]:
    """Write the first place of ``there`` above the threshold, and the one before, into found.

    True where there is one; otherwise the last place is written as ``inside``.
    """
    copies = np.tile(rows, len(there))
    height, slope = _settled(search.take(copies), there.ravel(), found.log_slope[copies])
    # With what is known to be inside before them, the place before the first always exists.
    there = np.vstack([found.inside[rows], there])
    reached = np.vstack([found.low[rows], height.reshape(-1, len(rows))])
    slopes = np.vstack([found.log_slope[rows], slope.reshape(-1, len(rows))])
    above = reached >= 0
    hit = np.asarray(above.any(axis=0))
    lane = np.arange(len(rows))
    first = np.where(hit, above.argmax(axis=0), len(there))
    for part, values in zip(found[::2], (there, reached, slopes), strict=True):
        part[rows] = values[first - 1, lane]
    lane, first = lane[hit], first[hit]
    for part, values in zip(found[1::2], (there, reached, slopes), strict=True):
        part[rows[hit]] = values[first, lane]
    return hit


def _by_cutting(search: Search, found: Bracket) -> Array:
    ends, rows = found.outside.copy(), np.flatnonzero(np.isfinite(found.outside))
    shares = np.arange(1, _CUTS + 1)[:, None] / (_CUTS + 1)
    for _ in range(_MOST_CUTS):
        if not len(rows):
            break
        crossing = leap_inside(search.take(rows), found.take(rows))
        arrived = np.isfinite(crossing)
        ends[rows[arrived]] = crossing[arrived]
        rows = rows[~arrived]
        inside, outside = found.inside[rows], found.outside[rows]
        if len(rows):
            _survey(search, found, rows, inside + shares * (outside - inside))
        ends[rows] = found.outside[rows]
        rows = rows[np.abs(found.outside - found.inside)[rows] > _NARROW]
    return ends


def start_between(found: Bracket) -> tuple[Array, Array]:
    """Where a straight line has the crossing: log10 IC50 and ln slope.

    The line is that of the height, which is nearly linear, and of the slope.
    """
    share = -found.low / np.maximum(found.high - found.low, 1e-300)
    there = found.inside + share * (found.outside - found.inside)
    # Slopes far apart are of two valleys: the one that is still below leads to the limit.
    apart = found.log_slope_outside - found.log_slope
    log_slope = found.log_slope + np.where(np.abs(apart) < 1.0, share * apart, 0.0)
    return there, np.where(found.log_slope > _CLIFFLIKE, LOG_SLOPES[1], log_slope)


def inside(found: Bracket, ends: Array) -> Array:
    """The ends that lie in their bracket, or as far beside it as it is wide; else NaN."""
    width = found.outside - found.inside
    share = (ends - found.inside) / np.where(width == 0, 1.0, width)
    good = (share >= np.where(found.low > -1.0, -1.0, 0.0)) & (share <= 2.0)
    return np.where(good, ends, np.nan)


def leap_inside(search: Search, found: Bracket) -> Array:
    there, log_slope = start_between(found)
    return inside(found, leap(search.turned(there), there, log_slope))

"""Profile-likelihood limits of log10 IC50, all curves and both sides at once.

A limit is where the sum of squares, minimised over everything else, rises to a threshold. Where it
never does within the reach of the search, that end of the interval is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, LOG_OF_ZERO, Array
from labsvc.core.separable import Lanes, Place, Rows, Terms, look, project
from labsvc.core.solve import SLOPE_LIMITS, Box, descend
from labsvc.core.starts import Minimum, nearer_sign

_SLOPES = np.geomspace(0.08, 190.0, 20)
_LEAPS = 6
_TOGETHER, _WAVES = 4, 8
_CUTS, _MOST_CUTS = 8, 12
_CHUNK = 64  # curves
_NARROW = 1e-8  # decades
_SETTLED = 1e-5
_CLIFF = np.array([-8, -4, -2, -1, -0.3, 0.3, 1, 2, 4, 8]) / (LN10 * SLOPE_LIMITS[1])
_CLIFFLIKE = log(60.0)
_LOG_SLOPES = (log(SLOPE_LIMITS[0]), log(SLOPE_LIMITS[1]))
_CLOSE = 1e-7  # of the way from the minimum to the threshold


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Lanes that look for one limit each: arrays of (lanes,)."""

    lanes: Lanes
    slope_free: bool
    box: Box
    least: Array
    rise: Array

    def take(self, rows: Rows) -> _Search:
        return _Search(
            self.lanes.take(rows), self.slope_free, self.box, self.least[rows], self.rise[rows]
        )

    def signed(self, sign: Array) -> _Search:
        return _Search(self.lanes.signed(sign), self.slope_free, self.box, self.least, self.rise)

    def height(self, log10_ic50: Array, log_slope: Array) -> tuple[Array, Array]:
        """How far each lane is above its threshold (-1 at the minimum, 0 at it), and the slope.

        The square root makes the height nearly linear in log10 IC50.
        """
        lanes = self.lanes.signed(nearer_sign(self.lanes, log10_ic50))
        place = Place(log10_ic50, np.zeros_like(log10_ic50), log_slope)
        if self.slope_free:
            place = _best_slope(lanes, place)
            found = descend(lanes, place, self.box, (False, True), settled_at=_SETTLED)
            sums, log_slope = found.sum_of_squares, found.place.log_slope
        else:
            sums = project(lanes, place).sum_of_squares
        return np.sqrt(np.maximum(sums - self.least, 0.0) / self.rise) - 1.0, log_slope


class _Bracket(NamedTuple):
    """The last place below the threshold, the first above it, and the heights and slopes there."""

    inside: Array
    outside: Array
    low: Array
    high: Array
    log_slope: Array
    log_slope_outside: Array

    def take(self, rows: Rows) -> _Bracket:
        return _Bracket(*(part[rows] for part in self))


def _best_slope(lanes: Lanes, place: Place) -> Place:
    """The slope to start from: the neighbour's, or a node that is lower still."""
    count = len(place.centre)
    options = np.concatenate([place.log_slope, np.repeat(np.log(_SLOPES), count)])
    copies = np.tile(np.arange(count), len(_SLOPES) + 1)
    everywhere = Place(place.centre[copies], place.shift[copies], options)
    sums = project(lanes.take(copies), everywhere).sum_of_squares.reshape(-1, count)
    best = sums.argmin(axis=0)
    return place._replace(log_slope=options.reshape(-1, count)[best, np.arange(count)])


def _leap(search: _Search, minimum: Place, outward: Array) -> Array:
    """The limits by Newton's method from the asymptotic ones; NaN where it did not get there.

    ``outward`` is the asymptotic half width with its direction: an answer far from it is left to
    the careful search.
    """
    search = search.signed(nearer_sign(search.lanes, minimum.centre))
    ends = _both_at_once(search, _along_the_valley(search, minimum, outward))
    likely = np.abs((ends - minimum.centre) / outward - 1.25) < 0.75
    return np.where(likely, ends, np.nan)


def _both_at_once(search: _Search, place: Place) -> Array:
    """Newton's method on both conditions of a limit; NaN where it does not get there.

    At a limit the sum of squares is at the threshold and does not change with the slope
    (Venzon & Moolgavkar 1988). A slope that is no minimum is not taken. The place's shift is 0,
    and so it stays: re-centred at every step, shift moves log10 IC50 alone.
    """
    for turn in range(_LEAPS + 1):
        terms = Terms(*look(search.lanes, place))
        excess = terms.sum_of_squares - search.least - search.rise
        arrived = np.abs(excess) < _CLOSE * search.rise
        held = _pressed(search, place, terms)
        flat = terms.g_slope**2 < _CLOSE * search.rise * np.abs(terms.h_slope)
        arrived &= held | (flat & (terms.h_slope > 0))
        if turn == _LEAPS or arrived.all():
            break
        by_shift, by_slope = _leap_step(terms, excess / 2, held)
        place = Place(
            _within(place.centre - by_shift / (LN10 * place.slope), *search.box),
            place.shift,
            _within(place.log_slope - _within(by_slope, -1.0, 1.0), *_LOG_SLOPES),
        )
    return np.where(arrived & ~_undercut(search, place), place.centre, np.nan)


def _undercut(search: _Search, place: Place) -> NDArray[np.bool_]:
    """Whether some other slope is still below the threshold there: then it is no limit."""
    if not search.slope_free:
        return np.zeros(len(place.centre), dtype=np.bool_)
    sums = project(search.lanes, _best_slope(search.lanes, place)).sum_of_squares
    return np.asarray(sums < search.least + search.rise * (1 - 1e-6))


def _within(a: Array, low: float | Array, high: float | Array) -> Array:
    """``np.clip``, quicker on short arrays."""
    return np.asarray(np.minimum(np.maximum(a, low), high))


def _along_the_valley(search: _Search, minimum: Place, outward: Array) -> Place:
    """The asymptotic limit, with the slope that the Hessian expects there."""
    log_slope = minimum.log_slope
    if search.slope_free:
        terms = Terms(*look(search.lanes, minimum))
        tilt = terms.h_both * _reciprocal(terms.h_slope) * LN10 * minimum.slope
        log_slope = _within(log_slope - _within(tilt * outward, -1.0, 1.0), *_LOG_SLOPES)
    return Place(minimum.centre + outward, minimum.shift, log_slope)


def _pressed(search: _Search, place: Place, terms: Terms) -> NDArray[np.bool_]:
    """Where the slope is fixed, or at its limit and lower still beyond."""
    if not search.slope_free:
        return np.ones(len(place.centre), dtype=np.bool_)
    low, high = _LOG_SLOPES
    steepest = (place.log_slope >= high) & (terms.g_slope < 0)
    return np.asarray(steepest | ((place.log_slope <= low) & (terms.g_slope > 0)))


def _leap_step(terms: Terms, excess: Array, held: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Newton's step for {half the sum of squares at the threshold, no change with slope}, shift 0.

    At a fixed log10 IC50 the shift grows with the slope, hence the g_shift beside h_both. Where
    the slope is held only the first condition is left.
    """
    bend = np.where(held, 0.0, terms.h_both + terms.g_shift)
    g_slope, h_slope = np.where(held, 0.0, terms.g_slope), np.where(held, 1.0, terms.h_slope)
    inverse = _reciprocal(terms.g_shift * h_slope - g_slope * bend)
    by_shift = (h_slope * excess - g_slope**2) * inverse
    by_slope = (terms.g_shift * g_slope - bend * excess) * inverse
    return by_shift, by_slope


def _reciprocal(a: Array) -> Array:
    return np.where(np.abs(a) > 1e-200, 1.0 / np.where(np.abs(a) > 1e-200, a, 1.0), 0.0)


def _march(search: _Search, start: Array, stride: Array, log_slope: Array) -> _Bracket:
    """Look 1, 3, 7, 15 ... strides outwards, several at a time, for the first above the threshold.

    ``outside`` is NaN where there is none up to the end of the box.
    """
    count = len(start)
    nowhere = np.full(count, np.nan)
    bracket = _Bracket(
        start.copy(), nowhere, np.full(count, -1.0), nowhere.copy(), log_slope.copy(),
        log_slope.copy(),
    )  # fmt: skip
    rows = np.arange(count)
    for wave in range(_WAVES):
        reach = 2.0 ** np.arange(_TOGETHER * wave + 1, _TOGETHER * (wave + 1) + 1) - 1
        there = start[rows] + reach[:, None] * stride[rows]
        there = _within(there, *search.box)
        end = there[-1]
        there = _with_cliffs(search, bracket.inside[rows], there)
        above = _survey(search, bracket, rows, there)
        rows = rows[~above & (end > search.box.low) & (end < search.box.high)]
        if not len(rows):
            break
    return bracket


def _with_cliffs(search: _Search, inside: Array, there: Array) -> Array:
    """The places beyond ``inside``, and more about the next tested concentration, outwards.

    A curve that may be a step has the same sum of squares all the way between two concentrations,
    up to the cliff where, at the steepest slope allowed, one of them comes to lie on the step.
    """
    tested = search.lanes.x[search.lanes.x > LOG_OF_ZERO]
    outward = np.sign(there[-1] - inside)
    ahead = outward * (tested[:, None] - inside)
    ahead = np.where(ahead > -_CLIFF[-1], ahead, np.inf).min(axis=0)
    near = np.where(np.isfinite(ahead), ahead, 0.0) + _CLIFF[:, None]
    places = np.vstack([near, outward * (there - inside)])
    places = np.sort(_within(places, 0.0, places[-1]), axis=0)
    return np.asarray(inside + outward * places)


def _survey(search: _Search, bracket: _Bracket, rows: Rows, there: Array) -> NDArray[np.bool_]:
    """Write the first place of ``there`` above the threshold, and the one before, into bracket.

    True where there is one; otherwise the last place is written as ``inside``.
    """
    copies = np.tile(rows, len(there))
    height, slope = search.take(copies).height(there.ravel(), bracket.log_slope[copies])
    # With what is known to be inside before them, the place before the first always exists.
    there = np.vstack([bracket.inside[rows], there])
    heights = np.vstack([bracket.low[rows], height.reshape(-1, len(rows))])
    slopes = np.vstack([bracket.log_slope[rows], slope.reshape(-1, len(rows))])
    above = heights >= 0
    found = np.asarray(above.any(axis=0))
    lane = np.arange(len(rows))
    first = np.where(found, above.argmax(axis=0), len(there))
    for part, values in zip(bracket[::2], (there, heights, slopes), strict=True):
        part[rows] = values[first - 1, lane]
    hit, at = lane[found], first[found]
    for part, values in zip(bracket[1::2], (there, heights, slopes), strict=True):
        part[rows[hit]] = values[at, hit]
    return found


def _close_in(search: _Search, bracket: _Bracket) -> Array:
    """The crossing inside each bracket: by leaping, from brackets cut into nine until that works.

    Where it never does (a cliff too narrow to be resolved) the end of the last bracket.
    """
    ends, rows = bracket.outside.copy(), np.arange(len(bracket.outside))
    shares = np.arange(1, _CUTS + 1)[:, None] / (_CUTS + 1)
    for _ in range(_MOST_CUTS):
        found = _leap_inside(search.take(rows), bracket.take(rows))
        arrived = np.isfinite(found)
        ends[rows[arrived]] = found[arrived]
        rows = rows[~arrived]
        if not len(rows):
            break
        inside, outside = bracket.inside[rows], bracket.outside[rows]
        there = np.vstack([inside + shares * (outside - inside), outside])
        _survey(search, bracket, rows, _with_cliffs(search, inside, there)[:-1])
        ends[rows] = bracket.outside[rows]
        rows = rows[np.abs(bracket.outside - bracket.inside)[rows] > _NARROW]
    return ends


def _leap_inside(search: _Search, bracket: _Bracket) -> Array:
    """The crossing by Newton's method from where a straight line has it; NaN if not found inside.

    The line is that of the height, which is nearly linear, and of the slope.
    """
    share = -bracket.low / (bracket.high - bracket.low)
    there = bracket.inside + share * (bracket.outside - bracket.inside)
    # Slopes far apart are of two valleys: the one that is still below leads to the limit.
    apart = bracket.log_slope_outside - bracket.log_slope
    log_slope = bracket.log_slope + np.where(np.abs(apart) < 1.0, share * apart, 0.0)
    log_slope = np.where(bracket.log_slope > _CLIFFLIKE, _LOG_SLOPES[1], log_slope)
    search = search.signed(nearer_sign(search.lanes, there))
    ends = _both_at_once(search, Place(there, np.zeros_like(there), log_slope))
    between = (ends - bracket.inside) * (ends - bracket.outside) <= 0
    return np.where(between, ends, np.nan)


def limits(
    lanes: Lanes, minimum: Minimum, rise: Array, stride: Array, slope_free: bool, box: Box
) -> tuple[Array, Array]:
    """The lower and the upper limit of log10 IC50: arrays of (curves,), NaN where open.

    ``rise`` is by how much the sum of squares may exceed its minimum; ``stride`` the first step
    to try, in decades (a good guess is the half width of the asymptotic interval). Works in
    chunks: each curve is looked at with many slopes at once.
    """
    search = _Search(lanes, slope_free, box, minimum.sum_of_squares, rise)
    middle, log_slope = minimum.log10_ic50, np.log(minimum.slope)
    ends = np.empty((2, len(rise)))
    for first in range(0, len(rise), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(rise)))
        both = np.tile(rows, 2)
        outward = np.repeat([-1.0, 1.0], len(rows)) * stride[both]
        found = _limits(search.take(both), middle[both], outward, log_slope[both])
        ends[:, rows] = found.reshape(2, -1)
    return ends[0], ends[1]


def _limits(search: _Search, start: Array, outward: Array, log_slope: Array) -> Array:
    ends = _leap(search, Place(start, np.zeros_like(start), log_slope), outward)
    rest = np.flatnonzero(np.isnan(ends))
    if len(rest):
        ends[rest] = _careful(search.take(rest), start[rest], outward[rest], log_slope[rest])
    return ends


def _careful(search: _Search, start: Array, stride: Array, log_slope: Array) -> Array:
    """The limits by marching outwards and closing in; NaN where open."""
    ends = np.full(len(start), np.nan)
    bracket = _march(search, start, stride, log_slope)
    closed = np.flatnonzero(np.isfinite(bracket.outside))
    if len(closed):
        ends[closed] = _close_in(search.take(closed), bracket.take(closed))
    return ends

"""Profile-likelihood limits of log10 IC50, all curves and both sides at once.

A limit is where the sum of squares, minimised over everything else, rises to a threshold. Where it
never does within the reach of the search, that end of the interval is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from labsvc.core.curves import LN10, Array
from labsvc.core.separable import Lanes, Place, Rows, Terms, look, project
from labsvc.core.solve import SLOPE_LIMITS, Box, descend
from labsvc.core.starts import Minimum, nearer_sign

_SLOPES = np.array([0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 30.0, 120.0])
_LEAPS = 5
_MOST_STRIDES = 30
_MOST_TRIALS = 60
_SETTLED = 1e-12
_CLOSE = 1e-7  # of the way from the minimum to the threshold
_NARROW = 1e-10  # decades


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Lanes that look for one limit each: arrays of (lanes,)."""

    lanes: Lanes
    slope_free: bool
    box: Box
    least: Array
    rise: Array

    def take(self, rows: Rows) -> _Search:
        return replace(
            self, lanes=self.lanes.take(rows), least=self.least[rows], rise=self.rise[rows]
        )

    def height(self, log10_ic50: Array, log_slope: Array) -> tuple[Array, Array]:
        """How far each lane is above its threshold (-1 at the minimum, 0 at it), and the slope.

        The square root makes the height nearly linear in log10 IC50.
        """
        lanes = replace(self.lanes, sign=nearer_sign(self.lanes, log10_ic50))
        place = Place(log10_ic50, np.zeros_like(log10_ic50), log_slope)
        if self.slope_free:
            place = _best_slope(lanes, place)
            found = descend(lanes, place, self.box, (False, True), settled_at=_SETTLED)
            sums, log_slope = found.sum_of_squares, found.place.log_slope
        else:
            sums = project(lanes, place).sum_of_squares
        return np.sqrt(np.maximum(sums - self.least, 0.0) / self.rise) - 1.0, log_slope


class _Bracket(NamedTuple):
    """The last place below the threshold, the first above it, and the heights there."""

    inside: Array
    outside: Array
    low: Array
    high: Array
    log_slope: Array


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
    """The limits by Newton's method on both conditions at once; NaN where it did not get there.

    At a limit the sum of squares is at the threshold and does not change with the slope
    (Venzon & Moolgavkar 1988). ``outward`` is the asymptotic half width with its direction; an
    answer far from it, or a slope that is no minimum, is left to the careful search.
    """
    lanes = replace(search.lanes, sign=nearer_sign(search.lanes, minimum.centre))
    place = _along_the_valley(search, lanes, minimum, outward)
    for _ in range(_LEAPS):
        terms = Terms(*look(lanes, place))
        by_shift, by_slope = _leap_step(search, terms)
        # Re-centred at every step, so that shift is 0 and moves log10 IC50 alone.
        place = place._replace(
            centre=place.centre - by_shift / (LN10 * place.slope),
            log_slope=np.clip(place.log_slope - np.clip(by_slope, -1, 1), *np.log(SLOPE_LIMITS)),
        )
    terms = Terms(*look(lanes, place))
    excess = terms.sum_of_squares - search.least - search.rise
    arrived = np.abs(excess) < _CLOSE * search.rise
    arrived &= np.abs((place.centre - minimum.centre) / outward - 1.25) < 0.75
    if search.slope_free:
        flat = terms.g_slope**2 < _CLOSE * search.rise * np.abs(terms.h_slope)
        arrived &= flat & (terms.h_slope > 0)
    return np.where(arrived, place.centre, np.nan)


def _along_the_valley(search: _Search, lanes: Lanes, minimum: Place, outward: Array) -> Place:
    """The asymptotic limit, with the slope that the Hessian expects there."""
    if not search.slope_free:
        return minimum._replace(centre=minimum.centre + outward)
    terms = Terms(*look(lanes, minimum))
    tilt = terms.h_both * _reciprocal(terms.h_slope) * LN10 * minimum.slope
    log_slope = minimum.log_slope - np.clip(tilt * outward, -1, 1)
    return minimum._replace(
        centre=minimum.centre + outward, log_slope=np.clip(log_slope, *np.log(SLOPE_LIMITS))
    )


def _leap_step(search: _Search, terms: Terms) -> tuple[Array, Array]:
    """Newton's step for {sum of squares at the threshold, no change with slope}, shift being 0.

    At a fixed log10 IC50 the shift grows with the slope, hence the g_shift beside h_both.
    """
    excess = (terms.sum_of_squares - search.least - search.rise) / 2
    if not search.slope_free:
        return excess * _reciprocal(terms.g_shift), np.zeros_like(excess)
    bend = terms.h_both + terms.g_shift
    inverse = _reciprocal(terms.g_shift * terms.h_slope - terms.g_slope * bend)
    by_shift = (terms.h_slope * excess - terms.g_slope**2) * inverse
    by_slope = (terms.g_shift * terms.g_slope - bend * excess) * inverse
    return by_shift, by_slope


def _reciprocal(a: Array) -> Array:
    return np.where(np.abs(a) > 1e-200, 1.0 / np.where(np.abs(a) > 1e-200, a, 1.0), 0.0)


def _march(search: _Search, start: Array, stride: Array, log_slope: Array) -> _Bracket:
    """Stride outwards, doubling, until above the threshold; ``outside`` is NaN where open."""
    count = len(start)
    inside, low, slope = start.copy(), np.full(count, -1.0), log_slope.copy()
    outside, high = np.full(count, np.nan), np.full(count, np.nan)
    rows, stride = np.arange(count), stride.copy()
    for _ in range(_MOST_STRIDES):
        there = np.clip(inside[rows] + stride[rows], search.box.low, search.box.high)
        height, found = search.take(rows).height(there, slope[rows])
        above = height >= 0
        outside[rows[above]], high[rows[above]] = there[above], height[above]
        below = rows[~above]
        inside[below], low[below] = there[~above], height[~above]
        slope[rows] = found
        stride[below] *= 2
        rows = below[(there[~above] > search.box.low) & (there[~above] < search.box.high)]
        if not len(rows):
            break
    return _Bracket(inside, outside, low, high, slope)


def _close_in(search: _Search, bracket: _Bracket) -> Array:
    """The crossing inside each bracket, by false position (the Illinois rule)."""
    near, far = bracket.inside.copy(), bracket.outside.copy()
    low, high, slope = bracket.low.copy(), bracket.high.copy(), bracket.log_slope.copy()
    answer, last = far.copy(), np.zeros(len(near))
    rows = np.arange(len(near))
    for _ in range(_MOST_TRIALS):
        if not len(rows):
            break
        there = far[rows] - high[rows] * (far[rows] - near[rows]) / (high[rows] - low[rows])
        height, slope[rows] = search.take(rows).height(there, slope[rows])
        answer[rows] = there
        above, below = rows[height >= 0], rows[height < 0]
        # The same end moved twice running: halve the weight of the other, or it never moves.
        low[above] = np.where(last[above] > 0, low[above] / 2, low[above])
        high[below] = np.where(last[below] < 0, high[below] / 2, high[below])
        far[above], high[above], last[above] = there[height >= 0], height[height >= 0], 1.0
        near[below], low[below], last[below] = there[height < 0], height[height < 0], -1.0
        rows = rows[(np.abs(height) > _CLOSE) & (np.abs(far[rows] - near[rows]) > _NARROW)]
    return answer


def limits(
    lanes: Lanes, minimum: Minimum, rise: Array, stride: Array, slope_free: bool, box: Box
) -> tuple[Array, Array]:
    """The lower and the upper limit of log10 IC50: arrays of (curves,), NaN where open.

    ``rise`` is by how much the sum of squares may exceed its minimum; ``stride`` the first step
    to try, in decades (a good guess is the half width of the asymptotic interval).
    """
    curves = len(rise)
    both = np.tile(np.arange(curves), 2)
    outward = np.repeat([-1.0, 1.0], curves)
    search = _Search(lanes.take(both), slope_free, box, minimum.sum_of_squares[both], rise[both])
    start, log_slope = minimum.log10_ic50[both], np.log(minimum.slope[both])
    outward = outward * stride[both]
    ends = _leap(search, Place(start, np.zeros_like(start), log_slope), outward)
    rest = np.flatnonzero(np.isnan(ends))
    if len(rest):
        ends[rest] = _careful(search.take(rest), start[rest], outward[rest], log_slope[rest])
    return ends[:curves], ends[curves:]


def _careful(search: _Search, start: Array, stride: Array, log_slope: Array) -> Array:
    """The limits by marching outwards and closing in; NaN where open."""
    ends = np.full(len(start), np.nan)
    bracket = _march(search, start, stride, log_slope)
    closed = np.flatnonzero(np.isfinite(bracket.outside))
    if len(closed):
        inner = _Bracket(*(part[closed] for part in bracket))
        ends[closed] = _close_in(search.take(closed), inner)
    return ends

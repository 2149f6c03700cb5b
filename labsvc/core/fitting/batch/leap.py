"""Newton's method to profile limits of log10 IC50: from near by, many lanes at once.

At a limit the sum of squares is at its threshold and does not change with the slope (Venzon &
Moolgavkar, Appl Stat 1988;37:87): two equations for log10 IC50 and slope, solved together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.grid import turned
from labsvc.core.fitting.batch.separable import (
    Lanes,
    Rows,
    Terms,
    axis_from,
    look,
    sum_of_squares,
    view,
)
from labsvc.core.fitting.batch.solve import LOG_SLOPES, SLOPE_LIMITS, Box
from labsvc.core.fitting.curves import LN10, Array

_LEAPS = 6
_HARDLY = 0.05  # of the rise
_CLOSE = 1e-6  # of the way from the minimum to the threshold: a step from here squares it
_UNDERCUT = 1e-6
# Closer together where they are steep: near a tested concentration little then changes much.
_TRIED = np.log([*np.geomspace(0.07, 80.0, 16), 100.0, 125.0, 150.0, 175.0, SLOPE_LIMITS[1]])
_SIDE_BY_SIDE = 2048


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Lanes that look for one limit each: arrays of (lanes,).

    ``least`` is the lowest sum of squares, ``rise`` by how much a limit lies above it.
    """

    lanes: Lanes
    slope_free: bool
    box: Box
    least: Array
    rise: Array

    def take(self, rows: Rows) -> Search:
        return Search(
            self.lanes.take(rows), self.slope_free, self.box, self.least[rows], self.rise[rows]
        )

    def turned(self, log10_ic50: Array) -> Search:
        """The same, with the sign that suits curves with their middle here."""
        lanes = turned(self.lanes, log10_ic50)
        return Search(lanes, self.slope_free, self.box, self.least, self.rise)


def within(a: Array, low: float | Array, high: float | Array) -> Array:
    """``np.clip``, quicker on short arrays."""
    return np.asarray(np.minimum(np.maximum(a, low), high))


def reciprocal(a: Array) -> Array:
    """1/a, and 0 where a is next to nothing."""
    firm = np.abs(a) > 1e-200
    return np.asarray(firm / np.where(firm, a, 1.0))


def leap(search: Search, log10_ic50: Array, log_slope: Array) -> Array:
    """The limits next to these places; NaN where Newton's method does not get there.

    A slope that is no minimum is not taken, nor a place where another slope is still below the
    threshold.
    """
    lanes = search.lanes
    seen = view(lanes, log10_ic50)
    back, ends = -lanes.sign / LN10, log10_ic50
    arrived = np.zeros(len(ends), dtype=np.bool_)
    for turn in range(_LEAPS + 1):
        slope = np.exp(log_slope)
        terms = Terms(*look(seen, 0.0, slope))
        excess = terms.sum_of_squares - search.least - search.rise
        held = _pressed(search, log_slope, terms)
        close = np.abs(excess) < _CLOSE * search.rise
        flat = terms.g_width**2 < _CLOSE * search.rise * terms.h_width
        close &= flat if held is None else flat | held
        by_offset, by_width = _step(terms, _still_to_rise(excess, search.rise), held)
        log10_ic50 = within(log10_ic50 + back * by_offset / slope, *search.box)
        # Each stops by itself, after a last step so short that it needs no look.
        ends = np.where(arrived, ends, log10_ic50)
        arrived |= close
        if turn == _LEAPS or np.count_nonzero(arrived) == len(arrived):
            break
        log_slope = within(log_slope - within(by_width, -1.0, 1.0), *LOG_SLOPES)
        seen = seen.at(axis_from(lanes, log10_ic50))
    rows = arrived.nonzero()[0]
    limits = np.full(len(ends), np.nan)
    if len(rows):
        good = rows[~_undercut(search.take(rows), ends[rows])]
        limits[good] = ends[good]
    return limits


def _still_to_rise(excess: Array, rise: Array) -> Array:
    """Half of what the sum of squares is too high by, as its square root has it.

    That root is nearly linear in log10 IC50: Newton's method then needs a step less.
    """
    risen = np.maximum(excess + rise, _HARDLY * rise)
    return np.asarray(risen - np.sqrt(risen * rise))


def _pressed(search: Search, log_slope: Array, terms: Terms) -> NDArray[np.bool_] | None:
    """Where the slope is fixed, or at its limit and lower still beyond; None: nowhere."""
    if not search.slope_free:
        return np.ones(len(log_slope), dtype=np.bool_)
    low, high = LOG_SLOPES
    at_high, at_low = log_slope >= high, log_slope <= low
    if not np.count_nonzero(at_high | at_low):
        return None
    return np.asarray((at_high & (terms.g_width > 0)) | (at_low & (terms.g_width < 0)))


def _step(terms: Terms, excess: Array, held: NDArray[np.bool_] | None) -> tuple[Array, Array]:
    """Newton's step for {half the sum of squares at the threshold, no change with slope}.

    At a fixed log10 IC50 the offset falls as the width grows, hence the g_offset beside h_both.
    Where the slope is held only the first condition is left.
    """
    bend, g_width, h_width = terms.h_both - terms.g_offset, terms.g_width, terms.h_width
    if held is not None:
        bend, g_width = np.where(held, 0.0, bend), np.where(held, 0.0, g_width)
        h_width = np.where(held, 1.0, h_width)
    inverse = reciprocal(terms.g_offset * h_width - g_width * bend)
    by_offset = (g_width**2 - h_width * excess) * inverse
    return by_offset, (bend * excess - terms.g_offset * g_width) * inverse


def _undercut(search: Search, log10_ic50: Array) -> NDArray[np.bool_]:
    """Whether some other slope is still below the threshold there: then it is no limit."""
    if not search.slope_free:
        return np.zeros(len(log10_ic50), dtype=np.bool_)
    lowest = by_slope(search.lanes, log10_ic50).min(axis=0)
    return np.asarray(lowest < search.least + search.rise * (1 - _UNDERCUT))


def by_slope(lanes: Lanes, log10_ic50: Array) -> Array:
    """The sums of squares of the lanes with many slopes each: (slopes, lanes)."""
    count = len(log10_ic50)
    seen = view(lanes, log10_ic50)
    some = max(1, min(len(_TRIED), _SIDE_BY_SIDE // max(count, 1)))
    parts = []
    for first in range(0, len(_TRIED), some):
        slopes = np.exp(_TRIED[first : first + some])
        copies = seen if len(slopes) == 1 else seen.take(np.tile(np.arange(count), len(slopes)))
        sums = sum_of_squares(copies, 0.0, np.repeat(slopes, count))
        parts.append(sums.reshape(-1, count))
    return np.concatenate(parts)


def best_slope(lanes: Lanes, log10_ic50: Array, log_slope: Array) -> Array:
    """The slope to start from: this one, or a node that is lower still."""
    sums = by_slope(lanes, log10_ic50)
    own = sum_of_squares(view(lanes, log10_ic50), 0.0, np.exp(log_slope))
    return np.where(sums.min(axis=0) < own, _TRIED[sums.argmin(axis=0)], log_slope)

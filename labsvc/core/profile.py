"""Profile-likelihood limits of log10 IC50, all curves and both sides at once.

A limit is where the sum of squares, minimised over everything else, rises to a threshold. Where it
never does within the reach of the search, that end of the interval is open.

Most limits are a few steps of Newton's method from the asymptotic ones. Where those are far away,
a grid over all places and slopes says between which places the limit is, or that there is none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labsvc.core.brackets import Bracket, bracket, close_in, inside, start_between
from labsvc.core.curves import LN10, Array
from labsvc.core.leap import Search, leap, reciprocal, within
from labsvc.core.separable import Lanes, Rows, Terms, look, view
from labsvc.core.solve import LOG_SLOPES, Box
from labsvc.core.starts import Minimum

_CHUNK = 4096  # curves
_NEAR = 0.25  # decades: asymptotic limits within are likely to be near the profile's


class _Sides(NamedTuple):
    """Lanes with the place of their minimum and the asymptotic way to the limit."""

    search: Search
    middle: Array
    log_slope: Array
    outward: Array


def limits(
    lanes: Lanes, minimum: Minimum, rise: Array, stride: Array, slope_free: bool, box: Box
) -> tuple[Array, Array]:
    """The lower and the upper limit of log10 IC50: arrays of (curves,), NaN where open.

    ``rise`` is by how much the sum of squares may exceed its minimum; ``stride`` a guess of the
    half width, in decades (that of the asymptotic interval).
    """
    search = Search(lanes, slope_free, box, minimum.sum_of_squares, rise)
    middle, log_slope = minimum.log10_ic50, np.log(minimum.slope)
    ends = np.empty((2, len(rise)))
    for first in range(0, len(rise), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(rise)))
        both = np.tile(rows, 2)
        outward = np.repeat([-1.0, 1.0], len(rows)) * stride[both]
        sides = _Sides(
            search.take(both).turned(middle[both]), middle[both], log_slope[both], outward
        )
        ends[:, rows] = _limits(sides).reshape(2, -1)
    return ends[0], ends[1]


def _limits(sides: _Sides) -> Array:
    """First by Newton's method: from the asymptotic limit, or from where the grid has it."""
    search, middle, _, outward = sides
    far = np.flatnonzero(np.abs(outward) >= _NEAR)
    start, log_slope = middle + outward, _along_the_valley(sides)
    if len(far):
        found = _bracketed(sides, far)
        start[far], log_slope[far] = start_between(found)
    ends = np.full(len(middle), np.nan)
    rows = np.flatnonzero(np.isfinite(start))
    ends[rows] = leap(search.take(rows).turned(start[rows]), start[rows], log_slope[rows])
    # An answer far from the asymptotic limit, or from the grid's, is not believed.
    likely = np.abs((ends - middle) / outward - 1.25) < 0.75
    kept = np.where(likely, ends, np.nan)
    if len(far):
        kept[far] = inside(found, ends[far])
    rest = np.flatnonzero(np.isnan(kept) & np.isfinite(start))
    if len(rest):
        kept[rest] = _careful(sides, rest)
    return kept


def _bracketed(sides: _Sides, rows: Rows) -> Bracket:
    search, middle, log_slope, outward = sides
    return bracket(search.take(rows), middle[rows], log_slope[rows], np.sign(outward[rows]))


def _along_the_valley(sides: _Sides) -> Array:
    """The slope that the Hessian expects at the asymptotic limit."""
    search, middle, log_slope, outward = sides
    if not search.slope_free:
        return log_slope.copy()
    slope = np.exp(log_slope)
    terms = Terms(*look(view(search.lanes, middle), 0.0, slope))
    by_offset = -search.lanes.sign * LN10 * slope * outward
    tilt = terms.h_both * reciprocal(terms.h_width) * by_offset
    return within(log_slope + within(tilt, -1.0, 1.0), *LOG_SLOPES)


def _careful(sides: _Sides, rows: Rows) -> Array:
    """The limits by looking everywhere; NaN where open."""
    found = _bracketed(sides, rows)
    ends = np.full(len(rows), np.nan)
    closed = np.flatnonzero(np.isfinite(found.outside))
    if len(closed):
        ends[closed] = close_in(sides.search.take(rows[closed]), found.take(closed))
    return ends

"""Profile-likelihood limits of log10 IC50, all curves and both sides at once.

A limit is where the sum of squares, minimised over everything else, rises to a threshold. Where it
never does within the reach of the search, that end of the interval is open.

Most limits are a few steps of Newton's method from the asymptotic ones. Where those are far away,
a grid over all places and slopes says between which places the limit is, or that there is none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labsvc.core.fitting.batch.leap import Search, leap, within
from labsvc.core.fitting.batch.separable import Lanes, Rows
from labsvc.core.fitting.batch.solve import LOG_SLOPES, Box
from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.brackets import Bracket, bracket, close_in, inside, start_between
from labsvc.core.fitting.general.starts import Minimum

_CHUNK = 4096  # curves
_NEAR = 0.25  # decades: asymptotic limits within are likely to be near the profile's


class _Sides(NamedTuple):
    """Lanes with the place of their minimum, the asymptotic way to the limit, and its tilt."""

    search: Search
    middle: Array
    log_slope: Array
    outward: Array
    tilt: Array


def limits(
    lanes: Lanes, minimum: Minimum, rise: Array, stride: Array, slope_free: bool, box: Box,
    tilt: Array | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """The lower and the upper limit of log10 IC50: arrays of (curves,), NaN where open.

    ``rise`` is by how much the sum of squares may exceed its minimum; ``stride`` a guess of the
    half width, in decades (that of the asymptotic interval); ``tilt`` one of how ln slope changes
    with each decade of log10 IC50 along the valley (that of the covariance; None: not at all).
    """
    search = Search(lanes, slope_free, box, minimum.sum_of_squares, rise)
    middle, log_slope = minimum.log10_ic50, np.log(minimum.slope)
    valley = tilt if tilt is not None and slope_free else np.zeros(len(rise))
    ends = np.empty((2, len(rise)))
    for first in range(0, len(rise), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(rise)))
        both = np.tile(rows, 2)
        outward = np.repeat([-1.0, 1.0], len(rows)) * stride[both]
        sides = _Sides(
            search.take(both).turned(middle[both]), middle[both], log_slope[both], outward,
            valley[both],
        )  # fmt: skip
        ends[:, rows] = _limits(sides).reshape(2, -1)
    return ends[0], ends[1]


def _limits(sides: _Sides) -> Array:
    """First by Newton's method: from the asymptotic limit, or from where the grid has it."""
    search, middle, _, outward, _ = sides
    far = (np.abs(outward) >= _NEAR).nonzero()[0]
    start, log_slope = middle + outward, _along_the_valley(sides)
    if len(far):
        found = _bracketed(sides, far)
        start[far], log_slope[far] = start_between(found)
    ends = np.full(len(middle), np.nan)
    rows = np.isfinite(start).nonzero()[0]
    ends[rows] = leap(search.take(rows).turned(start[rows]), start[rows], log_slope[rows])
    # An answer far from the asymptotic limit, or from the grid's, is not believed.
    likely = np.abs((ends - middle) / outward - 1.25) < 0.75
    kept = np.where(likely, ends, np.nan)
    if len(far):
        kept[far] = inside(found, ends[far])
    rest = (np.isnan(kept) & np.isfinite(start)).nonzero()[0]
    if len(rest):
        kept[rest] = _careful(sides, rest)
    return kept


def _bracketed(sides: _Sides, rows: Rows) -> Bracket:
    search, middle, log_slope, outward, _ = sides
    return bracket(search.take(rows), middle[rows], log_slope[rows], np.sign(outward[rows]))


def _along_the_valley(sides: _Sides) -> Array:
    """The slope that is expected at the asymptotic limit."""
    if not sides.search.slope_free:
        return sides.log_slope.copy()
    turn = within(sides.tilt * sides.outward, -1.0, 1.0)
    return within(sides.log_slope + turn, *LOG_SLOPES)


def _careful(sides: _Sides, rows: Rows) -> Array:
    """The limits by looking everywhere; NaN where open."""
    found = _bracketed(sides, rows)
    ends = np.full(len(rows), np.nan)
    closed = np.flatnonzero(np.isfinite(found.outside))
    if len(closed):
        ends[closed] = close_in(sides.search.take(rows[closed]), found.take(closed))
    return ends

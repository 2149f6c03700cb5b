"""Where the search starts, and the lowest minimum it finds from there.

The first start of a curve is the best node of the grid: it is global, there are no guessing rules.
Further starts are other hollows of the grid that may lead lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.grid import Coarse, Grid, grid, peaks, scan_coarsely, summit
from labsvc.core.fitting.batch.separable import Lanes, Place, Rows
from labsvc.core.fitting.batch.solve import MOST_STEPS, Box, Descent, descend, nearest_tested
from labsvc.core.fitting.curves import LN10, Array, distinct
from labsvc.core.fitting.sums import products

_STEEP = 5  # of the slopes of the grid: from here on the start may be a step
_CHUNK = 4096  # curves: so that the arrays of a chunk stay in the processor's cache
_PROMISING = 1.35  # a further start is tried when its node is within 35 % of what was reached
_FURTHER_STARTS = 2
_FIRST_STEPS = 6  # after these few curves still walk: they go on with the further starts
_EXACT = 1e-20
_COARSE = 1e-6  # of the sum of squares: what single precision may miss by


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """The best fit found for every curve: arrays of (curves,), log10 IC50 on the axis of x."""

    log10_ic50: Array
    slope: Array
    sum_of_squares: Array
    level: Array
    amplitude: Array
    sign: Array
    converged: NDArray[np.bool_]

    def take(self, rows: Rows) -> Minimum:
        return Minimum(*(getattr(self, name)[rows] for name in self.__slots__))


class _More(NamedTuple):
    """Walks still to be done: the curve of each, and where it starts. Arrays of (walks,).

    A curve that had not come to rest goes on from where it was; others try a further start.
    """

    row: Rows
    log10_ic50: Array
    log_slope: Array
    sign: Array

    def take(self, rows: slice) -> _More:
        row, middle, log_slope, sign = self
        return _More(row[rows], middle[rows], log_slope[rows], sign[rows])


def _joined(parts: Sequence[_More]) -> _More:
    return _More(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def minimise(lanes: Lanes, slope: float | None, box: Box) -> Minimum:
    """The lowest sum of squares of every curve. ``slope`` is the fixed one, None where free.

    Works in chunks, so that memory stays flat however many curves there are. What is left of the
    chunks after a few steps is walked together: few long arrays rather than many short ones.
    """
    curves = lanes.weight.shape[1]
    if curves <= _CHUNK:
        best, more = _begin(lanes, slope, box)
    else:
        best, more = _in_chunks(lanes, slope, box)
    for at in range(0, len(more.row), _CHUNK):
        _go_on(lanes, best, more.take(slice(at, at + _CHUNK)), slope, box)
    if slope is None:
        _settle_slopes(lanes, best, box)
    return best


def _in_chunks(lanes: Lanes, slope: float | None, box: Box) -> tuple[Minimum, _More]:
    curves = lanes.weight.shape[1]
    parts = np.array_split(np.arange(curves), -(-curves // _CHUNK))
    begun = [_begin(lanes.take(rows), slope, box) for rows in parts]
    best = Minimum(
        *(
            np.concatenate([getattr(part, name) for part, _ in begun])
            for name in Minimum.__dataclass_fields__
        )
    )
    moved = [
        more._replace(row=more.row + rows[0]) for rows, (_, more) in zip(parts, begun, strict=True)
    ]
    return best, _joined(moved)


def _begin(lanes: Lanes, slope: float | None, box: Box) -> tuple[Minimum, _More]:
    """A few steps from the best node, and what is still to be walked."""
    seen = grid(lanes, slope)
    gained = scan_coarsely(lanes, seen)
    every = np.arange(len(gained))
    first = gained.argmax(axis=1)
    start = _More(every, *summit(gained, seen, every, first), seen.sign[first])
    found = _walk(lanes, start, slope, box, _FIRST_STEPS)
    best = Minimum(
        found.log10_ic50, np.exp(found.log_slope), found.sum_of_squares, found.level,
        found.amplitude, start.sign.copy(), found.converged,
    )  # fmt: skip
    total = products("kn,kn,kn->n", lanes.weight, lanes.y, lanes.y)
    wanted = total * (1 - _COARSE) - _PROMISING * best.sum_of_squares - _EXACT
    wanted = np.where(best.sum_of_squares > _EXACT, wanted, np.inf)
    row, node = _further(gained, seen, first, wanted.astype(np.float32))
    further = _More(row, seen.log10_ic50[node], seen.log_slope[node], seen.sign[node])
    on = (~found.rested).nonzero()[0]
    if not len(on):
        return best, further
    unfinished = _More(on, found.log10_ic50[on], found.log_slope[on], start.sign[on])
    best.sum_of_squares[on] = np.inf  # it goes on from there: what it reaches then counts
    return best, _joined([unfinished, further])


def _walk(
    lanes: Lanes, start: _More, slope: float | None, box: Box, most_steps: int = MOST_STEPS
) -> Descent:
    """Walk these lanes from their starts, centred on the nearest tested concentration."""
    _, middle, log_slope, sign = start
    centre = nearest_tested(lanes.x, middle)
    offset = sign * np.exp(log_slope) * LN10 * (centre - middle)
    place = Place(centre, offset, log_slope)
    return descend(lanes.signed(sign), place, box, (True, slope is None), most_steps=most_steps)


def _go_on(lanes: Lanes, best: Minimum, more: _More, slope: float | None, box: Box) -> None:
    """Walk on, and keep what is lower, of equals the first: ``best`` is written in place."""
    found = _walk(lanes.take(more.row), more, slope, box)
    order = np.lexsort((found.sum_of_squares, more.row))
    lowest = order[np.diff(more.row[order], prepend=-1) != 0]
    _improve(best, more.row[lowest], found.take(lowest), more.sign[lowest])


def _further(
    gained: Coarse, seen: Grid, first: NDArray[np.intp], wanted: Coarse
) -> tuple[Rows, Rows]:
    """Further starts, as curves and nodes: the best peaks that gain what is wanted.

    Also the best of the steepest nodes, and a milder slope where the first start was a step.
    ``gained`` is (curves, nodes); the ``first`` start is left out.
    """
    curves, number = gained.shape
    good = gained >= wanted[:, None]
    good[np.arange(curves), first] = False
    promising = good.ravel().nonzero()[0]
    if not len(promising):
        return promising, promising
    row, node = np.divmod(promising, number)
    some = row[np.diff(row, prepend=-1) > 0]
    peak = peaks(gained, seen, row, node)
    row, node = row[peak], node[peak]
    order = np.lexsort((node, -gained[row, node], row))
    row, node = row[order], node[order]
    best = np.arange(len(row)) - np.searchsorted(row, row) < _FURTHER_STARTS
    row, node = row[best], node[best]
    slopes = seen.slopes
    if slopes > 1 and len(some):
        place, slope = first[some] // slopes, first[some] % slopes
        steepest = gained[some, slopes - 1 :: slopes].argmax(axis=1) * slopes + slopes - 1
        # A step is no lower when it gets steeper still: from there no descent leads back.
        milder = place * slopes + np.minimum(slope, _STEEP)
        row = np.concatenate([row, some[good[some, steepest]], some[good[some, milder]]])
        node = np.concatenate([
            node, steepest[good[some, steepest]], milder[good[some, milder]],
        ])  # fmt: skip
    both = distinct(row * number + node)
    return both // number, both % number


def _improve(best: Minimum, rows: Rows, found: Descent, sign: Array) -> None:
    """Keep what was found where it is lower: ``best`` is written in place."""
    kept = best.sum_of_squares[rows]
    lower = found.sum_of_squares < kept * (1 - 1e-10)
    into = rows[lower]
    best.log10_ic50[into] = found.log10_ic50[lower]
    best.slope[into] = np.exp(found.log_slope[lower])
    best.sum_of_squares[into] = found.sum_of_squares[lower]
    best.level[into] = found.level[lower]
    best.amplitude[into] = found.amplitude[lower]
    best.sign[into] = sign[lower]
    best.converged[into] = found.converged[lower]


def _settle_slopes(lanes: Lanes, best: Minimum, box: Box) -> None:
    """Finish curves that ran into the end of the box: there only the slope is left to find."""
    rows = (~best.converged).nonzero()[0]
    if not len(rows):
        return
    stuck = lanes.take(rows).signed(best.sign[rows])
    place = Place(best.log10_ic50[rows], np.zeros(len(rows)), np.log(best.slope[rows]))
    _improve(best, rows, descend(stuck, place, box, (False, True)), stuck.sign)

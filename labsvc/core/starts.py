"""Where the search starts: a grid of (log10 IC50, slope) nodes tried on all curves at once.

The plateaus that are free follow in closed form at every node, so the sum of squares of all nodes
and all curves is a handful of matrix products. The start is global: there are no guessing rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import LN10, LOG_OF_ZERO, Array
from labsvc.core.separable import Lanes, Place
from labsvc.core.solve import Box, Descent, descend

_SLOPES = np.array([0.3, 0.6, 1.0, 1.7, 3.0, 6.0, 15.0, 40.0])
_BETWEEN = (0.15, 0.5, 0.85)
_CHUNK = 4096
_PROMISING = 1.35  # a further start is tried when its node is within 35 % of what was reached
_FURTHER_STARTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Nodes as arrays of (positions, slopes)."""

    log10_ic50: Array
    slope: Array


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


def grid(x: Array, slope: float | None) -> Grid:
    """Nodes at every tested concentration, between neighbours, and beyond both ends.

    Steep curves have a minimum of their own on either side of each concentration, hence the nodes
    close to it.

    ``slope`` is the fixed one, None where it is free. Plates of one layout come often: the last
    few grids are kept, and are not to be written to.
    """
    return _grid(tuple(x.ravel().tolist()), slope)


@lru_cache(maxsize=64)
def _grid(at: tuple[float, ...], slope: float | None) -> Grid:
    x = np.array(at)
    tested = np.sort(x[x > LOG_OF_ZERO])
    gap = float(np.median(np.diff(tested))) if len(tested) > 1 else 0.5
    between = np.concatenate([tested[:-1] + share * np.diff(tested) for share in _BETWEEN])
    outside = [tested[0] - gap, tested[0] - gap / 2, tested[-1] + gap / 2, tested[-1] + 2 * gap]
    positions = np.sort(np.concatenate([tested, between, outside]))
    slopes = _SLOPES if slope is None else np.array([slope])
    log10_ic50, slope_nodes = np.meshgrid(positions, slopes, indexing="ij")
    return Grid(log10_ic50, slope_nodes)


def nearer_sign(lanes: Lanes, log10_ic50: Array) -> Array:
    """The sign that keeps v small: +1 where the curve bends in the upper half of the range."""
    if not lanes.level_free:
        return np.resize(lanes.sign, np.shape(log10_ic50))
    tested = lanes.x[lanes.x > LOG_OF_ZERO]
    return np.where(log10_ic50 > (tested.min() + tested.max()) / 2, 1.0, -1.0)


def scan(lanes: Lanes, nodes: Grid) -> Array:
    """The sum of squares of every curve at every node: (positions, slopes, curves)."""
    middle, slope = nodes.log10_ic50.reshape(-1, 1), nodes.slope.reshape(-1, 1)
    sign = nearer_sign(lanes, middle)
    z = sign * slope * LN10 * (lanes.x.T - middle)
    shape = 1.0 / (1.0 + np.exp(np.minimum(-z, 700.0)))
    weighted = lanes.weight * lanes.y
    total = (weighted * lanes.y).sum(axis=0)
    with_y = shape @ weighted
    spread = shape**2 @ lanes.weight
    if lanes.level_free:
        spread = spread - (shape @ lanes.weight) ** 2 / lanes.weight.sum(axis=0)
    if lanes.amplitude_free:
        usable = spread > 1e-14
        sums = total - np.where(usable, with_y**2 / np.where(usable, spread, 1.0), 0.0)
    else:
        sums = total - 2 * lanes.amplitude * with_y + lanes.amplitude**2 * spread
    return np.asarray(sums.reshape(*nodes.slope.shape, -1))


def _hollows(sums: Array) -> NDArray[np.bool_]:
    """Nodes no higher than their neighbours in position and in slope."""
    positions, slopes, curves = sums.shape
    walled = np.full((positions + 2, slopes + 2, curves), np.inf)
    walled[1:-1, 1:-1] = sums
    middle = walled[1:-1, 1:-1]
    hollow = (middle <= walled[:-2, 1:-1]) & (middle <= walled[2:, 1:-1])
    hollow &= (middle <= walled[1:-1, :-2]) & (middle <= walled[1:-1, 2:])
    return np.asarray(hollow)


def _ranked(sums: Array) -> tuple[NDArray[np.intp], Array]:
    """The starts of every curve, best first, as node indices and their sums of squares.

    The lowest hollows, then the lowest of the steepest nodes.
    """
    hollows = np.where(_hollows(sums), sums, np.inf).reshape(-1, sums.shape[-1])
    count = min(_FURTHER_STARTS + 1, len(hollows))
    best = np.argsort(hollows, axis=0, kind="stable")[:count]
    values = np.take_along_axis(hollows, best, axis=0)
    if sums.shape[1] == 1:
        return best.astype(np.intp), values
    steep = sums[:, -1].argmin(axis=0)
    steep_sums = sums[:, -1].min(axis=0)
    index = steep * sums.shape[1] + sums.shape[1] - 1
    return np.vstack([best, index]).astype(np.intp), np.vstack([values, steep_sums])


def _start(lanes: Lanes, nodes: Grid, index: NDArray[np.intp]) -> tuple[Lanes, Place]:
    """The lanes and their places at these nodes, centred on the nearest tested concentration."""
    middle, slope = nodes.log10_ic50.ravel()[index], nodes.slope.ravel()[index]
    tested = lanes.x[lanes.x > LOG_OF_ZERO]
    centre = tested[np.abs(tested[:, None] - middle).argmin(axis=0)]
    place = Place(centre, slope * LN10 * (middle - centre), np.log(slope))
    return lanes.signed(nearer_sign(lanes, middle)), place


def _improve(best: Minimum, rows: NDArray[np.intp], found: Descent, sign: Array) -> None:
    """Keep what was found where it is lower: ``best`` is written in place."""
    kept = best.sum_of_squares[rows]
    lower = found.sum_of_squares < kept * (1 - 1e-10)
    into = rows[lower]
    best.log10_ic50[into] = found.place.log10_ic50[lower]
    best.slope[into] = found.place.slope[lower]
    best.sum_of_squares[into] = found.sum_of_squares[lower]
    best.level[into] = found.level[lower]
    best.amplitude[into] = found.amplitude[lower]
    best.sign[into] = sign[lower]
    best.converged[into] = found.converged[lower]


def _nothing_yet(curves: int) -> Minimum:
    return Minimum(
        log10_ic50=np.full(curves, np.nan),
        slope=np.full(curves, np.nan),
        sum_of_squares=np.full(curves, np.inf),
        level=np.full(curves, np.nan),
        amplitude=np.full(curves, np.nan),
        sign=np.ones(curves),
        converged=np.zeros(curves, dtype=np.bool_),
    )


def _minimise_chunk(lanes: Lanes, slope: float | None, box: Box) -> Minimum:
    curves = lanes.weight.shape[1]
    nodes = grid(lanes.x, slope)
    starts, sums = _ranked(scan(lanes, nodes))
    best = _nothing_yet(curves)
    chosen, place = _start(lanes, nodes, starts[0])
    moves = (True, slope is None)
    _improve(best, np.arange(curves), descend(chosen, place, box, moves), chosen.sign)
    # All further starts of all curves walk together: fewer, longer arrays.
    promising = sums[1:] <= _PROMISING * best.sum_of_squares + 1e-20
    rank, rows = np.nonzero(promising & (best.sum_of_squares > 1e-20))
    if len(rows):
        chosen, place = _start(lanes.take(rows), nodes, starts[1:][rank, rows])
        found = descend(chosen, place, box, moves)
        for each in range(len(sums) - 1):
            now = rank == each
            _improve(best, rows[now], found.take(np.flatnonzero(now)), chosen.sign[now])
    if slope is None:
        _settle_slopes(lanes, best, box)
    return best


def _settle_slopes(lanes: Lanes, best: Minimum, box: Box) -> None:
    """Finish curves that ran into the end of the box: there only the slope is left to find."""
    rows = np.flatnonzero(~best.converged)
    if not len(rows):
        return
    stuck = lanes.take(rows).signed(best.sign[rows])
    place = Place(best.log10_ic50[rows], np.zeros(len(rows)), np.log(best.slope[rows]))
    _improve(best, rows, descend(stuck, place, box, (False, True)), stuck.sign)


def minimise(lanes: Lanes, slope: float | None, box: Box) -> Minimum:
    """The lowest sum of squares of every curve. ``slope`` is the fixed one, None where free.

    Works in chunks, so that memory stays flat however many curves there are.
    """
    curves = lanes.weight.shape[1]
    if curves <= _CHUNK:
        return _minimise_chunk(lanes, slope, box)
    parts = [
        _minimise_chunk(lanes.take(np.arange(first, min(first + _CHUNK, curves))), slope, box)
        for first in range(0, curves, _CHUNK)
    ]
    return Minimum(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Minimum.__dataclass_fields__
        )
    )

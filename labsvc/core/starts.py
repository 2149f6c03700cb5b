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
from labsvc.core.separable import Lanes, Place, Rows
from labsvc.core.solve import Box, Descent, descend, nearest_tested

_SLOPES = np.array([0.3, 0.6, 1.0, 1.7, 3.0, 6.0, 15.0, 40.0])
_MILDER = 5  # of the slopes
_BETWEEN = (0.15, 0.5, 0.85)
_CHUNK = 4096  # so that the arrays of a chunk stay in the processor's cache
_PROMISING = 1.35  # a further start is tried when its node is within 35 % of what was reached
_FURTHER_STARTS = 2
_EXACT = 1e-20


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Nodes, position by position: ``log10_ic50``, ``slope``, ``sign`` and ``shape`` of each.

    ``shape`` (nodes, points) is the curve from plateau 0 to plateau 1, with the sign that keeps it
    small. Nodes of one position differ in their slope; there are ``slopes`` of them. ``unit``
    (points, nodes) is the shape about its mean, brought to length 1, for points weighted alike.
    """

    log10_ic50: Array
    slope: Array
    sign: Array
    shape: Array
    unit: Array
    slopes: int


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


def grid(lanes: Lanes, slope: float | None) -> Grid:
    """Nodes at every tested concentration, between neighbours, and beyond both ends.

    Steep curves have a minimum of their own on either side of each concentration, hence the nodes
    close to it.

    ``slope`` is the fixed one, None where it is free. Plates of one layout come often: the last
    few grids are kept, and are not to be written to.
    """
    sign = None if lanes.level_free else float(lanes.sign[0])
    return _grid(tuple(lanes.x.ravel().tolist()), slope, sign)


@lru_cache(maxsize=64)
def _grid(at: tuple[float, ...], slope: float | None, sign: float | None) -> Grid:
    tested = np.sort([x for x in at if x > LOG_OF_ZERO])
    gap = float(np.median(np.diff(tested))) if len(tested) > 1 else 0.5
    between = np.concatenate([tested[:-1] + share * np.diff(tested) for share in _BETWEEN])
    outside = [tested[0] - gap, tested[0] - gap / 2, tested[-1] + gap / 2, tested[-1] + 2 * gap]
    positions = np.sort(np.concatenate([tested, between, outside]))
    slopes = _SLOPES if slope is None else np.array([slope])
    return nodes(np.array(at), positions, slopes, sign)


def nodes(x: Array, positions: Array, slopes: Array, sign: float | None) -> Grid:
    """All pairs of these; ``sign`` is None where the level is free."""
    middle, slope = np.repeat(positions, len(slopes)), np.tile(slopes, len(positions))
    signs = nearer_sign(x, middle) if sign is None else np.full(len(middle), sign)
    z = (signs * slope * LN10)[:, None] * (x - middle[:, None])
    shape = 1.0 / (1.0 + np.exp(np.minimum(-z, 700.0)))
    centred = shape - shape.mean(axis=1, keepdims=True) if sign is None else shape
    unit = np.ascontiguousarray((centred * _narrow((centred**2).sum(axis=1))[:, None]).T)
    return Grid(middle, slope, signs, shape, unit, len(slopes))


def _narrow(spread: Array) -> Array:
    """1/sqrt of it, and 0 where it is nothing."""
    usable = spread > 1e-14
    return np.where(usable, 1.0 / np.sqrt(np.where(usable, spread, 1.0)), 0.0)


def nearer_sign(x: Array, log10_ic50: Array) -> Array:
    """The sign that keeps v small: +1 where the curve bends in the upper half of the range."""
    tested = x[x > LOG_OF_ZERO]
    return np.where(log10_ic50 > (tested.min() + tested.max()) / 2, 1.0, -1.0)


def turned(lanes: Lanes, log10_ic50: Array) -> Lanes:
    """The lanes with the sign that suits curves with their middle here."""
    return lanes.signed(nearer_sign(lanes.x, log10_ic50)) if lanes.level_free else lanes


def scan(lanes: Lanes, seen: Grid) -> Array:
    """By how much every node lowers the sum of squares about the level: (curves, nodes)."""
    shape, weight = seen.shape, lanes.weight
    if lanes.amplitude_free and (weight == weight[0]).all():
        gained = (np.sqrt(weight[0]) * lanes.y).T @ seen.unit
        gained *= gained
        return np.asarray(gained)
    with_y = (weight * lanes.y).T @ shape.T
    spread = weight.T @ (shape**2).T
    if lanes.level_free:
        spread -= (weight.T @ shape.T) ** 2 / weight.sum(axis=0)[:, None]
    if lanes.amplitude_free:
        with_y *= _narrow(spread)
        return np.asarray(with_y * with_y)
    amplitude = lanes.amplitude[:, None]
    return np.asarray(2 * amplitude * with_y - amplitude**2 * spread)


def _peaks(gained: Array, row: Rows, node: Rows) -> NDArray[np.bool_]:
    """Whether these nodes are no lower than their neighbours in position and in slope.

    ``gained`` is (curves, positions, slopes).
    """
    _, positions, slopes = gained.shape
    place, slope = node // slopes, node % slopes
    height = gained[row, place, slope]
    beside = (np.maximum(place - 1, 0), np.minimum(place + 1, positions - 1))
    peak = height >= gained[row, beside[0], slope]
    peak &= height >= gained[row, beside[1], slope]
    peak &= height >= gained[row, place, np.maximum(slope - 1, 0)]
    peak &= height >= gained[row, place, np.minimum(slope + 1, slopes - 1)]
    return np.asarray(peak)


def _further(gained: Array, first: NDArray[np.intp], wanted: Array) -> tuple[Rows, Rows]:
    """Further starts, as curves and nodes: the best peaks that gain what is wanted.

    Also the best of the steepest nodes, and a milder slope where the first start was a step.
    ``gained`` is (curves, positions, slopes); the ``first`` start is left out.
    """
    curves, _, slopes = gained.shape
    flat = gained.reshape(curves, -1)
    good = flat >= wanted[:, None]
    good[np.arange(curves), first] = False
    row, node = np.divmod(np.flatnonzero(good), flat.shape[1])
    some = row[np.diff(row, prepend=-1) > 0]
    peaks = _peaks(gained, row, node)
    row, node = row[peaks], node[peaks]
    order = np.lexsort((node, -flat[row, node], row))
    row, node = row[order], node[order]
    best = np.arange(len(row)) - np.searchsorted(row, row) < _FURTHER_STARTS
    row, node = row[best], node[best]
    if slopes > 1 and len(some):
        place, slope = first[some] // slopes, first[some] % slopes
        steepest = gained[:, :, -1].argmax(axis=1)[some] * slopes + slopes - 1
        # A step is no lower when it gets steeper still: from there no descent leads back.
        milder = place * slopes + np.minimum(slope, _MILDER)
        row = np.concatenate([row, some[good[some, steepest]], some[good[some, milder]]])
        node = np.concatenate([
            node, steepest[good[some, steepest]], milder[good[some, milder]],
        ])  # fmt: skip
    both = np.unique(row * flat.shape[1] + node)
    return both // flat.shape[1], both % flat.shape[1]


def _start(lanes: Lanes, seen: Grid, node: Rows) -> tuple[Lanes, Place]:
    """The lanes and their places at these nodes, centred on the nearest tested concentration."""
    middle, slope, sign = seen.log10_ic50[node], seen.slope[node], seen.sign[node]
    centre = nearest_tested(lanes.x, middle)
    place = Place(centre, sign * slope * LN10 * (centre - middle), np.log(slope))
    return lanes.signed(sign), place


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


def _minimise_chunk(lanes: Lanes, slope: float | None, box: Box) -> Minimum:
    seen = grid(lanes, slope)
    gained = scan(lanes, seen)
    first = gained.argmax(axis=1)
    moves = (True, slope is None)
    chosen, place = _start(lanes, seen, first)
    found = descend(chosen, place, box, moves)
    best = Minimum(
        found.log10_ic50, np.exp(found.log_slope), found.sum_of_squares, found.level,
        found.amplitude, chosen.sign.copy(), found.converged,
    )  # fmt: skip
    total = np.einsum("kn,kn,kn->n", lanes.weight, lanes.y, lanes.y)
    wanted = total - _PROMISING * best.sum_of_squares - _EXACT
    wanted = np.where(best.sum_of_squares > _EXACT, wanted, np.inf)
    rows, node = _further(gained.reshape(len(first), -1, seen.slopes), first, wanted)
    if len(rows):
        # All further starts of all curves walk together: fewer, longer arrays.
        chosen, place = _start(lanes.take(rows), seen, node)
        found = descend(chosen, place, box, moves)
        _improve_each(best, rows, found, chosen.sign)
    if slope is None:
        _settle_slopes(lanes, best, box)
    return best


def _improve_each(best: Minimum, rows: Rows, found: Descent, sign: Array) -> None:
    """``_improve`` where a curve may come several times: its lowest, and of equals the first."""
    order = np.lexsort((found.sum_of_squares, rows))
    lowest = order[np.diff(rows[order], prepend=-1) != 0]
    _improve(best, rows[lowest], found.take(lowest), sign[lowest])


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

"""The grid of (log10 IC50, slope) nodes that is tried on all curves at once.

The plateaus that are free follow in closed form at every node, so the sum of squares of all nodes
and all curves is a handful of matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import median  # numpy's own loads its masked arrays, 2 MB
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.separable import Lanes, Rows
from labsvc.core.fitting.curves import LN10, LOG_OF_ZERO, Array
from labsvc.core.fitting.sums import one_by_one, summed

_SLOPES = np.array([0.3, 0.6, 1.0, 1.7, 3.0, 6.0, 15.0, 40.0])
_BETWEEN = (0.15, 0.5, 0.85)
_STEP_LIKE = 4.0  # slopes: steeper curves have a hollow on either side of each concentration

Coarse = NDArray[np.float32]
F = TypeVar("F", np.float32, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Nodes, position by position: ``log10_ic50``, ``log_slope`` and ``sign`` of each.

    ``shape`` (nodes, points) is the curve from plateau 0 to plateau 1, with the sign that keeps it
    small. Nodes of one position differ in their slope; there are ``slopes`` of them. ``unit``
    (points, nodes) is the shape about its mean, brought to length 1, for points weighted alike;
    ``coarse`` is the same in single precision. ``around`` are the nodes beside each.
    """

    log10_ic50: Array
    log_slope: Array
    sign: Array
    shape: Array
    unit: Array
    coarse: Coarse
    slopes: int
    around: Around


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """For each node those before and after it, by position and by slope: arrays of (2, 2, nodes).

    ``by_tilt`` and ``by_bend`` times the differences to the node, summed, are the slope and half
    the curvature there of the parabola through the three. There is none at an end, nor for steep
    slopes, where the sums of squares are no parabola: both are 0.
    """

    node: Rows
    by_tilt: Array
    by_bend: Array


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
    gap = median(np.diff(tested).tolist()) if len(tested) > 1 else 0.5
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
    return Grid(
        middle, np.log(slope), signs, shape, unit, unit.astype(np.float32), len(slopes),
        _around(positions, np.log(slopes)),
    )  # fmt: skip


def _around(positions: Array, log_slopes: Array) -> Around:
    place, slope = np.divmod(np.arange(len(positions) * len(log_slopes)), len(log_slopes))
    by_place, by_slope = _three(positions), _three(log_slopes)
    beside = np.array([
        by_place.beside[:, place] * len(log_slopes) + slope,
        place * len(log_slopes) + by_slope.beside[:, slope],
    ])  # fmt: skip
    smooth = np.exp(log_slopes[slope]) < _STEP_LIKE
    tilt = np.array([by_place.by_tilt[:, place], by_slope.by_tilt[:, slope]])
    bend = np.array([by_place.by_bend[:, place], by_slope.by_bend[:, slope]])
    return Around(beside, tilt * smooth, bend * smooth)


@dataclass(frozen=True, slots=True, eq=False)
class _Three:
    """The parabola through each of some places and its two neighbours: arrays of (2, places)."""

    beside: Rows
    by_tilt: Array
    by_bend: Array


def _three(at: Array) -> _Three:
    index = np.arange(len(at))
    beside = np.array([np.maximum(index - 1, 0), np.minimum(index + 1, len(at) - 1)])
    before, after = at - at[beside[0]], at[beside[1]] - at
    inner = (before > 0) & (after > 0)
    before, after = np.where(inner, before, 1.0), np.where(inner, after, 1.0)
    both = before + after
    by_tilt = np.array([-after / (before * both), before / (after * both)])
    by_bend = np.array([1 / (before * both), 1 / (after * both)])
    return _Three(beside, by_tilt * inner, by_bend * inner)


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
    return _scanned(lanes, seen, seen.unit)


def scan_coarsely(lanes: Lanes, seen: Grid) -> Coarse:
    """``scan`` to seven digits, in half the memory: to choose starts by."""
    return _scanned(lanes, seen, seen.coarse)


def _scanned(lanes: Lanes, seen: Grid, unit: NDArray[F]) -> NDArray[F]:
    """``scan`` in the precision of ``unit``, those with points that weigh the same by that."""
    even = lanes.even & lanes.amplitude_free
    number = np.count_nonzero(even)
    if number == len(even):
        return _evenly(lanes, unit)
    if not number:
        return _weighted(lanes, seen).astype(unit.dtype)
    gained = np.empty((len(even), unit.shape[1]), unit.dtype)
    gained[even] = _evenly(lanes.take(np.flatnonzero(even)), unit)
    gained[~even] = _weighted(lanes.take(np.flatnonzero(~even)), seen)
    return gained


def _evenly(lanes: Lanes, unit: NDArray[F]) -> NDArray[F]:
    gained = one_by_one((np.sqrt(lanes.weight[0]) * lanes.y).astype(unit.dtype), unit)
    gained *= gained
    return gained


def _weighted(lanes: Lanes, seen: Grid) -> Array:
    shape, weight = seen.shape.T, lanes.weight
    with_y, spread = one_by_one(weight * lanes.y, shape), one_by_one(weight, shape**2)
    if lanes.level_free:
        spread -= one_by_one(weight, shape) ** 2 / summed(weight)[:, None]
    if lanes.amplitude_free:
        with_y *= _narrow(spread)
        return with_y * with_y
    amplitude = lanes.amplitude[:, None]
    return np.asarray(2 * amplitude * with_y - amplitude**2 * spread)


def peaks(gained: Coarse, seen: Grid, row: Rows, node: Rows) -> NDArray[np.bool_]:
    """Whether these nodes are no lower than their neighbours in position and in slope."""
    beside = gained[row, seen.around.node[:, :, node]]
    return np.asarray((gained[row, node] >= beside).all(axis=(0, 1)))


def summit(gained: Coarse, seen: Grid, row: Rows, node: Rows) -> tuple[Array, Array]:
    """Where parabolas through the neighbours have the top near these nodes.

    log10 IC50 and ln slope: of each the node's own where it is not above both neighbours.
    """
    around = seen.around
    step = gained[row, around.node[:, :, node]] - gained[row, node]
    bend = np.add.reduce(around.by_bend[:, :, node] * step, 1)
    tilt = np.add.reduce(around.by_tilt[:, :, node] * step, 1)
    above = (np.maximum(step[:, 0], step[:, 1]) <= 0) & (bend < 0)
    shift = above * tilt / np.where(above, -2 * bend, 1.0)
    return seen.log10_ic50[node] + shift[0], seen.log_slope[node] + shift[1]

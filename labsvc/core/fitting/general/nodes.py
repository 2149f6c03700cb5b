"""The nodes of a grid of searched parameters, and which of them to start from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.newton import bowl

_APART = 4  # nodes

Axes = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=64)
def finer(starts: tuple[float, ...]) -> tuple[float, ...]:
    """An axis of these places and those half-way between, in their order."""
    at = sorted(starts)
    between = [(one + two) / 2 for one, two in pairwise(at)]
    return tuple(sorted([*at, *between]))


@lru_cache(maxsize=16)
def grid(axes: Axes) -> tuple[Array, Array, NDArray[np.intp]]:
    """All nodes (nodes, searched), how far the next one is in each direction, and their places."""
    index = np.indices([len(axis) for axis in axes]).reshape(len(axes), -1)
    places = np.array([np.array(axis)[row] for axis, row in zip(axes, index, strict=True)]).T
    gaps = np.array([_gaps(np.array(axis))[row] for axis, row in zip(axes, index, strict=True)]).T
    return places, gaps, index


@lru_cache(maxsize=16)
def different(axes: Axes, names: tuple[str, ...], twins: tuple[str, str] | None
              ) -> NDArray[np.intp]:  # fmt: skip
    """The nodes to look at: of those that are the same curve one, with the first twin lower."""
    index = grid(axes)[2]
    if twins is None or not set(twins) <= set(names):
        return np.arange(index.shape[1])
    first, second = (index[names.index(name)] for name in twins)
    return np.flatnonzero(first < second)


def hollows(sums: Array, most: int) -> list[int]:
    """The nodes no higher than those beside them, the lowest first, of an array of all axes."""
    least = sums
    for axis in range(sums.ndim):
        least = _least_beside(least, axis)
    flat = sums.reshape(-1)
    rows = ((sums <= least) & (sums < np.inf)).reshape(-1).nonzero()[0]
    if len(rows) > 1:
        rows = rows[np.argsort(flat[rows], kind="stable")]
    return [int(row) for row in rows[:most]]


def beside(
    chosen: Sequence[int], sums: Array, index: NDArray[np.intp], most: int, below: float = np.inf
) -> list[int]:
    """With those chosen the lowest nodes ``below`` that are no neighbours: basins it may miss."""
    found, left = list(chosen), sums.reshape(-1).copy()
    for row in found:
        left[(np.abs(index - index[:, [row]]) < _APART).all(axis=0)] = np.inf
    while len(found) < most and left[row := int(left.argmin())] < below:
        found.append(row)
        left[(np.abs(index - index[:, [row]]) < _APART).all(axis=0)] = np.inf
    return found


def lowered(sums: Array) -> Array:
    """The sums less what the parabola through each node and those beside it, along one axis, gains.

    A narrow valley may pass between the nodes: of the axes the one that gains most.
    """
    gained = np.zeros(sums.shape)
    with np.errstate(all="ignore"):
        for axis in range(sums.ndim):
            each = (slice(None),) * axis
            first, inner = sums[*each, :-2], (*each, slice(1, -1))
            last = sums[*each, 2:]
            rise, bend = last - first, last + first - 2 * sums[inner]
            gain = np.where(np.abs(rise) <= 2 * bend, rise * rise / (8 * bend), 0.0)
            np.fmax(gained[inner], gain, out=gained[inner])
    return np.maximum(sums - gained, 0.0)


def bottom(sums: Array, row: int) -> list[float] | None:
    """How far from a node, in nodes, the parabola through all around it is lowest.

    None at an end of the grid, and where it is no bowl.
    """
    node = np.unravel_index(row, sums.shape)
    if any(at in (0, size - 1) for at, size in zip(node, sums.shape, strict=True)):
        return None
    around = sums[tuple(slice(int(at) - 1, int(at) + 2) for at in node)].ravel().tolist()
    middle, strides = len(around) // 2, [3**one for one in range(sums.ndim - 1, -1, -1)]
    here = around[middle]
    slope = [(around[middle + one] - around[middle - one]) / 2 for one in strides]
    bend = [
        [*((around[middle + one + two] - around[middle + one - two] - around[middle - one + two]
            + around[middle - one - two]) / 4 for two in strides[:place]),
         around[middle + one] - 2 * here + around[middle - one]]
        for place, one in enumerate(strides)
    ]  # fmt: skip
    step = bowl(bend, slope)
    return None if step is None else [min(max(one, -1.0), 1.0) for one in step]


def _least_beside(sums: Array, axis: int) -> Array:
    """The least of each node and the one before and after it."""
    before = (slice(None),) * axis
    first, last = (*before, slice(None, -1)), (*before, slice(1, None))
    least = sums.copy()
    np.minimum(least[last], sums[first], out=least[last])
    np.minimum(least[first], sums[last], out=least[first])
    return least


def _gaps(axis: Array) -> Array:
    """From each node to the nearer of those beside it; 1 where there are none."""
    if len(axis) < 2:
        return np.ones(1)
    between = np.diff(axis)
    return np.asarray(np.minimum(np.append(between, np.inf), np.append(np.inf, between)))

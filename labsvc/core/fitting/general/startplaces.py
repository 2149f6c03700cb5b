"""Where the walks of several searched parameters start: what a grid shows of their landscape.

A grid of a quarter of a decade shows every basin of these models as a hollow of its own, and where
its bottom is to a few hundredths of a decade. Where a hollow lies at the end of the grid, or is no
bowl, the lowest nodes far from it are starts as well; and so are those that are nearly as low as
what was reached.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general import valley
from labsvc.core.fitting.general.basins import Apart, apart
from labsvc.core.fitting.general.joint import Layout
from labsvc.core.fitting.general.leastsquares import Problem
from labsvc.core.fitting.general.nodes import (
    beside,
    bottom,
    different,
    finer,
    grid,
    hollows,
    lowered,
)
from labsvc.core.fitting.general.survey import Survey, surveyed

STARTS = 4
PROMISING = 1.35  # of what was reached: a node so low may be in a basin that is lower


class Starts(NamedTuple):
    """Where to start (starts, searched), the best first, and how far from each the next node is.

    ``chosen`` are the nodes of the grid that they are near; ``grid`` is None where there was none.
    """

    at: Array
    gap: Array
    chosen: list[int]
    grid: _Basins | None

    def further(self, walked: int, below: float) -> tuple[Array, Array] | None:
        """Starts beside those walked from, from lower nodes than that; None: there are none."""
        if self.grid is None:
            more = len(self.at) > walked
            return (self.at[walked:], self.gap[walked:]) if more else None
        places, gaps, nodes, sums = self.grid[:4]
        low = lowered(sums)
        every = beside(self.chosen, low, nodes, STARTS, below)[walked:]
        good = [node for node in every if low.reshape(-1)[node] < below]
        return (places[good], gaps[good]) if good else None


class _Basins(NamedTuple):
    """The nodes of a grid: ``low`` its hollows, and how far in nodes their bottoms are from them.

    None where a hollow is at an end or no bowl.
    """

    places: Array
    gaps: Array
    nodes: NDArray[np.intp]
    sums: Array
    low: list[int]
    shares: list[list[float] | None]


def _basins(plan: Layout, along: Apart, kept: bool = True) -> _Basins | None:
    """Not ``kept``: of weights that will not come again."""
    (spans,) = plan.ranges
    names = tuple(plan.model.names[place] for place in along.searched.tolist())
    axes = tuple(finer(spans[name].starts) for name in names)
    places, gaps, nodes = grid(axes)
    seen = different(axes, names, plan.model.twins)
    found = surveyed(Survey(_key(plan, along, axes), along, places[seen]), kept)
    if found is None:
        return None
    sums = np.full(tuple(len(axis) for axis in axes), np.inf)
    sums.reshape(-1)[seen] = found
    low = hollows(sums, STARTS)
    shares = [bottom(sums, node) for node in low]
    return _Basins(places, gaps, nodes, sums, low, shares)


def starting_places(plan: Layout, along: Apart) -> Starts | None:
    """From the hollows of a grid; where not all of these are bowls, from far off them as well."""
    if (found := _scouted(plan, along.problem)) is not None:
        return Starts(*found, [], None)
    seen = _basins(plan, along)
    if seen is None:
        return None
    every = seen.low
    if None in seen.shares:
        every = beside(seen.low, seen.sums, seen.nodes, STARTS)
    start, gap = seen.places[every], seen.gaps[every]
    for row, share in enumerate(seen.shares):
        if share is not None:
            start[row] += share * gap[row]
    return Starts(start, gap, every, seen)


def _scouted(plan: Layout, task: Problem) -> tuple[Array, Array] | None:
    if plan.model.scout is None or plan.held:
        return None
    count = task.places
    weights = task.root_weights[:count] ** 2
    return plan.model.scout(plan.spots[0].at, task.y[:count], weights, plan.constants)


def alone(plan: Layout, task: Problem, values: Array, reached: float) -> bool:
    """Whether the grid shows one basin only, and these values (parameters,) lie in it.

    ``reached`` is their sum of squares.
    """
    if plan.held and plan.model.linearly is not None:
        return False
    along, told = valley.line(task), apart(task)
    (spans,) = plan.ranges
    if along is not None:
        at = np.array(next(spans[name].starts for name in spans if task.free[plan.places(name)]))
        found = valley.heights(along, at) if len(at) > 1 else None
        low = valley.hollows(found) if found is not None else []
        return len(low) == 1 and abs(at[low[0]] - values[along.place]) <= at[1] - at[0]
    seen = _basins(plan, told, kept=False) if told is not None and len(told.searched) > 1 else None
    if seen is None or told is None or len(seen.low) != 1 or None in seen.shares:
        return False
    if len(beside(seen.low, lowered(seen.sums), seen.nodes, 2, PROMISING * reached)) > 1:
        return False
    off = np.abs(seen.places[seen.low[0]] - values[told.searched])
    return bool((off <= 2 * seen.gaps[seen.low[0]]).all())


def _key(plan: Layout, along: Apart, axes: tuple[tuple[float, ...], ...]) -> tuple[Hashable, ...]:
    """All that the curves of the grid depend on."""
    at = plan.spots[0].at
    return (
        plan.model.title,
        axes,
        tuple(plan.constants.items()),
        along.held.tobytes(),
        along.linear.tobytes(),
        along.problem.root_weights.tobytes(),
        at.x.tobytes(),
        at.conc.tobytes() if at.conc is not None else b"",
        at.kind.tobytes() if at.kind is not None else b"",
    )

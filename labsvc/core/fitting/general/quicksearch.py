"""The search where it is plain: one curve, a few searched parameters, the others linear.

One searched parameter: the bottoms of the valleys along it. More: walks side by side from the
hollows of a grid, and from the lowest node that is no neighbour of theirs. What is not so plain
(minima at a bound, points without scatter, walks without rest) is left to ``startgrid``.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.basins import Apart, Walks, apart, settled, walk
from labsvc.core.fitting.general.joint import Layout, layout, problem
from labsvc.core.fitting.general.leastsquares import (
    Minimum,
    Problem,
    exact,
    look,
    minimise,
    polished,
)
from labsvc.core.fitting.general.survey import Survey, surveyed
from labsvc.core.fitting.general.valley import bottom, heights, hollows, line

_STARTS = 4
_TURNS = 60  # for a start that has come to no rest
_APART = 2  # nodes
_SCATTERED = 0.2  # of the spread about the mean
_NEARLY_EXACT = 1e-7  # of the data: residuals like these are of figures, not of measurements


def quickly(plan: Layout, weights: Array, task: Problem) -> Minimum | None:
    """The best minimum where the search is plain; None where it is not."""
    if task.eliminated.any() and (task.eliminated == task.free).all():
        return minimise(task, np.where(task.free, 0.0, task.lower))
    form = plan.model.linearly
    if form is None or plan.held:
        return _along(plan, task) or _aside(plan, task)
    other = layout(form.model, plan.series, plan.constants, {}, ())
    found = _aside(other, problem(other, weights))
    values = form.back(other.named(found.values, 0)) if found is not None else None
    if values is None:
        return None
    vector = np.array([values[name] for name in plan.model.names])
    here = look(task, vector)
    inside = ((vector > task.lower) & (vector < task.upper)).all()
    none = np.zeros(len(vector), dtype=np.bool_)
    return Minimum(vector, here, True, none) if inside else None


def _along(plan: Layout, task: Problem) -> Minimum | None:
    """The best minimum where one parameter is searched for; None where that is not so plain."""
    along = line(task)
    if along is None:
        return None
    (spans,) = plan.ranges
    at = np.array(next(span.starts for name, span in spans.items() if task.free[plan.places(name)]))
    found = heights(along, at, check=True) if len(at) > 1 else None
    if found is None:
        return None
    ends = []
    for row in hollows(found)[:_STARTS]:
        values = bottom(along, at, found, row)
        here = look(task, values) if values is not None else None
        if values is None or here is None or not here.sum_of_squares <= found.sums[row]:
            return None
        ends.append(Minimum(values, here, True, np.zeros(len(values), dtype=np.bool_)))
    best = min(ends, key=lambda one: one.sum_of_squares, default=None)
    return None if best is None or exact(task, best.look, _NEARLY_EXACT) else best


def _aside(plan: Layout, task: Problem) -> Minimum | None:
    """The best minimum by walks from all hollows of the grid at once; None where not so plain."""
    along = apart(task)
    if along is None or len(along.searched) < 2:
        return None
    begun = _hollow_nodes(plan, along)
    if begun is None or not len(begun[0]):
        return None
    found = _walked(along, *begun)
    ends = [minimise(task, _vector(along, at), _TURNS) for at in found.at[~found.rested]]
    if found.rested.any():
        ends.append(_end(along, found.at[np.where(found.rested, found.sums, np.inf).argmin()]))
    best = min(ends, key=lambda one: (one.sum_of_squares, not one.converged))
    plain = best.converged and not best.at_bound.any()
    return best if plain and not exact(task, best.look, _NEARLY_EXACT) else None


def _end(along: Apart, at: Array) -> Minimum:
    """The minimum where a walk has come to rest."""
    task = along.problem
    values, here, still = settled(along, at)
    if still:
        return Minimum(values, here, True, np.zeros(len(values), dtype=np.bool_))
    if np.isfinite(here.sum_of_squares):
        return polished(task, values, here)
    return minimise(task, _vector(along, at), _TURNS)


def _walked(along: Apart, start: Array, gap: Array) -> Walks:
    """From two nodes; where these do not end at one good place, from the others as well."""
    first = walk(along, start[:2], gap[:2])
    same = first.rested.all() and (first.at[0] == first.at[-1]).all()
    if len(start) <= 2 or (same and not scattered(along.problem, float(first.sums.min()))):
        return first
    other = walk(along, start[2:], gap[2:])
    return Walks(
        np.concatenate([first.at, other.at]),
        np.concatenate([first.sums, other.sums]),
        np.concatenate([first.rested, other.rested]),
    )


def scattered(task: Problem, sum_of_squares: float) -> bool:
    """Whether so much is left over that there may be as many basins as points.

    Never where one parameter is searched for: there the grid shows every one.
    """
    if np.count_nonzero(task.free & ~task.eliminated) < 2:
        return False
    weights = task.root_weights**2
    off = task.y - float(weights @ task.y) / float(weights.sum())
    return sum_of_squares > _SCATTERED * float(weights @ (off * off))


def _vector(along: Apart, at: Array) -> Array:
    values = along.held.copy()
    values[along.searched] = at
    return values


def _hollow_nodes(plan: Layout, along: Apart) -> tuple[Array, Array] | None:
    """The lowest hollows of the grid (starts, searched), and how far from each the next node is."""
    (spans,) = plan.ranges
    names = [plan.model.names[place] for place in along.searched.tolist()]
    axes = tuple(tuple(sorted(spans[name].starts)) for name in names)
    places, gaps, index = _grid(axes)
    sums = np.full(tuple(len(axis) for axis in axes), np.inf)
    seen = _different(plan.model.twins, names, index)
    found = surveyed(Survey(_key(plan, along, axes), along, places[seen]))
    if found is None:
        return None
    sums.reshape(-1)[seen] = found
    least = sums
    for axis in range(len(axes)):
        least = _least_beside(least, axis)
    flat = sums.reshape(-1)
    rows = ((flat <= least.reshape(-1)) & (flat < np.inf)).nonzero()[0]
    first = rows[np.argsort(flat[rows], kind="stable")][:_STARTS].tolist()
    chosen = _apart(first, flat, index)
    return places[chosen], gaps[chosen]


def _apart(chosen: list[int], sums: Array, index: NDArray[np.intp]) -> list[int]:
    """Beside those chosen the lowest nodes that are no neighbours: basins the grid may miss."""
    sums = sums.copy()
    for row in chosen:
        sums[(np.abs(index - index[:, [row]]) < _APART).all(axis=0)] = np.inf
    while len(chosen) < _STARTS and sums[row := int(sums.argmin())] < np.inf:
        chosen.append(row)
        sums[(np.abs(index - index[:, [row]]) < _APART).all(axis=0)] = np.inf
    return chosen


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


@lru_cache(maxsize=16)
def _grid(axes: tuple[tuple[float, ...], ...]) -> tuple[Array, Array, NDArray[np.intp]]:
    """All nodes (nodes, searched), how far the next one is in each direction, and their places."""
    index = np.indices([len(axis) for axis in axes]).reshape(len(axes), -1)
    places = np.array([np.array(axis)[row] for axis, row in zip(axes, index, strict=True)]).T
    gaps = np.array([_gaps(np.array(axis))[row] for axis, row in zip(axes, index, strict=True)]).T
    return places, gaps, index


def _different(
    twins: tuple[str, str] | None, names: list[str], index: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The nodes to look at: of those that are the same curve one, with the first twin lower."""
    if twins is None or not set(twins) <= set(names):
        return np.arange(index.shape[1])
    first, second = (index[names.index(name)] for name in twins)
    return np.flatnonzero(first < second)


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

"""Where to start from: every node of a grid is looked at, the best ones are gone down from.

The linear parameters are solved for at each node, so that the grid is over the others alone. No
rule of thumb guesses anything: the start is as global as the grid.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.joint import Layout, problem
from labsvc.core.fitting.general.leastsquares import Minimum, Problem, minimise
from labsvc.core.fitting.general.quicksearch import quickly, scattered

_STARTS = 4
_TURNS = 60  # for each start; the best of them gets as many as it needs
_APART = 2  # nodes
_RIDGE = 1e-10
_SAME = 1e-9
_CHUNK = 200_000  # nodes times points at once


def search(plan: Layout, weights: Array, task: Problem | None = None) -> Minimum:
    """The best minimum found from the best nodes; of several series, from those of each alone.

    ``task`` is the ``problem`` of both, where it is known.
    """
    task = problem(plan, weights) if task is None else task
    quick = quickly(plan, task) if len(plan.series) == 1 else None
    if quick is not None and not scattered(task, quick.sum_of_squares):
        return quick
    found = [minimise(task, start, _TURNS) for start in _starts(plan, task, weights)]
    best = min(found, key=lambda one: (one.sum_of_squares, not one.converged))
    if quick is not None and best.sum_of_squares >= quick.sum_of_squares * (1 - _SAME):
        return quick
    return best if best.converged else minimise(task, best.values)


def _starts(plan: Layout, task: Problem, weights: Array) -> list[Array]:
    if len(plan.series) == 1:
        return _nodes(plan, task)
    alone, first = [], 0
    for index, one in enumerate(plan.series):
        alone.append(search(plan.alone(index), weights[first : first + len(one.y)]).values)
        first += len(one.y)
    return _combined(plan, alone)


def _combined(plan: Layout, alone: list[Array]) -> list[Array]:
    """What is shared starts at its median over the series, and at the value in each."""
    by_series = np.array(alone).T  # parameters x series, as a layout of one has one place for each
    vectors = []
    middle = np.median(by_series, axis=1)
    for shared in (middle, *by_series.T[:_STARTS]):
        vector = np.zeros(plan.size)
        for row, name in enumerate(plan.model.names):
            own = name not in plan.shared
            vector[plan.slots[row]] = by_series[row] if own else shared[row]
        vectors.append(vector)
    return vectors


def _nodes(plan: Layout, task: Problem) -> list[Array]:
    """The best nodes of the grid that are no neighbours of each other."""
    (spans,) = plan.ranges
    names = [name for name in spans if plan.places(name).size]
    sizes = [range(len(spans[name].starts)) for name in names]
    index = np.array(list(product(*sizes)), dtype=np.intp)
    vectors = np.zeros((len(index), plan.size))
    for name, value in plan.held.items():
        vectors[:, plan.places(name)] = value
    for column, name in enumerate(names):
        vectors[:, plan.places(name)] = np.array(spans[name].starts)[index[:, [column]]]
    chunk = max(_CHUNK // len(task.y), 1)
    sums = np.concatenate(
        [_sums(task, vectors[at : at + chunk]) for at in range(0, len(vectors), chunk)]
    )
    if len(names) == 1:
        return _hollows(vectors, int(plan.places(names[0])[0]), sums)
    return [vectors[row] for row in _best(sums, index)]


def _hollows(vectors: Array, place: int, sums: Array) -> list[Array]:
    """The lowest nodes of a grid of one parameter that lie no higher than their neighbours.

    A curve in one parameter has its minima there: where it goes down steadily no start is wanted.
    Each is moved to the bottom of the parabola through the three.
    """
    low, high = np.append(np.inf, sums[:-1]), np.append(sums[1:], np.inf)
    hollow = np.flatnonzero((sums <= low) & (sums <= high) & np.isfinite(sums))
    found = []
    for row in hollow[np.argsort(sums[hollow], kind="stable")][:_STARTS].tolist() or [0]:
        start = vectors[row].copy()
        before, after = low[row] - sums[row], high[row] - sums[row]
        if np.isfinite(before + after) and before + after > 0:
            gap = vectors[row + 1, place] - vectors[row, place]
            start[place] += gap * (before - after) / (before + after) / 2
        found.append(start)
    return found


def _best(sums: Array, index: NDArray[np.intp]) -> list[int]:
    chosen: list[int] = []
    for row in np.argsort(sums, kind="stable").tolist():
        if all(np.abs(index[row] - index[other]).max(initial=0) >= _APART for other in chosen):
            chosen.append(row)
        if len(chosen) == _STARTS:
            break
    return chosen


def _sums(task: Problem, vectors: Array) -> Array:
    """The sum of squares of each node (nodes, parameters) with the linear parameters at their best.

    By normal equations with a trace of ridge: good enough to tell nodes apart.
    """
    which = np.flatnonzero(task.linear & task.free)
    with np.errstate(all="ignore"):
        base = task.predict(vectors.T[:, :, None])
        rest = (task.y - base) * task.root_weights
        columns = np.empty((len(vectors), len(which), len(task.y)))
        for place, parameter in enumerate(which):
            moved = vectors.copy()
            moved[:, parameter] = 1.0
            columns[:, place] = (task.predict(moved.T[:, :, None]) - base) * task.root_weights
        sizes = np.sqrt((columns**2).sum(axis=2))
        columns /= np.where(sizes > 0, sizes, 1.0)[:, :, None]
        columns = np.where(np.isfinite(columns), columns, 0.0)
        rest = np.where(np.isfinite(rest), rest, 1e100)
        normal = columns @ columns.transpose(0, 2, 1) + _RIDGE * np.eye(len(which))
        target = columns @ rest[:, :, None]
        answer = np.linalg.solve(normal, target) if len(which) else target
        left = rest - (columns * answer).sum(axis=1)
        return np.asarray(np.nan_to_num((left**2).sum(axis=1), nan=np.inf))

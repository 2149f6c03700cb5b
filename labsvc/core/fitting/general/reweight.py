"""Weights by what the curve predicts, found by fitting again until they no longer change.

Weighting by the measured values favours those that came out low by chance; by the predicted ones it
does not (GraphPad Prism 5 and later). The first fit is without weights. Minimising
``sum (y - f)^2 / f`` itself is another estimator still, and not this one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from labsvc.core.fitting.batch.startgrid import search
from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.joint import Layout, predictor, problem
from labsvc.core.fitting.general.leastsquares import (
    Minimum,
    Problem,
    derived,
    look,
    minimise,
    polished,
    solve,
)

Weights = Literal["none", "1/y", "1/y2", "sd", "poisson"]

_MOST_TURNS = 100
_SAME = 1e-11
_STILL = 1e-22  # of the sum of squares: what the last step may still have gained
_FLOOR = 1e-4  # of the largest prediction: below it the weight grows no more


class Weighted(NamedTuple):
    """The minimum with the problem whose weights it was found with; ``settled``: they rest."""

    problem: Problem
    minimum: Minimum
    settled: bool


def fit_weighted(plan: Layout, weights: Weights) -> Weighted:
    """The best fit; with ``1/y``, ``1/y2`` and ``poisson`` the fixed point of refitting."""
    given = np.concatenate([one.share for one in plan.series])
    task = problem(plan, given)
    minimum = search(plan, given, task)
    if weights in ("none", "sd"):
        return Weighted(task, minimum, True)
    now = given * by_prediction(weights, _predicted(plan, minimum))
    minimum = search(plan, now)
    if (quick := _at_rest(plan, weights, given, minimum)) is not None:
        return quick
    for _ in range(_MOST_TURNS):
        last, now = now, given * by_prediction(weights, _predicted(plan, minimum))
        task = problem(plan, now)
        minimum = minimise(task, minimum.values)
        if np.all(np.abs(now - last) <= _SAME * now):
            return Weighted(task, minimum, True)
    return Weighted(task, minimum, False)


def _at_rest(plan: Layout, weights: Weights, given: Array, near: Minimum) -> Weighted | None:
    """The fixed point by one step of Gauss and Newton for each change of the weights.

    All points of a place have one prediction: their mean stays, its weight alone changes. None
    where that does not come to rest inside the bounds.
    """
    task = problem(plan, given)
    y, root, free = task.y[: task.places], task.root_weights[: task.places], task.free
    values = near.values.copy()
    for _ in range(_MOST_TURNS):
        with np.errstate(all="ignore"):
            found, slopes = derived(task, values[:, None, None])
            predicted = found[0, : task.places]
            now = root * np.sqrt(by_prediction(weights, predicted))
            off, columns = (predicted - y) * now, (slopes[free, 0, : task.places] * now).T
            if not np.isfinite(off.sum() + columns.sum()):
                return None
            step = solve(columns, off)
            values[free] -= step
            change = columns @ step
        if (values[free] <= task.lower[free]).any() or (values[free] >= task.upper[free]).any():
            return None
        if change @ change <= _STILL * (off @ off):
            task = problem(plan, given * by_prediction(weights, _at_points(plan, values)))
            minimum = polished(task, values, look(task, values))
            return Weighted(task, minimum, True) if minimum.converged else None
    return None


def _predicted(plan: Layout, minimum: Minimum) -> Array:
    return _at_points(plan, minimum.values)


def _at_points(plan: Layout, values: Array) -> Array:
    return np.asarray(predictor(plan)(values[:, None, None])[0])


def by_prediction(weights: Weights, predicted: Array) -> Array:
    """The weight of each point from its prediction (points,)."""
    size = np.abs(predicted)
    if weights == "poisson":
        return np.asarray(1.0 / np.maximum(size, 1.0))
    largest = float(size.max(initial=0.0))
    if largest < 1e-100:
        return np.ones_like(size)
    size = np.maximum(size, _FLOOR * largest)
    return np.asarray(1.0 / (size if weights == "1/y" else size**2))

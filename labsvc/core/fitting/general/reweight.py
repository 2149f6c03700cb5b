"""Weights by what the curve predicts, found by fitting again until they no longer change.

Weighting by the measured values favours those that came out low by chance; by the predicted ones it
does not (GraphPad Prism 5 and later). The first fit is without weights. Minimising
``sum (y - f)^2 / f`` itself is another estimator still, and not this one.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.startgrid import search
from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.joint import Layout, predictor, problem
from labsvc.core.fitting.general.leastsquares import (
    Minimum,
    Problem,
    derived,
    exact,
    look,
    minimise,
    polished,
    solve,
)
from labsvc.core.fitting.general.quicksearch import scattered
from labsvc.core.fitting.general.startplaces import alone

Weights = Literal["none", "1/y", "1/y2", "sd", "poisson"]

_MOST_TURNS = 100
_SAME = 1e-11
_STILL = 1e-22  # of the sum of squares: what the last step may still have gained
_NARROW = 1e-5  # of the scatter: what a step to either side changes
_LAST = 3.0  # of such a step: the next, of its square, is below rounding
_MOST_STEPS = 8
_NEARLY_EXACT = 1e-7  # of the data
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
    if (quick := _balanced(plan, weights, given, Weighted(task, minimum, True))) is not None:
        return quick
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


def _balanced(plan: Layout, weights: Weights, given: Array, first: Weighted) -> Weighted | None:
    """The fixed point from the minimum without weights, by Newton's method.

    There the slopes of the sum of squares with the weights held are all 0. None where another
    basin may have become the lowest with the weights, or the steps do not shrink inside the bounds.
    """
    task, minimum, _ = first
    moving = task.free.nonzero()[0]
    sizes = np.sqrt(np.add.reduce(minimum.look.jacobian[:, moving] ** 2))
    noise = sqrt(minimum.sum_of_squares / task.count)
    plain = len(plan.series) == 1 and minimum.converged and not minimum.at_bound.any()
    if not plain or exact(task, minimum.look, _NEARLY_EXACT) or not sizes.min() > 0:
        return None
    weighted = by_prediction(weights, minimum.look.residuals / task.root_weights + task.y)
    weighted[task.places :] = weighted[: task.places].mean()  # of the scatter within the places
    there = replace(task, root_weights=task.root_weights * np.sqrt(weighted))
    reached = float(minimum.look.residuals**2 @ weighted)
    if scattered(task, minimum.sum_of_squares) or not alone(plan, there, minimum.values, reached):
        return None
    values = _newton(_Balance(task, weights, moving, _NARROW * noise / sizes), minimum.values)
    if values is None or not ((values > task.lower) & (values < task.upper))[moving].all():
        return None
    task = problem(plan, given * by_prediction(weights, _at_points(plan, values)))
    none = np.zeros(len(values), dtype=np.bool_)
    return Weighted(task, Minimum(values, look(task, values), True, none), True)


class _Balance(NamedTuple):
    """The weights are to be those of the prediction; ``moving`` are the parameters that may move,
    ``width`` (moving,) steps of them so small that nothing bends.
    """

    task: Problem
    weights: Weights
    moving: NDArray[np.intp]
    width: Array

    def about(self, at: Array) -> tuple[Array, Array, Array]:
        """At (1 + 2 moving, parameters), there and a width above and below: half the slopes of the
        sum of squares with the weights held; how they change; how they would with them held."""
        task, count = self.task, len(self.width)
        found, by_parameter = derived(task, at.T[:, :, None])
        share, off = task.root_weights**2, found - task.y
        share = np.where(np.arange(len(share)) < task.places, by_prediction(
            self.weights, found), 1.0) * share  # fmt: skip
        by_parameter = by_parameter[self.moving]
        slopes = np.vecdot(by_parameter, off * share).T
        bend = (slopes[1 : 1 + count] - slopes[1 + count :]).T / 2
        here = by_parameter[:, 0]
        return slopes[0], bend, (here * share[0]) @ here.T * self.width


def _newton(of: _Balance, start: Array) -> Array | None:
    """Where all slopes are 0."""
    values, count, moving, width = start.copy(), len(of.width), of.moving, of.width
    star = np.zeros((1 + 2 * count, len(start)))
    star[1 : 1 + count, moving], star[1 + count :, moving] = np.diag(width), -np.diag(width)
    last = np.inf
    with np.errstate(all="ignore"):
        for turn in range(_MOST_STEPS):
            slopes, bend, held = of.about(values + star)
            if not isfinite(float(np.add.reduce(bend, None))):
                return None
            try:
                step = np.linalg.solve(bend if turn else held, slopes)
            except np.linalg.LinAlgError:
                return None
            values[moving] -= step * width
            size = float(np.abs(step).max())
            if not size < last:
                return None
            if size < _LAST:
                return values
            last = size
    return None


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
    """The weight of each point from its prediction (points,), or of several sets of them."""
    size = np.abs(predicted)
    if weights == "poisson":
        return np.asarray(1.0 / np.maximum(size, 1.0))
    largest = size.max(axis=-1, keepdims=True, initial=0.0)
    size = np.where(largest < 1e-100, 1.0, np.maximum(size, _FLOOR * largest))
    return np.asarray(1.0 / (size if weights == "1/y" else size**2))

"""One model on one or several series of points as a least-squares problem.

Each parameter has one place in the vector that is searched where it is shared or held, and one for
each series where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import Array
from labsvc.core.leastsquares import Predict, Problem
from labsvc.core.models.model import Columns, Constants, Model, Range
from labsvc.core.places import Places, means, places


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The usable points of one curve. ``share`` (points,) are weights that never change."""

    name: str
    at: Columns
    y: Array
    share: Array


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Which place of the vector each parameter of each series is at.

    ``slots`` (parameters, series) are indices into vectors of ``size``; ``held`` are the values
    of the parameters that are not searched for, by their fitted names. ``spots`` are the
    different places of the points of each series.
    """

    model: Model
    series: tuple[Series, ...]
    constants: Constants
    held: Mapping[str, float]
    shared: frozenset[str]
    slots: NDArray[np.intp]
    spots: tuple[Places, ...]

    @property
    def size(self) -> int:
        return int(self.slots.max()) + 1

    def alone(self, index: int) -> Layout:
        """One series by itself."""
        return layout(self.model, self.series[index : index + 1], self.constants, self.held, ())

    def named(self, vector: Array, index: int) -> dict[str, float]:
        """The values of one series by name."""
        values = vector[self.slots[:, index]]
        return dict(zip(self.model.names, values.tolist(), strict=True))

    def places(self, name: str) -> NDArray[np.intp]:
        """The distinct places of a parameter."""
        row = self.slots[self.model.names.index(name)].tolist()
        return np.array(sorted(set(row)), dtype=np.intp)


def layout(
    model: Model,
    series: Sequence[Series],
    constants: Constants,
    held: Mapping[str, float],
    shared: Sequence[str],
) -> Layout:
    """The places: one for what is held or shared, else one for each series."""
    slots, used = [], 0
    for name in model.names:
        one = name in held or name in shared or len(series) == 1
        slots.append([used] * len(series) if one else list(range(used, used + len(series))))
        used = slots[-1][-1] + 1
    return Layout(
        model, tuple(series), constants, held, frozenset(shared), np.array(slots, dtype=np.intp),
        tuple(places(one.at) for one in series),
    )  # fmt: skip


def ranges(plan: Layout) -> tuple[dict[str, Range], ...]:
    """Where each series' parameters are looked for; empty for those that are linear or held."""
    return tuple(
        {
            name: found
            for name, found in plan.model.search(one.at, one.y, plan.constants).items()
            if name not in plan.held
        }
        for one in plan.series
    )


def problem(plan: Layout, weights: Array) -> Problem:
    """The least-squares problem; ``weights`` (points,) multiply the squared residuals.

    Means stand for replicates. Their scatter is one more residual, which no parameter changes.
    """
    lower, upper = np.full(plan.size, -np.inf), np.full(plan.size, np.inf)
    linear = np.zeros(plan.size, dtype=np.bool_)
    for row, parameter in enumerate(plan.model.parameters):
        linear[plan.slots[row]] = parameter.linear
        if parameter.name in plan.held:
            lower[plan.slots[row]] = upper[plan.slots[row]] = plan.held[parameter.name]
    for index, found in enumerate(ranges(plan)):
        for name, span in found.items():
            at = plan.slots[plan.model.names.index(name), index]
            # What is shared may be anywhere that any series allows.
            lower[at] = min(lower[at], span.low) if np.isfinite(lower[at]) else span.low
            upper[at] = max(upper[at], span.high) if np.isfinite(upper[at]) else span.high
    y, shares, scatter = _collapsed(plan, weights)
    repeats = len(weights) - len(y)
    if repeats:
        y, shares = np.append(y, -np.sqrt(scatter)), np.append(shares, 1.0)
    predict = _predictor(plan, [one.at for one in plan.spots], repeats > 0)
    return Problem(predict, y, np.sqrt(shares), lower, upper, linear, repeats)


def _collapsed(plan: Layout, weights: Array) -> tuple[Array, Array, float]:
    """Means and weights of the places of all series, and the scatter within them."""
    found, first = [], 0
    for one, spots in zip(plan.series, plan.spots, strict=True):
        found.append(means(spots, one.y, weights[first : first + len(one.y)]))
        first += len(one.y)
    y, shares = (np.concatenate([one[part] for one in found]) for part in (0, 1))
    return y, shares, sum(one.scatter for one in found)


def predictor(plan: Layout) -> Predict:
    """The model at every point of every series, one after the other."""
    return _predictor(plan, [one.at for one in plan.series])


def _predictor(plan: Layout, at: Sequence[Columns], scatter: bool = False) -> Predict:
    """The model at these places of each series; the scatter behind them it does not change."""
    names = plan.model.names
    ends = np.cumsum([0, *(len(one.x) for one in at)]).tolist()

    def predict(vector: NDArray[Any]) -> NDArray[Any]:
        found = np.zeros((vector.shape[1], ends[-1] + scatter), dtype=vector.dtype)
        for index, one in enumerate(at):
            values = dict(zip(names, vector[plan.slots[:, index]], strict=True))
            found[:, ends[index] : ends[index + 1]] = plan.model.curve(values, one, plan.constants)
        return found

    return predict

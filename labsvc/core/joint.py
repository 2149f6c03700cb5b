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
    of the parameters that are not searched for, by their fitted names.
    """

    model: Model
    series: tuple[Series, ...]
    constants: Constants
    held: Mapping[str, float]
    shared: frozenset[str]
    slots: NDArray[np.intp]

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
        return np.unique(self.slots[self.model.names.index(name)])


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
        model, tuple(series), constants, held, frozenset(shared), np.array(slots, dtype=np.intp)
    )


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
    """The least-squares problem; ``weights`` (points,) multiply the squared residuals."""
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
    y = np.concatenate([one.y for one in plan.series])
    return Problem(predictor(plan), y, np.sqrt(weights), lower, upper, linear)


def predictor(plan: Layout) -> Predict:
    """The model at every point of every series, one after the other."""
    names = plan.model.names

    def predict(vector: NDArray[Any]) -> NDArray[Any]:
        parts = []
        for index, one in enumerate(plan.series):
            values = dict(zip(names, vector[plan.slots[:, index]], strict=True))
            found = np.asarray(plan.model.curve(values, one.at, plan.constants))
            size = (vector.shape[1], len(one.y))
            parts.append(found if found.shape == size else np.broadcast_to(found, size))
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    return predict

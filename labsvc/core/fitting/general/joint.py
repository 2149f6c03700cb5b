"""One model on one or several series of points as a least-squares problem.

Each parameter has one place in the vector that is searched where it is shared or held, and one for
each series where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import accumulate
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.leastsquares import Derive, Predict, Problem
from labsvc.core.fitting.places import Places, means, places
from labsvc.core.models.model import Columns, Constants, Model, Range

_ONE = np.ones(1)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The usable points of one curve. ``share`` (points,) are weights that never change."""

    name: str
    at: Columns
    y: Array
    share: Array


@dataclass(frozen=True, eq=False)  # without slots: what follows from it is asked for often
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

    @cached_property
    def size(self) -> int:
        return int(self.slots[-1].max()) + 1

    @cached_property
    def ranges(self) -> tuple[dict[str, Range], ...]:
        """Where each series' parameters are looked for; none for those linear or held."""
        return tuple(
            {name: found for name, found in self._searched(one).items() if name not in self.held}
            for one in self.series
        )

    def _searched(self, one: Series) -> Mapping[str, Range]:
        model, given = self.model, self.constants
        if model.by_response:
            return model.search(one.at, one.y, given)
        key = ("search", model.title, *given.items())
        return one.at.known(key, lambda: model.search(one.at, one.y, given))

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
    single = frozenset(held) | frozenset(shared)
    return Layout(
        model, tuple(series), constants, held, frozenset(shared),
        _slots(model.names, single, len(series)),
        tuple(one.at.known("places", partial(places, one.at)) for one in series),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _slots(names: tuple[str, ...], single: frozenset[str], count: int) -> NDArray[np.intp]:
    slots, used = [], 0
    for name in names:
        one = name in single or count == 1
        slots.append([used] * count if one else list(range(used, used + count)))
        used = slots[-1][-1] + 1
    return np.array(slots, dtype=np.intp)


def problem(plan: Layout, weights: Array) -> Problem:
    """The least-squares problem; ``weights`` (points,) multiply the squared residuals.

    Means stand for replicates. Their scatter is one more residual, which no parameter changes.
    """
    y, shares, scatter = _collapsed(plan, weights)
    repeats = len(weights) - len(y)
    if repeats:
        y, shares = np.concatenate([y, [-sqrt(scatter)]]), np.concatenate([shares, _ONE])
    return _of_means(plan, y, np.sqrt(shares), repeats)


def alike(plan: Layout, other: Problem) -> Problem:
    """The problem of a plan of the same points, weighted alike."""
    return _of_means(plan, other.y, other.root_weights, other.repeats)


def _of_means(plan: Layout, y: Array, root_weights: Array, repeats: int) -> Problem:
    lower, upper, linear = _bounds(plan)
    at = [one.at for one in plan.spots]
    return Problem(
        _predictor(plan, at, repeats > 0), y, root_weights, lower, upper, linear, repeats,
        _deriver(plan, at, repeats > 0),
    )  # fmt: skip


def _bounds(plan: Layout) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Where each place of the vector may be, and which are linear."""
    lower, upper, linear = [-inf] * plan.size, [inf] * plan.size, [False] * plan.size
    rows = dict(zip(plan.model.names, plan.slots.tolist(), strict=True))
    for parameter in plan.model.parameters:
        for at in rows[parameter.name]:
            linear[at] = parameter.linear
            if parameter.name in plan.held:
                lower[at] = upper[at] = plan.held[parameter.name]
    for index, found in enumerate(plan.ranges):
        for name, span in found.items():
            at = rows[name][index]
            # What is shared may be anywhere that any series allows.
            lower[at] = min(lower[at], span.low) if lower[at] > -inf else span.low
            upper[at] = max(upper[at], span.high) if upper[at] < inf else span.high
    return np.array(lower), np.array(upper), np.array(linear, dtype=np.bool_)


def _collapsed(plan: Layout, weights: Array) -> tuple[Array, Array, float]:
    """Means and weights of the places of all series, and the scatter within them."""
    if len(plan.series) == 1:
        return means(plan.spots[0], plan.series[0].y, weights)
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
    if len(at) == 1 and not scatter:
        return _curve(plan, 0, at[0])
    curves = [_curve(plan, index, one) for index, one in enumerate(at)]
    ends = list(accumulate((len(one.x) for one in at), initial=0))

    def predict(vector: NDArray[Any]) -> NDArray[Any]:
        found = np.zeros((vector.shape[1], ends[-1] + scatter), dtype=vector.dtype)
        for curve, first, last in zip(curves, ends, ends[1:], strict=False):
            found[:, first:last] = curve(vector)
        return found

    return predict


def _curve(plan: Layout, index: int, at: Columns) -> Predict:
    """The model at the places of one series."""
    model, constants, slots = plan.model.curve, plan.constants, plan.slots[:, index]
    names = plan.model.names
    if slots.tolist() == list(range(plan.size)):
        return lambda vector: model(dict(zip(names, vector, strict=True)), at, constants)
    return lambda vector: model(dict(zip(names, vector[slots], strict=True)), at, constants)


def _deriver(plan: Layout, at: Sequence[Columns], scatter: bool) -> Derive:
    """The model and its derivatives at these places of each series, with 0 for the scatter."""
    model, constants, names = plan.model.slopes, plan.constants, plan.model.names
    ends = list(accumulate((len(one.x) for one in at), initial=0))
    places = plan.slots.T.tolist()
    plain = places == [list(range(plan.size))]

    def derive(vector: Array) -> tuple[Array, Array]:
        shape = len(vector), vector.shape[1], ends[-1] + scatter
        # Of several series each knows its own parameters alone.
        slopes = np.empty(shape) if len(at) == 1 else np.zeros(shape)
        found = np.empty(shape[1:])
        if scatter:
            found[:, -1], slopes[:, :, -1] = 0.0, 0.0
        for one, slots, first, last in zip(at, places, ends, ends[1:], strict=False):
            values = dict(zip(names, vector if plain else vector[slots], strict=True))
            found[:, first:last], by_name = model(values, one, constants)
            for name, slot in zip(names, slots, strict=True):
                slopes[slot, :, first:last] = by_name[name]
        return found, slopes

    return derive

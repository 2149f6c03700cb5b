"""The search where it is plain: one curve, a few searched parameters, the others linear.

One searched parameter: the bottoms of the valleys along it. More: walks side by side from the
hollows of a grid, and from the lowest node that is no neighbour of theirs. What is not so plain
(minima at a bound, points without scatter, walks without rest) is left to ``startgrid``.
"""

from __future__ import annotations

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general import valley
from labsvc.core.fitting.general.basins import Apart, Walks, apart, settled, walk
from labsvc.core.fitting.general.joint import Layout, alike, layout
from labsvc.core.fitting.general.leastsquares import (
    Minimum,
    Problem,
    exact,
    look,
    minimise,
)
from labsvc.core.fitting.general.startplaces import (
    PROMISING,
    STARTS,
    Starts,
    starting_places,
)

_TURNS = 60  # for a start that has come to no rest
_LAST_STEPS = 4
_SCATTERED = 0.2  # of the spread about the mean
_NEARLY_EXACT = 1e-7  # of the data: residuals like these are of figures, not of measurements


def quickly(plan: Layout, task: Problem) -> Minimum | None:
    """The best minimum where the search is plain; None where it is not."""
    if task.eliminated.any() and (task.eliminated == task.free).all():
        return minimise(task, np.where(task.free, 0.0, task.lower))
    form = plan.model.linearly
    if form is None or plan.held:
        return _along(plan, task) or _aside(plan, task)
    other = layout(form.model, plan.series, plan.constants, {}, ())
    found = _aside(other, alike(other, task))
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
    along = valley.line(task)
    if along is None:
        return None
    (spans,) = plan.ranges
    at = np.array(next(span.starts for name, span in spans.items() if task.free[plan.places(name)]))
    key = ("left", plan.model.title, *plan.constants.items(), along.held.tobytes())
    left = plan.spots[0].at.known(key, lambda: valley.something_left(along, at))
    found = None if left or len(at) < 2 else valley.heights(along, at)
    if found is None:
        return None
    ends = []
    for row in valley.hollows(found)[:STARTS]:
        values = valley.bottom(along, at, found, row)
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
    begun = starting_places(plan, along)
    if begun is None or not len(begun.at):
        return None
    found = _walked(along, begun)
    ends = [minimise(task, _vector(along, at), _TURNS) for at in found.at[~found.rested]]
    if found.rested.any():
        ends.append(_end(along, found.at[np.where(found.rested, found.sums, np.inf).argmin()]))
    best = min(ends, key=lambda one: (one.sum_of_squares, not one.converged))
    plain = best.converged and not best.at_bound.any()
    return best if plain and not exact(task, best.look, _NEARLY_EXACT) else None


def _end(along: Apart, at: Array) -> Minimum:
    """The minimum where a walk has come to rest."""
    values = _vector(along, at)
    for _ in range(_LAST_STEPS):
        values, here, still = settled(along, values[along.searched])
        if still:
            return Minimum(values, here, True, np.zeros(len(values), dtype=np.bool_))
    return minimise(along.problem, values, _TURNS)


def _walked(along: Apart, begun: Starts) -> Walks:
    """From two places; where these do not end at one good place, from the others as well.

    And from those that lie nearly as low as where they end.
    """
    first = walk(along, begun.at[:2], begun.gap[:2])
    reached = float(first.sums.min())
    same = first.rested.all() and (first.at[0] == first.at[-1]).all()
    plain = same and not scattered(along.problem, reached)
    more = begun.further(len(first.at), PROMISING * reached if plain else np.inf)
    if more is None:
        return first
    other = walk(along, *more)
    return Walks(
        np.concatenate([first.at, other.at]),
        np.concatenate([first.sums, other.sums]),
        np.concatenate([first.rested, other.rested]),
    )


def scattered(task: Problem, sum_of_squares: float) -> bool:
    """Whether so much is left over that there may be as many basins as points.

    Never where one parameter is searched for: there the grid shows every one.
    """
    if sum_of_squares <= _SCATTERED * task.about_mean:
        return False
    return int(np.count_nonzero(task.free & ~task.eliminated)) > 1


def _vector(along: Apart, at: Array) -> Array:
    values = along.held.copy()
    values[along.searched] = at
    return values

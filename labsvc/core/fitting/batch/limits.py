"""What the numbers of a minimum are worth: standard errors, limits, the test against no effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.basins import apart, walk
from labsvc.core.fitting.general.certainty import Certainty, certainty, profile
from labsvc.core.fitting.general.crossings import crossings
from labsvc.core.fitting.general.joint import Layout
from labsvc.core.fitting.general.leastsquares import (
    Look,
    Mask,
    Minimum,
    Problem,
    exact,
    look,
    minimise,
    solve,
)
from labsvc.core.fitting.general.reweight import Weighted
from labsvc.core.fitting.student import f_tail, t_quantile

_IDLE = 1e-30  # of the largest effect of another parameter: none at all
_ROUNDING = 1e-12  # of the effect at the minimum: none but that of rounding
_FINE, _ROUGH = 1e-3, 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What is known of each place of the vector: arrays of (places,), limits NaN where open."""

    plan: Layout
    problem: Problem
    minimum: Minimum
    certainty: Certainty
    stderr: Array
    low: Array
    high: Array
    method: str
    df: int
    flat_p: float | None

    @property
    def sum_of_squares(self) -> float:
        return self.minimum.sum_of_squares


def numbers(plan: Layout, found: Weighted) -> Numbers:
    """Standard errors and 95 % limits of everything that was searched for."""
    task, minimum = found.problem, _ordered(plan, found)
    moving = np.asarray(task.free & ~minimum.at_bound)
    df = task.count - int(task.free.sum())
    known = certainty(minimum.look.jacobian, moving, minimum.look.root)
    with np.errstate(all="ignore"):
        stderr = np.sqrt(known.unscaled.diagonal() * (minimum.sum_of_squares / df))
    stderr[np.isnan(stderr)] = np.inf
    t, method = t_quantile(df), "asymptotic"
    half = np.where(stderr < np.inf, t * stderr, np.nan)
    low, high = minimum.values - half, minimum.values + half
    if not exact(task, minimum.look):
        method = "profile"
        found_low, found_high = crossings(task, minimum, known.unscaled, t, df)
        low, high = np.where(moving, found_low, low), np.where(moving, found_high, high)
        for place in (moving & np.isnan(low + high)).nonzero()[0].tolist():
            ends = profile(task, minimum, place, float(stderr[place]), t, df)
            low[place] = ends[0] if np.isnan(low[place]) else low[place]
            high[place] = ends[1] if np.isnan(high[place]) else high[place]
    flat_p = _flat_p(plan, task, minimum, df)
    return Numbers(plan, task, minimum, known, stderr, low, high, method, df, flat_p)


def _ordered(plan: Layout, found: Weighted) -> Minimum:
    """The minimum in the model's own form, where equal curves have several."""
    vector, task = found.minimum.values.copy(), found.problem
    for index in range(len(plan.series)):
        named = plan.named(vector, index)
        values = plan.model.ordered(named)
        if values != named:
            vector[plan.slots[:, index]] = [values[name] for name in plan.model.names]
    if (vector == found.minimum.values).all() or plan.shared:
        return found.minimum
    inside = ((vector >= task.lower) & (vector <= task.upper)).all()
    return minimise(task, vector) if inside else found.minimum


def _flat_p(plan: Layout, task: Problem, minimum: Minimum, df: int) -> float | None:
    """The F test against no effect at all; None where the model has no such rival."""
    flat = {name: at for name, at in (plan.model.flat or {}).items() if name not in plan.held}
    if not flat:
        return None
    start, free = minimum.values.copy(), task.free.copy()
    for name, at in flat.items():
        places = plan.places(name)
        start[places], free[places] = at, False
    there = look(task, start)
    size = np.vecdot(there.jacobian.T, there.jacobian.T)
    usual = np.vecdot(minimum.look.jacobian.T, minimum.look.jacobian.T)
    # What is without an effect has no say.
    free &= size > np.maximum(_IDLE**2 * size[free].max(initial=0.0), _ROUNDING**2 * usual)
    lost = int(np.count_nonzero(task.free)) - int(np.count_nonzero(free))
    if lost <= 0:
        return None
    gained = _least(task, start, there, free) - minimum.sum_of_squares
    if gained <= 0:
        return 1.0
    if exact(task, minimum.look):
        return 0.0
    return f_tail(gained / lost / (minimum.sum_of_squares / df), lost, df)


def _least(task: Problem, start: Array, there: Look, free: Mask) -> float:
    """The least sum of squares with all but these held where they start; ``there``: the look."""
    if not free.any():
        return there.sum_of_squares
    if not (free & ~task.eliminated).any() and isfinite(there.sum_of_squares):
        columns = there.jacobian.T[free]
        if len(columns) == 1:
            along = columns[0] * (columns[0] @ there.residuals / (columns[0] @ columns[0]))
        else:
            along = solve(columns.T, there.residuals) @ columns
        left = there.residuals - along
        return float(left @ left)
    held = np.flatnonzero(task.free & ~free)
    rival = task.holding(held, start[held])
    told = apart(rival)
    if told is not None and not len(told.linear):
        at = start[told.searched][None]
        found = walk(told, at, np.maximum(np.abs(at), _FINE), _ROUGH)
        if found.rested[0]:
            return float(found.sums[0])
    return minimise(rival, start).sum_of_squares

"""Least squares for one problem at a time: any analytic model, to the last digit there is.

Levenberg-Marquardt on scaled columns (a QR step, never the normal equations), with the linear
parameters solved for anew at every step (variable projection in the form of Ruhe & Wedin, SIAM Rev
1980;22:318), bounds, and Gauss-Newton steps at the end until they stop shrinking: NIST's certified
values are reached to rounding. Derivatives are exact: as the problem has them, else the imaginary
part of the model at theta + ih (Squire & Trapp, SIAM Rev 1998;40:110).

Nothing here is random: the same numbers in, the same numbers out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array

Mask = NDArray[np.bool_]
# Parameters along the first axis, of shape (parameters, sets, 1), real or complex; the answer is
# of shape (sets, points).
Predict = Callable[[NDArray[Any]], NDArray[Any]]
# Of real parameters the same, with the derivatives (parameters, sets, points).
Derive = Callable[[Array], tuple[Array, Array]]

COMPLEX_STEP = 1e-50j  # no rounding error, however small
_MOST_TURNS = 500
_MOST_POLISHING = 100
_SETTLED = 1e-6  # of the standard error: a last step below this is no step
_TINY = 1e-300
_EXACT = 1e-13  # of the size of the data: a residual below this is rounding
_RANK = 1e-13
_BIGGEST = 1e150  # a sum of squares above this is no place to go


@dataclass(frozen=True, eq=False)  # without slots: which are free is asked for again and again
class Problem:
    """What is to be minimised: the sum over points of ``(root_weights * (predict - y))**2``.

    ``y`` and ``root_weights`` are (points,); ``lower``, ``upper`` and ``linear`` (parameters,).
    A parameter with equal bounds is held. ``linear`` marks those in which ``predict`` is linear
    with the others held; they are eliminated where they have no bounds. Where means stand
    for replicates the last residual is their scatter; ``repeats`` says how many points more than
    means were measured. ``derive`` is ``predict`` with its derivatives, where they are written out.
    """

    predict: Predict
    y: Array
    root_weights: Array
    lower: Array
    upper: Array
    linear: Mask
    repeats: int = 0
    derive: Derive | None = None

    @property
    def places(self) -> int:
        """How many residuals are of a point, or of the mean of several."""
        return len(self.y) - (self.repeats > 0)

    @property
    def count(self) -> int:
        """How many points were measured."""
        return self.places + self.repeats

    @cached_property
    def target(self) -> Array:
        """``y`` times the root weights (points,)."""
        return self.y * self.root_weights

    @cached_property
    def about_mean(self) -> float:
        """The weighted sum of squares about the weighted mean of all residuals' ``y``."""
        weights = self.root_weights**2
        off = self.y - float(weights @ self.y) / float(weights.sum())
        return float(weights @ (off * off))

    @cached_property
    def free(self) -> Mask:
        return np.asarray(self.lower < self.upper)

    @cached_property
    def eliminated(self) -> Mask:
        """Those whose best values follow from the others: linear, free and without bounds."""
        return np.asarray(self.linear & self.free & np.isinf(self.lower) & np.isinf(self.upper))

    def holding(self, index: int | NDArray[np.intp], value: float | Array) -> Problem:
        """The same with one parameter held at a value, or several at theirs."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[index] = upper[index] = value
        return replace(self, lower=lower, upper=upper)


class Look(NamedTuple):
    """Weighted residuals (points,) and their derivatives (points, parameters) at one place.

    ``sum_of_squares`` is infinite where either is not finite. ``root`` (free, free) is one of the
    inverse of ``J'J`` by the free parameters, where the search has come by it.
    """

    residuals: Array
    jacobian: Array
    sum_of_squares: float
    root: Array | None = None


class Minimum(NamedTuple):
    """Where the search came to rest: values (parameters,) and what is there.

    ``at_bound`` marks the parameters that are held by a bound the data push them against.
    """

    values: Array
    look: Look
    converged: bool
    at_bound: Mask

    @property
    def sum_of_squares(self) -> float:
        return self.look.sum_of_squares


def look(problem: Problem, values: Array) -> Look:
    """Residuals and derivatives at these values, in one call of the model."""
    found, by_parameter = looks(problem, values[None])
    residuals, jacobian = found[0], by_parameter[0]
    with np.errstate(all="ignore"):
        total = float(residuals @ residuals)
    sound = total < _BIGGEST and np.isfinite(jacobian).all()
    return Look(residuals, jacobian, total if sound else np.inf)


def looks(problem: Problem, values: Array) -> tuple[Array, Array]:
    """Residuals (sets, points) and derivatives (sets, points, parameters) at many places at once.

    ``values`` are (sets, parameters): one call of the model for all of them.
    """
    with np.errstate(all="ignore"):
        found, slopes = derived(problem, values.T[:, :, None])
        residuals = (found - problem.y) * problem.root_weights
        return residuals, (slopes * problem.root_weights).transpose(1, 2, 0)


def derived(problem: Problem, vectors: Array) -> tuple[Array, Array]:
    """The model (sets, points) and its derivatives (parameters, sets, points).

    ``vectors`` are (parameters, sets, 1).
    """
    if problem.derive is not None:
        return problem.derive(vectors)
    count, sets, _ = vectors.shape
    places = np.empty((count, count, sets, 1), dtype=np.complex128)
    places[:] = vectors[:, None]
    index = np.arange(count)
    places[index, index] += COMPLEX_STEP
    found = np.asarray(problem.predict(places.reshape(count, -1, 1))).reshape(count, sets, -1)
    # So short a step changes no real part.
    return found[0].real, found.imag / COMPLEX_STEP.imag


def settle(problem: Problem, values: Array) -> Array:
    """The values with the linear parameters at their best for the others."""
    which = problem.eliminated
    if not which.any():
        return values
    base = np.where(which, 0.0, values)
    there = look(problem, base)
    if not np.isfinite(there.sum_of_squares):
        return values
    base[which] = -solve(there.jacobian[:, which], there.residuals)
    return base


def solve(columns: Array, target: Array, damping: float = 0.0) -> Array:
    """The least-squares solution on scaled columns; directions without any effect stay 0."""
    norms = np.sqrt((columns * columns).sum(axis=0))
    norms = np.where(norms > _TINY, norms, 1.0)
    scaled = columns / norms
    if damping > 0:
        scaled = np.vstack([scaled, np.sqrt(damping) * np.eye(columns.shape[1])])
        target = np.concatenate([target, np.zeros(columns.shape[1])])
    answer = np.linalg.lstsq(scaled, target, rcond=_RANK)[0]
    return np.asarray(answer / norms, dtype=np.float64)


def triangles(columns: Array) -> Array:
    """R of the QR of each of these matrices, given as (sets, columns, points): upper triangular.

    Of shape (sets, columns, columns), or with as many rows as there are points.
    """
    raw, _ = np.linalg.qr(columns.transpose(0, 2, 1), mode="raw")
    rows = min(columns.shape[1:])
    return np.asarray(raw[:, :, :rows].transpose(0, 2, 1) * _upper(rows, columns.shape[1]))


@lru_cache(maxsize=64)
def _upper(rows: int, columns: int) -> Array:
    return np.triu(np.ones((rows, columns)))


def minimise(problem: Problem, start: Array, turns: int = _MOST_TURNS) -> Minimum:
    """The minimum downhill of ``start`` (parameters,); never worse than the start.

    Where the search with the linear parameters eliminated does not settle (two rates that merge
    make them run away), one with all of them kept is tried from the same start.
    """
    found = _descend(problem, start, turns)
    if found.converged or not problem.eliminated.any():
        return found
    kept = _descend(replace(problem, linear=np.zeros_like(problem.linear)), start, turns)
    if kept.converged or kept.sum_of_squares < found.sum_of_squares:
        return kept
    return found


def _descend(problem: Problem, start: Array, turns: int) -> Minimum:
    values = settle(problem, np.clip(start, problem.lower, problem.upper))
    here = look(problem, values)
    if not np.isfinite(here.sum_of_squares):
        return Minimum(values, here, False, np.zeros(len(values), dtype=np.bool_))
    if not (problem.free & ~problem.eliminated).any():
        return polished(problem, values, here)
    damping, growth = 1e-3, 2.0
    for _ in range(turns):
        moving = _moving(problem, values, here)
        trial = _trial(problem, values, here, moving, damping)
        there = look(problem, trial)
        gained = here.sum_of_squares - there.sum_of_squares
        if gained > 0:
            small = gained <= 1e-13 * here.sum_of_squares
            damping, growth = max(damping * _easing(gained, here, there), 1e-15), 2.0
            values, here = trial, there
        else:
            small = bool(np.all(np.abs(trial - values) <= 1e-9 * np.abs(values)))
            damping, growth = damping * growth, growth * 2
        if small or damping > 1e20 or exact(problem, here):
            break
    return polished(problem, values, here)


def _easing(gained: float, here: Look, there: Look) -> float:
    """How much less damping next time: much less after a step that gained much."""
    return 0.1 if gained > 0.25 * here.sum_of_squares or there.sum_of_squares == 0 else 0.3


def _moving(problem: Problem, values: Array, here: Look) -> Mask:
    """The parameters that may move: free, and not pressed against a bound."""
    slope = here.jacobian.T @ here.residuals
    pressed = ((values <= problem.lower) & (slope > 0)) | ((values >= problem.upper) & (slope < 0))
    return np.asarray(problem.free & ~pressed)


def _trial(problem: Problem, values: Array, here: Look, moving: Mask, damping: float) -> Array:
    step = np.zeros(len(values))
    step[moving] = -solve(here.jacobian[:, moving], here.residuals, damping)
    return settle(problem, np.clip(values + step, problem.lower, problem.upper))


def exact(problem: Problem, here: Look, share: float = _EXACT) -> bool:
    """Whether the residuals are no more than rounding: this share of the size of the data."""
    size = problem.target
    return here.sum_of_squares <= share**2 * float(size @ size)


def polished(problem: Problem, values: Array, here: Look) -> Minimum:
    """Undamped steps for as long as they get smaller; the sum of squares is flat down here."""
    moving = _moving(problem, values, here)
    best, size = (values, here), np.inf
    for _ in range(_MOST_POLISHING):
        step = np.zeros(len(values))
        step[moving] = -solve(here.jacobian[:, moving], here.residuals)
        now = float(np.linalg.norm(here.jacobian @ step))
        if not now < size or here.sum_of_squares > best[1].sum_of_squares * (1 + 1e-6):
            break
        best, size = (values, here), now
        if now == 0:
            break
        values = np.clip(values + step, problem.lower, problem.upper)
        here = look(problem, values)
        if not np.isfinite(here.sum_of_squares):
            break
    values, here = best
    noise = np.sqrt(here.sum_of_squares / max(problem.count - int(moving.sum()), 1))
    settled = size <= _SETTLED * noise or exact(problem, here)
    return Minimum(values, here, bool(settled), np.asarray(problem.free & ~moving))

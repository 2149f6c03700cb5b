"""The minima in several searched parameters, from several nodes side by side.

With the linear parameters at their best the sum of squares is a landscape in the searched ones
alone, whose slope is exact at any place (Golub & Pereyra, SIAM J Numer Anal 1973;10:413). Slopes
a little to either side, in every direction, give its curvature and how that changes (``newton``):
from half a step of a grid a walk comes to rest in three. All places of all walks are one call of
the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.leastsquares import Look, Mask, Problem, derived, triangles
from labsvc.core.fitting.general.newton import newton

_ALIKE = 1e5  # 1 / (1 - R2) of a column by the others: up to here the normal equations hold
_FIRM = 1e-6  # of a column's length: less is left of none when the others are taken out of it
_FIRST, _NARROWEST = 0.02, 1e-4  # of the gap between nodes: from place to place
_NARROWER = 64.0  # than the last step was
_REST = 1e-7  # of the gap: what the last step may miss, about
_MOST_TURNS = 14
_SHORTER = 4.0
_NEAR = 0.5  # of the gap
_LITTLE = 1e-12  # of the sum of squares: a last step that gains more is not the last
_ROUNDING = 1e-12
_TINY = 1e-290


_Box = tuple[list[float], list[float]]


@dataclass(frozen=True, eq=False)  # without slots: what follows from it is asked for often
class Apart:
    """A problem with its parameters told apart.

    ``searched`` and ``linear`` are their places; ``held`` (parameters,) are the values of the
    others, with 0 for these. With the linear ones at 0 nothing may be left of the curve.
    """

    problem: Problem
    searched: NDArray[np.intp]
    linear: NDArray[np.intp]
    held: Array

    @cached_property
    def columns(self) -> Array:
        """The values (parameters, 1, linear) that show one column each; of none, those held."""
        values = np.repeat(self.held[:, None, None], max(len(self.linear), 1), axis=2)
        values[self.linear, 0, np.arange(len(self.linear))] = 1.0
        return values

    @cached_property
    def moving(self) -> NDArray[np.intp]:
        """The places of the searched, then of the linear."""
        return np.concatenate([self.searched, self.linear])

    @cached_property
    def rows(self) -> slice | NDArray[np.intp]:
        """``searched``, as a slice where they are the first of all."""
        count = len(self.searched)
        return slice(count) if self.searched[-1] == count - 1 else self.searched


class Heights(NamedTuple):
    """At each place (places,): the sum of squares (infinite: cannot be told) and the rest.

    ``slopes`` (places, searched) are half its slopes, ``linear`` (places, linear) the best values,
    ``residuals`` (places, points), with their derivatives ``by_searched`` (places, searched,
    points) and by the linear parameters, ``columns`` (places, linear, points).
    """

    sums: Array
    slopes: Array
    linear: Array
    residuals: Array
    by_searched: Array
    columns: Array


class Walks(NamedTuple):
    """Where the walks ended (walks, searched), how low (walks,), and which came to rest."""

    at: Array
    sums: Array
    rested: Mask


def apart(problem: Problem) -> Apart | None:
    """The parameters told apart; None where nothing is searched for, or points are too few."""
    searched = (problem.free & ~problem.eliminated).nonzero()[0]
    linear = problem.eliminated.nonzero()[0]
    if not len(searched) or len(problem.y) <= len(linear) + len(searched):
        return None
    return Apart(problem, searched, linear, np.where(problem.free, 0.0, problem.lower))


def heights(along: Apart, at: Array) -> Heights:
    """The landscape at these places (places, searched)."""
    problem, places = along.problem, len(at)
    vectors = along.columns.repeat(places, 1)
    vectors[along.rows] = at.T[:, :, None]
    with np.errstate(all="ignore"):
        found, slopes = derived(problem, vectors.reshape(len(vectors), -1, 1))
        columns = (found * problem.root_weights).reshape(places, -1, found.shape[-1])
        by_searched = slopes[along.rows] * problem.root_weights
        if not len(along.linear):
            return _heights(
                columns[:, 0] - problem.target, by_searched.transpose(1, 0, 2), columns[:, :0]
            )
        linear = _best(columns, problem.target)
        # Of each column by itself; the curve is their sum.
        share = linear[:, None]
        by_column = share @ by_searched.reshape(len(by_searched), *columns.shape)
        residuals = (share @ columns)[:, 0] - problem.target
        return _heights(residuals, by_column[:, :, 0].transpose(1, 0, 2), columns, linear)


def _heights(
    residuals: Array, by_searched: Array, columns: Array, linear: Array | None = None
) -> Heights:
    sums = np.vecdot(residuals, residuals)
    slopes = np.vecdot(by_searched, residuals[:, None])
    if not isfinite(float(np.add.reduce(slopes, None)) + float(np.add.reduce(sums))):
        sums = np.where(np.isfinite(sums + slopes.sum(axis=1)), sums, np.inf)
    linear = columns[:, :, 0] if linear is None else linear
    return Heights(sums, slopes, linear, residuals, by_searched, columns)


def _best(columns: Array, y: Array) -> Array:
    """The best linear parameters (places, linear); NaN where they cannot be told apart."""
    if columns.shape[1] == 1:
        size = np.vecdot(columns, columns)
        return np.asarray(np.vecdot(columns, y) / np.where(size > _TINY, size, np.nan))
    normal = columns @ columns.transpose(0, 2, 1)
    try:
        inverse = np.linalg.inv(normal)
    except np.linalg.LinAlgError:
        return _best_apart(columns, y)
    alike = (normal.diagonal(axis1=1, axis2=2) * inverse.diagonal(axis1=1, axis2=2)).max()
    if not alike < _ALIKE:
        return _best_apart(columns, y)
    return np.asarray(np.vecdot(inverse, np.vecdot(columns, y)[:, None]))


def _best_apart(columns: Array, y: Array) -> Array:
    """``_best`` of columns that are nearly alike, without the normal equations."""
    places, count, points = columns.shape
    norms = np.sqrt(np.vecdot(columns, columns))[:, :, None]
    joined = np.empty((places, count + 1, points))
    np.divide(columns, norms, out=joined[:, :count])
    joined[:, count] = y
    sound = np.isfinite(joined.sum(axis=(1, 2)))
    if not sound.all():
        joined[~sound] = 0.0
    r = triangles(joined)[:, :count]
    upper = r[:, :, :count]
    firm = np.abs(upper.diagonal(axis1=1, axis2=2)).min(axis=1) > _FIRM
    if not firm.all():
        upper = np.where(firm[:, None, None], upper, np.eye(count))
        r = np.where(firm[:, None, None], r, np.nan)
    return np.asarray((np.linalg.solve(upper, r[:, :, count:]) / norms)[:, :, 0])


@dataclass(slots=True)
class _Walk:
    """One walk: where it is, the lowest place before with the step from there, and how wide
    it looks about; steps and widths are shares of the gap."""

    at: list[float]
    gap: list[float]
    ended: list[float]
    step: list[float]
    least: float = inf
    width: float = _FIRST
    rested: bool = False
    going: bool = True

    def turn(self, height: float, step: list[float], rest: float, box: _Box) -> None:
        """To the next place, from the height here and the step, in widths, that leads downhill."""
        lower = height <= self.least * (1 + _ROUNDING) and isfinite(height)
        if lower:
            self.least, self.ended = height, self.at
            self.step = [self.width * one for one in step]
        else:
            self.step = [one / _SHORTER for one in self.step]
        size = max(map(abs, self.step))
        done = lower and size * (self.width**2 + size**2) < rest
        scale = 1 / max(size, 1.0)
        self.at = [
            one + scale * step * gap
            for one, step, gap in zip(self.ended, self.step, self.gap, strict=True)
        ]
        inside = self.least < inf and all(
            low < one < high for low, one, high in zip(box[0], self.at, box[1], strict=True)
        )
        self.going, self.rested = inside and not done, inside and done
        if self.rested:
            self.ended = self.at
        self.width = min(max(size / _NARROWER, _NARROWEST), _FIRST)

    def join(self, walks: Sequence[_Walk]) -> None:
        """End where another one rests, if this is on its last way there: the same basin."""
        for other in walks:
            if self.going and other.rested and self._near(other):
                self.going, self.rested = False, True
                self.ended, self.least = other.ended, other.least

    def _near(self, other: _Walk) -> bool:
        there = zip(self.at, other.ended, self.gap, strict=True)
        return all(abs(one - two) < _NEAR * gap for one, two, gap in there)


def walk(along: Apart, start: Array, gap: Array, rest: float = _REST) -> Walks:
    """Downhill from every start (walks, searched); ``gap`` of the same shape is that of the grid.

    A walk comes to rest when its last step misses the minimum by ``rest`` of the gap or less. One
    that leaves the bounds, or comes to where it cannot go on, ends there without rest.
    """
    low, high = along.problem.lower[along.searched], along.problem.upper[along.searched]
    box = low.tolist(), high.tolist()
    walks = [
        _Walk(at, one, at, [0.0] * len(at))
        for at, one in zip(start.tolist(), gap.tolist(), strict=True)
    ]
    for _ in range(_MOST_TURNS):
        going = [one for one in walks if one.going]
        if not going:
            break
        for one, height, step in zip(going, *_about(along, going), strict=True):
            one.turn(height, step, rest, box)
        for one in going:
            one.join(walks)
    return Walks(
        np.array([one.ended for one in walks]),
        np.array([one.least for one in walks]),
        np.array([one.rested for one in walks]),
    )


def _about(along: Apart, walks: Sequence[_Walk]) -> tuple[list[float], list[list[float]]]:
    """Of each walk its height, and in widths the step that leads downhill."""
    searched = len(walks[0].at)
    width = np.array([[[one.width * gap for gap in one.gap]] for one in walks])
    at = np.array([[one.at] for one in walks])
    found = heights(along, (at + _star(searched) * width).reshape(-1, searched))
    slopes = found.slopes.reshape(len(walks), -1, searched) * width
    return found.sums[:: 1 + 2 * searched].tolist(), newton(slopes).tolist()


@lru_cache(maxsize=8)
def _star(searched: int) -> Array:
    """Nothing, and a step forth and back in every direction."""
    steps = np.eye(searched)
    return np.concatenate([np.zeros((1, searched)), steps, -steps])


def settled(along: Apart, at: Array) -> tuple[Array, Look, bool]:
    """All values near a place (searched,) at rest, the look there, and whether that is the end.

    A last step of Gauss and Newton, in all parameters, takes what the walk has left, and the
    residuals along. Where it is too long for the derivatives to stay, it is not the last.
    They are those by the free parameters; of the others they are 0.
    """
    found, moving = heights(along, at[None]), along.moving
    joined = np.concatenate([found.by_searched[0], found.columns[0], found.residuals])
    columns, residuals = joined[:-1], joined[-1]
    jacobian = np.zeros((len(along.held), len(residuals)))
    jacobian[moving] = columns
    values, still, root = along.held.copy(), False, None
    values[moving] = np.concatenate([at, found.linear[0]])
    if isfinite(float(found.sums[0])):
        whole = triangles(joined[None])[0]
        change, root = whole[:-1, -1], _firm_root(whole[:-1, :-1])
        if root is not None:
            still = float(change @ change) <= _LITTLE * float(found.sums[0])
            step = root @ change
            values[moving] -= step
            residuals = residuals - step @ columns
            root = root[moving.argsort()]
    return values, Look(residuals, jacobian.T, float(residuals @ residuals), root), still


def _firm_root(upper: Array) -> Array | None:
    """The inverse of a triangle; None where columns of it are hardly to be told apart."""
    norms = np.sqrt(np.vecdot(upper.T, upper.T))
    if not (np.abs(upper.diagonal()) > _FIRM * norms).all():
        return None
    return np.asarray(np.linalg.inv(upper))

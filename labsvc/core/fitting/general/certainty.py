"""How well a minimum is known: covariance, dependencies, profile-likelihood limits.

The covariance is ``(J'J)^-1 s^2`` with ``s^2 = SS/(N - K)`` (Prism, R's nls), by the QR
factorisation of the scaled Jacobian, so that the condition of J is not squared. A profile limit of
a parameter is where the best sum of squares with the parameter held there is
``SS (1 + t^2 / (N - K))``, t being Student's (Bates & Watts 1988, ch. 6).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.leastsquares import Mask, Minimum, Problem, minimise, triangles

_SINGULAR = 1e-13
_FIRM = 1e-6  # of the largest: with no smaller entry on its diagonal a triangle is not singular
_DOUBLINGS = 14
_CLOSE = 1e-7  # of the way to the limit
_MOST_CUTS = 60
_TURNS = 100  # from a neighbour it takes a few


class Certainty(NamedTuple):
    """Of the parameters that moved; zero rows and columns for the others.

    ``unscaled`` (parameters, parameters) is the covariance without s^2. ``dependency``
    (parameters,) is ``1 - 1/(A_ii (A^-1)_ii)``, ``A = J'J``: 1 where others make up for a
    parameter entirely (GraphPad Prism).
    """

    unscaled: Array
    dependency: Array


def certainty(jacobian: Array, moving: Mask, root: Array | None = None) -> Certainty:
    """From the weighted Jacobian (points, parameters) and which of them moved.

    ``root`` (moving, moving) is one of the inverse of J'J, where it is known.
    """
    places = moving.nonzero()[0]
    columns = jacobian.T[places]
    norms = np.sqrt(np.vecdot(columns, columns))
    scaled = _root(columns, norms) if root is None else root * norms[:, None]
    if scaled is None:
        return Certainty(
            np.where(np.outer(moving, moving), np.inf, 0.0), np.where(moving, 1.0, 0.0)
        )
    inverse = scaled @ scaled.T
    alone = 1 - 1 / np.maximum(inverse.diagonal(), 1.0)
    inverse /= norms[:, None] * norms
    if len(places) == len(moving):
        return Certainty(inverse, alone)
    unscaled, dependency = np.zeros((len(moving), len(moving))), np.zeros(len(moving))
    unscaled[places[:, None], places] = inverse
    dependency[places] = alone
    return Certainty(unscaled, dependency)


def _root(columns: Array, norms: Array) -> Array | None:
    """A root of the inverse of ``columns columns'``, each of length 1; None where singular."""
    if not len(norms) or not norms.min() > 0 or columns.shape[1] < len(norms):
        return None
    columns = columns / norms[:, None]
    upper = triangles(columns[None])[0]
    diagonal = np.abs(upper.diagonal())
    if diagonal.min() > _FIRM * diagonal.max():
        return np.asarray(np.linalg.inv(upper), dtype=np.float64)
    _, values, rotation = np.linalg.svd(columns.T, full_matrices=False)
    if values[-1] <= _SINGULAR * values[0]:
        return None
    return np.asarray(rotation.T / values)


class _Side(NamedTuple):
    """One limit that is looked for: which parameter, which way, and how far it may rise."""

    problem: Problem
    minimum: Minimum
    place: int
    end: float
    rise: float
    least: float

    def height(self, at: float, near: Minimum) -> tuple[float, float, Minimum]:
        """How far above its threshold (-1 at the minimum, 0 at the limit), its slope, the place.

        The root makes the height nearly linear in the parameter.
        """
        start = near.values.copy()
        start[self.place] = at
        found = minimise(self.problem.holding(self.place, at), start, _TURNS)
        share = max(found.sum_of_squares - self.least, 0.0) / self.rise
        slope = float(found.look.jacobian[:, self.place] @ found.look.residuals) / self.rise
        root = share**0.5
        return root - 1, slope / root if root > 0 else 0.0, found


def profile(
    problem: Problem, minimum: Minimum, index: int, stderr: float, t: float, df: int
) -> tuple[float, float]:
    """The lower and the upper profile limit of one parameter; NaN where it has none.

    ``stderr`` is its standard error (only where to look first), ``t`` Student's quantile.
    """
    least = minimum.sum_of_squares
    rise = least * t * t / df
    middle = float(minimum.values[index])
    if rise <= 0 or not np.isfinite(stderr) or stderr <= 0:
        return np.nan, np.nan
    ends = float(problem.lower[index]), float(problem.upper[index])
    low, high = (
        _limit(_Side(problem, minimum, index, end, rise, least), middle + way * t * stderr)
        for end, way in zip(ends, (-1, 1), strict=True)
    )
    return low, high


def _limit(side: _Side, guess: float) -> float:
    """Outwards by doubled strides until above, then inwards; NaN where nothing is above."""
    middle = float(side.minimum.values[side.place])
    inside, place = middle, side.minimum
    at, stride = guess, guess - middle
    way = np.sign(stride)
    for _ in range(_DOUBLINGS):
        beyond = (at - side.end) * way >= 0
        at = side.end if beyond else at
        height, slope, found = side.height(at, place)
        if height >= -_CLOSE:  # the first look may hit it: a straight line's is exact
            return _between(side, (inside, place), (at, height, slope))
        if beyond:
            break
        inside, place = at, found
        # Newton's place where it lies outwards and near, else twice as far.
        leap = -1.02 * height / slope if slope * way > 0 else 2 * stride
        stride *= 2
        at += leap if abs(leap) < abs(stride) else stride
    return np.nan


def _between(
    side: _Side, inside: tuple[float, Minimum], outside: tuple[float, float, float]
) -> float:
    """The crossing by Newton's method, by halving where that leaves the bracket.

    Always from the last place below the threshold: beyond it the best fit may be another one.
    """
    (low, place), (high, height, slope) = inside, outside
    at = high
    for _ in range(_MOST_CUTS):
        if abs(height) < _CLOSE:
            break
        at = at - height / slope if slope else np.nan
        if not min(low, high) < at < max(low, high):
            at = (low + high) / 2
        height, slope, found = side.height(at, place)
        if height >= 0:
            high = at
        else:
            low, place = at, found
        if abs(high - low) <= 1e-12 * abs(high):
            break
    return at

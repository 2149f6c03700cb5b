"""The minima along one searched parameter, all others being linear.

With the linear parameters at their best the sum of squares is a curve in one parameter, whose slope
is exact at any place (``basins``), for as many places at once as one wants. So the grid shows where
it turns, and three places close together where its slope is 0.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general import basins
from labsvc.core.fitting.general.leastsquares import Problem

_FIRST, _NARROWEST = 0.04, 1e-4  # of the gap between nodes: from place to place
_NARROWER = 8.0  # than the last step was
_REST = 1e-9  # of the gap: what the parabola through three slopes may miss
_MOST_TURNS = 8
_THREE = np.array([-1.0, 0.0, 1.0])


class Line(NamedTuple):
    """What is searched along: the parameter at ``place``; ``linear`` (columns,) follow it.

    ``held`` (parameters,) are the values of the others; with the linear ones at 0 nothing is left.
    ``told`` is the same for several searched parameters.
    """

    problem: Problem
    place: int
    linear: NDArray[np.intp]
    held: Array
    told: basins.Apart


class Heights(NamedTuple):
    """At each place (places,): the sum of squares, half its slope, and the linear parameters."""

    sums: Array
    slopes: Array
    linear: Array


def line(problem: Problem) -> Line | None:
    """The line of a problem that has one; None where more is searched for, or less is linear."""
    free = problem.free
    searched = np.flatnonzero(free & ~problem.linear)
    linear = np.flatnonzero(free & problem.linear)
    if len(searched) != 1 or not len(linear) or len(problem.y) <= len(linear):
        return None
    if np.isfinite(problem.lower[linear]).any() or np.isfinite(problem.upper[linear]).any():
        return None
    held = np.where(free, 0.0, problem.lower)
    told = basins.Apart(problem, searched, linear, held)
    return Line(problem, int(searched[0]), linear, held, told)


def something_left(along: Line, at: Array) -> bool:
    """Whether there is a curve with all linear parameters at 0 (a plateau held at 30)."""
    vectors = np.repeat(along.held[:, None], len(at), axis=1)
    vectors[along.place] = at
    with np.errstate(all="ignore"):
        return bool(np.asarray(along.problem.predict(vectors[:, :, None])).any())


def heights(along: Line, at: Array, check: bool = False) -> Heights | None:
    """The curve at these places; None where its columns cannot be told from each other.

    With ``check`` also where anything is left with all linear parameters at 0.
    """
    if check and something_left(along, at):
        return None
    found = basins.heights(along.told, at[:, None])
    if not np.isfinite(found.sums).all():
        return None
    return Heights(found.sums, found.slopes[:, 0], found.linear)


def hollows(found: Heights) -> list[int]:
    """The nodes that are no higher than their neighbours, the lowest first."""
    sums = found.sums
    low, high = np.append(np.inf, sums[:-1]), np.append(sums[1:], np.inf)
    rows = np.flatnonzero((sums <= low) & (sums <= high))
    return [int(row) for row in rows[np.argsort(sums[rows], kind="stable")]]


def bottom(along: Line, nodes: Array, found: Heights, row: int) -> Array | None:
    """Where the curve is lowest near a hollow node: all values (parameters,); None: not found.

    From the cubic through the nodes on either side by Newton's method, its second and third
    derivatives by differences.
    """
    before = row if found.slopes[row] < 0 else row - 1
    if before < 0 or before + 1 >= len(nodes):
        return None
    low, high = float(nodes[before]), float(nodes[before + 1])
    gap = high - low
    at, width = _turn(gap, *found.sums[before : before + 2].tolist(),
                      *(2 * found.slopes[before : before + 2]).tolist()) + low, _FIRST  # fmt: skip
    for _ in range(_MOST_TURNS):
        near = heights(along, at + width * gap * _THREE)
        if near is None:
            return None
        step = _newton(*near.slopes.tolist())
        if step is None or not low < at + step * width * gap < high:
            return None
        at += step * width * gap
        moved = abs(step * width)
        if moved * (width * width + moved * moved) < _REST:
            return _values(along, at, near.linear, step)
        width = min(max(moved / _NARROWER, _NARROWEST), _FIRST)
    return None


def _turn(gap: float, first: float, last: float, down: float, up: float) -> float:
    """How far on the cubic with these heights and slopes at both ends is lowest."""
    if not down <= 0 <= up or down == up:
        return gap / 2
    middle = down + up - 3 * (last - first) / gap
    root = sqrt(max(middle * middle - down * up, 0.0))
    share = 1 - (up + root - middle) / (up - down + 2 * root)
    return gap * min(max(share, 0.0), 1.0)


def _newton(before: float, here: float, after: float) -> float | None:
    """From three slopes at -1, 0 and 1, where the slope is 0; None where it does not rise."""
    tilt, bow = (after - before) / 2, after - 2 * here + before
    if not tilt > 0:
        return None
    first = -here / tilt
    bent = tilt + bow * first / 2
    return -here / bent if bent > tilt / 2 else first


def _values(along: Line, at: float, linear: Array, step: float) -> Array:
    """All values there, the linear ones by the parabola through the three last places."""
    values = along.held.copy()
    before, here, after = linear
    values[along.place] = at
    values[along.linear] = here + step * ((after - before) + step * (after - 2 * here + before)) / 2
    return values

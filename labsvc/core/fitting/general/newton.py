"""Newton's step in a few dimensions, from the slopes here and a little to either side.

The slopes around give the second derivatives and those third ones that have a direction twice: the
step is corrected by them, so that what it misses is a third power. In two or three dimensions
plain numbers are quicker than arrays; where the landscape is no bowl its axes are asked for.
"""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from labsvc.core.fitting.curves import Array

_FLAT = 1e-9  # of the largest curvature
_TINY = 1e-290

Star = list[list[float]]


def newton(slopes: Array) -> Array:
    """The steps (places, directions), in widths, to where all slopes are 0.

    ``slopes`` (places, 1 + 2 directions, directions): half of them here, then a width above in
    each direction, then a width below, each times the width. Where the landscape is no hollow the
    step is downhill along each of its axes; where nothing is known there is none.
    """
    plainly = _in_a_trough if slopes.shape[2] == 2 else _in_a_bowl
    steps = [plainly(star) for star in slopes.tolist()]
    rows = [row for row, step in enumerate(steps) if step is None]
    if rows:
        for row, step in zip(rows, _along_axes(slopes[rows]).tolist(), strict=True):
            steps[row] = step
    return np.array(steps)


def _in_a_trough(star: Star) -> list[float] | None:
    """``_in_a_bowl`` of two directions, written out."""
    (x, y), (a, b), (c, d), (e, f), (g, h) = star
    xx, xy, yy = (a - e) / 2, (b - f + c - g) / 4, (d - h) / 2
    whole = xx * yy - xy * xy
    if not (xx > 0 and whole > _FLAT * (xx + yy) * (xx + yy)):
        return None
    one, two = (xy * y - yy * x) / whole, (xy * x - xx * y) / whole
    across, along = b + f - 2 * y, c + g - 2 * x
    x = one * one * (a + e - 2 * x) / 2 + two * (two * along / 2 + one * across)
    y = two * two * (d + h - 2 * y) / 2 + one * (one * across / 2 + two * along)
    more, also = (xy * y - yy * x) / whole, (xy * x - xx * y) / whole
    if 2 * max(abs(more), abs(also)) < max(abs(one), abs(two)):
        return [one + more, two + also]
    return [one, two] if isfinite(one + two) else None


def _in_a_bowl(star: Star) -> list[float] | None:
    """The step in a bowl; None where it is none, or not known."""
    each = range(len(star[0]))
    here, above, below = star[0], star[1 : 1 + len(each)], star[1 + len(each) :]
    root = _root([[(above[i][j] - below[i][j] + above[j][i] - below[j][i]) / 4
                   for j in range(i + 1)] for i in each])  # fmt: skip
    if root is None:
        return None
    first = _solved(root, [-one for one in here])
    # Third derivatives: of slope j twice along i. Of three different directions none is known.
    bow = [[above[i][j] + below[i][j] - 2 * here[j] for j in each] for i in each]
    tilt = [
        sum(first[i] * (first[i] * bow[i][j] / 2 + first[j] * bow[j][i]) for i in each if i != j)
        + first[j] * first[j] * bow[j][j] / 2
        for j in each
    ]
    second = _solved(root, [-one for one in tilt])
    if 2 * max(map(abs, second)) < max(map(abs, first)):
        return [one + two for one, two in zip(first, second, strict=True)]
    return first if all(map(isfinite, first)) else None


def bowl(bend: Star, slope: list[float]) -> list[float] | None:
    """The step to the bottom; ``bend`` holds the lower triangle. None where it is no bowl."""
    root = _root(bend)
    return None if root is None else _solved(root, [-one for one in slope])


def _root(rows: Star) -> Star | None:
    """Cholesky's lower triangle of a matrix given by its own; None where that is not firm."""
    least = _FLAT * max(row[-1] for row in rows) + _TINY
    for i, row in enumerate(rows):
        for j in range(i):
            done = rows[j]
            row[j] = (row[j] - sum(row[k] * done[k] for k in range(j))) / done[j]
        left = row[i] - sum(one * one for one in row[:i])
        if not left > least:
            return None
        row[i] = sqrt(left)
    return rows


def _solved(root: Star, target: list[float]) -> list[float]:
    for i, row in enumerate(root):
        target[i] = (target[i] - sum(row[k] * target[k] for k in range(i))) / row[i]
    for i in range(len(root) - 1, -1, -1):
        left = target[i] - sum(root[k][i] * target[k] for k in range(i + 1, len(root)))
        target[i] = left / root[i][i]
    return target


def _along_axes(slopes: Array) -> Array:
    """The steps (places, directions) by the axes of the landscape, whatever its shape."""
    known = np.isfinite(slopes).all(axis=(1, 2), keepdims=True)
    slopes = np.where(known, slopes, 0.0)
    count = slopes.shape[2]
    here, bend = slopes[:, 0], slopes[:, 1 : 1 + count] - slopes[:, 1 + count :]
    curvature, axes = np.linalg.eigh((bend + bend.transpose(0, 2, 1)) / 4)
    size = np.abs(curvature)
    firm = np.maximum(size, _FLAT * size.max(axis=1)[:, None] + _TINY)
    inverse = (axes / -firm[:, None]) @ axes.transpose(0, 2, 1)
    return np.asarray((inverse @ here[:, :, None])[:, :, 0])

"""Replicates brought together: the points of one curve by the places they lie at.

Every model says the same of points at one place (x, second concentration, kind). So the sum of
squares is that of the weighted means of the places, and the scatter within the places, which no
parameter changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.models.model import Columns


class Places(NamedTuple):
    """The different places in order of their first points.

    ``row`` (points,) says at which of them each point lies.
    """

    at: Columns
    row: NDArray[np.intp]

    @property
    def size(self) -> int:
        return len(self.at.x)


class Means(NamedTuple):
    """Weighted means and summed weights (places,), and the scatter within the places."""

    y: Array
    weights: Array
    scatter: float


def places(at: Columns) -> Places:
    """The different places of these points."""
    columns = [one.tolist() for one in (at.x, at.conc, at.kind) if one is not None]
    numbers: dict[tuple[float | str, ...], int] = {}
    row = [numbers.setdefault(one, len(numbers)) for one in zip(*columns, strict=True)]
    if len(numbers) == len(row):
        return Places(at, np.arange(len(row)))
    first = dict(zip(reversed(row), range(len(row) - 1, -1, -1), strict=True))
    return Places(at.take(np.array([first[one] for one in range(len(first))])), np.array(row))


def means(found: Places, y: Array, weights: Array) -> Means:
    """Of responses and weights (points,), place by place; weights are above 0."""
    if found.size == len(y):
        return Means(y, weights, 0.0)
    total = np.bincount(found.row, weights).astype(np.float64)
    mean = np.bincount(found.row, weights * y) / total
    off = y - mean[found.row]
    return Means(mean, total, float(weights @ (off * off)))

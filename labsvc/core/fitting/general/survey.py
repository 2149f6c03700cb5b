"""The sums of squares of many places at once, good enough to choose starts from.

What the curves at the nodes of a grid look like does not depend on what was measured: it is kept
for the next plate of the same layout.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.basins import Apart

_FIRM = 1e-6  # of a column's length: less is left of none when the others are taken out of it


@dataclass(frozen=True, slots=True)
class Survey:
    """Places (places, searched) to be looked at; equal where ``key`` is, whatever was measured."""

    key: tuple[Hashable, ...]
    along: Apart = field(compare=False)
    places: Array = field(compare=False)


def surveyed(asked: Survey, kept: bool = True) -> Array | None:
    """The sums of squares at many places (places,): good enough to tell nodes apart.

    Not ``kept``: of weights that will not come again. None where something is left of the curve
    with the linear parameters at 0: what is made of columns would then be differences of large
    numbers.
    """
    task = asked.along.problem
    y = task.y * task.root_weights
    with np.errstate(all="ignore"):
        if not len(asked.along.linear):
            vectors = np.tile(asked.along.held[:, None], len(asked.places))
            vectors[asked.along.searched] = asked.places.T
            off = np.asarray(task.predict(vectors[:, :, None])) * task.root_weights - y
            sums = np.vecdot(off, off)
        else:
            found = _directions(asked) if kept else _directions.__wrapped__(asked)
            if found is None:
                return None
            sums = np.maximum(y @ y - np.add.reduce((found @ y) ** 2), 0.0)
    return np.where(np.isfinite(sums), sums, np.inf)


@lru_cache(maxsize=16)
def _directions(asked: Survey) -> Array | None:
    """The weighted columns at each place, made orthonormal: (linear, places, points).

    Kept, as they do not depend on what was measured: the same plate after plate. By Gram and
    Schmidt's way. Columns that cannot be told apart are 0.
    """
    task, count = asked.along.problem, len(asked.along.linear)
    vectors = np.empty((len(asked.along.held), count, len(asked.places)))
    vectors[:] = asked.along.held[:, None, None]
    vectors[asked.along.searched] = asked.places.T[:, None]
    if np.asarray(task.predict(vectors[:, 0, :1, None])).any():
        return None
    vectors[asked.along.linear, np.arange(count)] = 1.0
    found = np.asarray(task.predict(vectors.reshape(len(vectors), -1, 1))) * task.root_weights
    columns = found.reshape(count, len(asked.places), -1)
    sizes = np.vecdot(columns, columns)
    for row, column in enumerate(columns):
        size = np.vecdot(column, column)
        firm = (size > _FIRM**2 * sizes[row]) & np.isfinite(size)
        columns[row] *= np.where(firm, 1 / np.sqrt(np.where(firm, size, 1.0)), 0.0)[:, None]
        others = columns[row + 1 :]
        others -= np.vecdot(others, column)[:, :, None] * column
    return np.where(np.isfinite(columns), columns, 0.0)

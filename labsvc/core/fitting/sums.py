"""Sums over the points of curves that stand side by side: of each as if it stood there alone.

Not a bit of what is known of a curve may hang on its neighbours, or the same file would be filed
with other last digits depending on what it was worked out with. Of arrays (points, curves) numpy
adds the terms of each curve one after the other; but not of a single one, whose terms then lie next
to each other: those it adds in several strands. So a single curve is added up twice, side by side.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array

F = TypeVar("F", np.float32, np.float64)


def summed(terms: Array) -> Array:
    """Over the points of (..., points, curves), in C order."""
    if terms.shape[-1] > 1:
        return np.asarray(np.add.reduce(terms, -2))
    return np.asarray(np.add.reduce(terms.repeat(2, -1), -2)[..., :1])


def products(subscripts: str, *terms: Array) -> Array:
    """``np.einsum`` of arrays in C order, with the curves along the last axis of each."""
    if terms[0].shape[-1] > 1:
        return np.asarray(np.einsum(subscripts, *terms))
    twice = [one.repeat(2, -1) for one in terms]
    return np.asarray(np.einsum(subscripts, *twice)[..., :1])


def one_by_one(terms: NDArray[F], matrix: NDArray[F]) -> NDArray[F]:
    """``terms.T @ matrix`` for (points, curves) and (points, columns): one product for each curve.

    A product of the whole is done in blocks, in which the last curves are added up otherwise.
    """
    return np.asarray(np.matmul(np.ascontiguousarray(terms.T)[:, None], matrix)[:, 0])

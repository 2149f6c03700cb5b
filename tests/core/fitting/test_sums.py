"""Sums of curves side by side are, to the bit, those of each alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.sums import one_by_one, products, summed

CURVES = 40


def terms(points: int) -> Array:
    return np.random.default_rng(points).normal(0.0, 100.0, (points, CURVES))


@pytest.mark.parametrize("points", [5, 8, 16, 30])
@pytest.mark.parametrize("beside", [1, 2, 7])
def test_a_sum_hangs_on_no_neighbour(points: int, beside: int) -> None:
    """From eight terms on numpy adds those of a single row in strands."""
    rows, together = terms(points), summed(terms(points))
    for first in range(0, CURVES, beside):
        some = np.ascontiguousarray(rows[:, first : first + beside])
        assert (summed(some) == together[first : first + beside]).all()


@pytest.mark.parametrize("points", [5, 8, 16, 30])
@pytest.mark.parametrize("beside", [1, 2, 7])
def test_a_sum_of_products_hangs_on_no_neighbour(points: int, beside: int) -> None:
    """Also of several rows with several others."""
    rows = np.array([terms(points), terms(points) ** 2])
    together = products("ikn,jkn->ijn", rows, rows)
    for first in range(0, CURVES, beside):
        some = rows[:, :, first : first + beside].copy()
        found = products("ikn,jkn->ijn", some, some)
        assert (found == together[:, :, first : first + beside]).all()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("beside", [1, 2, 7])
def test_a_product_with_a_matrix_hangs_on_no_neighbour(kind: type, beside: int) -> None:
    """Nor on where the curve stands among them."""
    rows = terms(10).astype(kind)
    matrix: NDArray[Any] = np.random.default_rng(1).normal(0.0, 1.0, (10, 328)).astype(kind)
    together = one_by_one(rows, matrix)
    assert np.allclose(together, rows.T @ matrix, rtol=1e-4, atol=1e-2)
    for first in range(0, CURVES, beside):
        found = one_by_one(rows[:, first : first + beside], matrix)
        assert (found == together[first : first + beside]).all()


def test_sums_are_those_of_plain_arithmetic() -> None:
    """One term after the other."""
    rows = terms(9)
    expected = [sum(column) for column in rows.T.tolist()]
    assert summed(rows).tolist() == pytest.approx(expected, rel=1e-12)
    assert summed(rows[:, :1]).tolist() == pytest.approx(expected[:1], rel=1e-12)

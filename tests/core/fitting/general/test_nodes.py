"""The nodes of a grid: its hollows, their bottoms, and what lies far from them."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.nodes import (
    beside,
    bottom,
    different,
    finer,
    grid,
    hollows,
    lowered,
)

AXES = (tuple(range(9)), tuple(range(7)))
INDEX = grid(tuple(tuple(map(float, axis)) for axis in AXES))[2]


def two_bowls() -> np.ndarray:
    """Bottoms at (2.2, 1.9) and, higher, at (6.8, 4.1)."""
    x, y = np.meshgrid(*AXES, indexing="ij")
    first = (x - 2.2) ** 2 + (y - 1.9) ** 2 + (x - 2.2) * (y - 1.9)
    return np.minimum(first, (x - 6.8) ** 2 + (y - 4.1) ** 2 + 0.5)


def test_an_axis_is_made_finer_in_its_order() -> None:
    assert finer((1.0, 0.6, 2.0)) == (0.6, 0.8, 1.0, 1.5, 2.0)


def test_every_basin_is_a_hollow_the_lowest_first() -> None:
    rows = hollows(two_bowls(), 4)
    assert INDEX[:, rows].T.tolist() == [[2, 2], [7, 4]]


def test_the_bottom_of_a_tilted_bowl_is_found_between_the_nodes() -> None:
    """A parabola's exactly."""
    first, second = hollows(two_bowls(), 4)
    assert bottom(two_bowls(), first) == pytest.approx([0.2, -0.1])
    assert bottom(two_bowls(), second) == pytest.approx([-0.2, 0.1])


def test_at_the_end_of_the_grid_no_bottom_is_known() -> None:
    sums = np.add.outer(np.arange(5.0), np.arange(5.0))
    (corner,) = hollows(sums, 4)
    assert corner == 0
    assert bottom(sums, corner) is None


def test_beside_a_node_that_is_not_to_be_told_no_bottom_is_known() -> None:
    sums = two_bowls()
    sums[1, 1] = np.inf
    assert bottom(sums, hollows(sums, 4)[0]) is None


def test_a_valley_between_the_nodes_is_seen() -> None:
    """Its floor is 3 everywhere, a third of a node beside them."""
    x, _ = np.meshgrid(*AXES, indexing="ij")
    sums = 1000 * (x - 4.3) ** 2 + 3
    assert sums[4, 3] == pytest.approx(93.0)
    assert lowered(sums)[4] == pytest.approx(np.full(7, 3.0))
    assert lowered(sums)[0] == pytest.approx(sums[0])


def test_further_starts_are_no_neighbours_of_the_first() -> None:
    sums = two_bowls()
    chosen = beside(hollows(sums, 1), sums, INDEX, 3)
    away = np.abs(INDEX[:, chosen[1:]] - INDEX[:, [chosen[0]]]).max(axis=0)
    assert (away >= 4).all()
    assert chosen[1] == hollows(sums, 2)[1]


def test_of_twins_one_order_is_looked_at() -> None:
    """Two sites that change places are the same curve."""
    axes = ((1.0, 2.0, 3.0),) * 2
    seen = different(axes, ("one", "two"), ("one", "two"))
    assert grid(axes)[0][seen].tolist() == [[1, 2], [1, 3], [2, 3]]
    assert len(different(axes, ("one", "two"), None)) == 9

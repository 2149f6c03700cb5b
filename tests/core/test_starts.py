"""The start grid: the same sums of squares as the solver's, at every node."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.curves import LN10, inhibition
from labsvc.core.separable import Lanes, Place, project
from labsvc.core.starts import grid, scan

X = np.linspace(-4.5, 0.0, 10)[:, None]


@pytest.mark.parametrize(
    ("level_free", "amplitude_free"), [(True, True), (False, True), (False, False)]
)
def test_the_grid_has_the_solvers_sum_of_squares_at_every_node(
    level_free: bool, amplitude_free: bool
) -> None:
    """Matrix products and the projection agree, whichever plateaus are fixed."""
    y = inhibition(X, np.array([-3.0, -1.2]), -1.0, 1.0, 0.1)
    y = y - y.mean(axis=0) if level_free else y
    lanes = Lanes(
        X, np.full(y.shape, 2.0), y, np.full(2, -0.9), np.ones(2), level_free, amplitude_free
    )
    nodes = grid(X, None)
    sums = scan(lanes, nodes)
    for row, column in ((3, 0), (12, 2), (20, 4), (30, 7)):
        middle, slope = nodes.log10_ic50[row, column], nodes.slope[row, column]
        place = Place(np.zeros(2), np.full(2, LN10 * slope * middle), np.full(2, np.log(slope)))
        expected = project(lanes, place).sum_of_squares
        assert sums[row, column] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_nodes_reach_beyond_both_ends_of_the_tested_range() -> None:
    """And a zero concentration is no end of it."""
    nodes = grid(np.vstack([[[-1e6]], X]), None)
    assert -5.5 < nodes.log10_ic50.min() < -4.5
    assert nodes.log10_ic50.max() > 0.5


def test_a_grid_is_made_once_for_a_layout_and_a_slope() -> None:
    """The same concentrations again give the same grid; others, or another slope, do not."""
    assert grid(X.copy(), None) is grid(X, None)
    assert grid(X, 1.0).slope.shape[1] == 1
    assert grid(X[1:], None).log10_ic50.min() > grid(X, None).log10_ic50.min()

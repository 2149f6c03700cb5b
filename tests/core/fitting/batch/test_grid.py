"""The start grid: the same sums of squares as the solver's, at every node."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.grid import Coarse, Grid, grid, peaks, scan, scan_coarsely, summit
from labsvc.core.fitting.batch.separable import Lanes, sum_of_squares, view
from labsvc.core.fitting.curves import Array, inhibition

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
    nodes = grid(lanes, None)
    gained = scan(lanes, nodes)
    about = (lanes.weight * lanes.y**2).sum(axis=0)
    for node in (26, 98, 164, 247):
        middle, slope = nodes.log10_ic50[node], np.exp(nodes.log_slope[node])
        seen = view(lanes, np.full(2, middle))
        expected = sum_of_squares(seen, 0.0, np.full(2, slope))
        assert about - gained[:, node] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def lanes_at(x: Array) -> Lanes:
    """One curve without a slope, at these concentrations."""
    return Lanes(x, np.ones_like(x), np.zeros_like(x), np.zeros(1), np.ones(1), True, True)


def test_nodes_reach_beyond_both_ends_of_the_tested_range() -> None:
    """And a zero concentration is no end of it."""
    nodes = grid(lanes_at(np.vstack([[[-1e6]], X])), None)
    assert -5.5 < nodes.log10_ic50.min() < -4.5
    assert nodes.log10_ic50.max() > 0.5


def test_a_grid_is_made_once_for_a_layout_and_a_slope() -> None:
    """The same concentrations again give the same grid; others, or another slope, do not."""
    known = grid(lanes_at(X), None)
    assert grid(lanes_at(X.copy()), None) is known
    assert grid(lanes_at(X), 1.0).slopes == 1
    assert grid(lanes_at(X[1:]), None).log10_ic50.min() > known.log10_ic50.min()


def test_curves_weighted_differently_are_scanned_as_they_would_be_alone() -> None:
    """One weight for all curves goes a shorter way: the sums are the same."""
    rng = np.random.default_rng(3)
    weight, y = rng.uniform(0.5, 2.0, (10, 3)), rng.normal(size=(10, 3))
    y = y - (weight * y).sum(axis=0) / weight.sum(axis=0)
    lanes = Lanes(X, weight, y, np.zeros(3), np.ones(3), True, True)
    nodes = grid(lanes, None)
    together = scan(lanes, nodes)
    for n in range(3):
        assert np.allclose(together[n], scan(lanes.take(np.array([n])), nodes)[0])


def test_single_precision_tells_the_same_nodes_apart() -> None:
    """The coarse scan has seven digits of the fine one's."""
    y = np.random.default_rng(8).normal(size=(10, 5))
    lanes = Lanes(X, np.ones_like(y), y - y.mean(axis=0), np.zeros(5), np.ones(5), True, True)
    fine, coarse = scan(lanes, grid(lanes, None)), scan_coarsely(lanes, grid(lanes, None))
    assert np.abs(coarse - fine).max() < 1e-6 * fine.max()


def parabolic(seen: Grid, middle: float, log_slope: float) -> Coarse:
    """What nodes would gain (1, nodes) if that were a parabola with its top here."""
    off = (seen.log10_ic50 - middle) ** 2 + 0.5 * (seen.log_slope - log_slope) ** 2
    return (9.0 - off).astype(np.float32)[None, :]


def test_the_summit_of_a_parabola_is_found_between_its_nodes() -> None:
    """Log10 IC50 and ln slope, from the best node."""
    seen = grid(lanes_at(X), None)
    gained = parabolic(seen, -2.07, 0.13)
    first, row = gained.argmax(axis=1), np.array([0])
    middle, log_slope = summit(gained, seen, row, first)
    assert (middle[0], log_slope[0]) == pytest.approx((-2.07, 0.13), abs=1e-4)


def test_steep_nodes_and_those_at_an_end_are_their_own_summit() -> None:
    """There the sums of squares are no parabola, or only one side of it is known."""
    seen = grid(lanes_at(X), None)
    for middle, log_slope in ((-2.07, np.log(12.0)), (-9.0, np.log(0.1))):
        gained = parabolic(seen, middle, log_slope)
        first = gained.argmax(axis=1)
        found = summit(gained, seen, np.array([0]), first)
        assert np.concatenate(found).tolist() == [seen.log10_ic50[first[0]],
                                                  seen.log_slope[first[0]]]  # fmt: skip


def test_a_peak_is_no_lower_than_its_four_neighbours() -> None:
    """The best node is one; the node beside it is none."""
    seen = grid(lanes_at(X), None)
    gained = parabolic(seen, -2.07, 0.13)
    best = int(gained.argmax())
    found = peaks(gained, seen, np.array([0, 0]), np.array([best, best + 1]))
    assert found.tolist() == [True, False]

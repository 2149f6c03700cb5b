"""From many starts the lowest minimum, however many curves are asked for at once."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import Box
from labsvc.core.fitting.curves import Array, inhibition
from labsvc.core.fitting.general.starts import minimise

X = np.linspace(-4.5, 0.0, 10)[:, None]
BOX = Box(-10.5, 6.0)


def lanes_of(y: Array) -> Lanes:
    """Lanes of weight 1 for responses (points, n), both plateaus free."""
    n = y.shape[1]
    x = X if len(y) == len(X) else np.linspace(-12.0, 0.0, len(y))[:, None]
    return Lanes(x, np.ones_like(y), y - y.mean(axis=0), np.zeros(n), np.ones(n), True, True)


def noisy(count: int) -> Array:
    rng = np.random.default_rng(11)
    middle, hill = rng.uniform(-4.0, -0.5, count), -np.exp(rng.normal(0.0, 0.4, count))
    return inhibition(X, middle, hill, 1.0, 0.0) + rng.normal(0.0, 0.2, (len(X), count))


def test_more_curves_than_a_chunk_are_fitted_as_they_are_alone() -> None:
    """9,000 noisy curves, in chunks with the rest walked together: each as in a hundred."""
    lanes = lanes_of(noisy(9000))
    together = minimise(lanes, None, BOX)
    assert together.converged.mean() > 0.99
    for at in (0, 4050, 4450, 8900):
        rows = np.arange(at, at + 100)
        few = minimise(lanes.take(rows), None, BOX)
        assert together.sum_of_squares[rows] == pytest.approx(few.sum_of_squares, rel=1e-9)


def test_a_step_that_hides_a_lower_hollow_is_left_behind() -> None:
    """Two steps between 13 concentrations: the lower sum of squares is found wherever it lies."""
    for high in range(2, 12):
        y = np.where(np.arange(13) < high, 1.0, 0.0)[:, None] + 0.0
        y[high] = 0.55  # one point on the way down
        found = minimise(lanes_of(y), None, Box(-18.0, 6.0))
        assert found.sum_of_squares[0] < 1e-12


def test_a_fixed_slope_is_kept() -> None:
    """Only the place is searched for."""
    found = minimise(lanes_of(noisy(50)), 1.0, BOX)
    assert found.slope == pytest.approx(1.0, rel=1e-12)


def test_the_order_of_the_curves_changes_nothing() -> None:
    """Asked for from last to first, each reaches the same sum of squares."""
    lanes = lanes_of(noisy(400))
    turned = np.arange(399, -1, -1)
    forth, back = minimise(lanes, None, BOX), minimise(lanes.take(turned), None, BOX)
    assert forth.sum_of_squares == pytest.approx(back.sum_of_squares[turned], rel=1e-9)

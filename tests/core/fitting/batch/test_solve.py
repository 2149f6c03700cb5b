"""The batched solver, against finite differences and a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from labsvc.core.fitting.batch.separable import Lanes, Place
from labsvc.core.fitting.batch.solve import Box, descend
from labsvc.core.fitting.curves import Array, inhibition
from labsvc.core.fitting.general.starts import minimise

X = np.linspace(-4.5, 0.0, 10)
BOX = Box(-10.5, 6.0)


def lanes_of(y: Array, level_free: bool = True, amplitude: float | None = None) -> Lanes:
    """Lanes with weight 3 for responses (10, n), already centred where the level is free."""
    n = y.shape[1]
    return Lanes(
        x=X[:, None],
        weight=np.full(y.shape, 3.0),
        y=y - y.mean(axis=0) if level_free else y,
        amplitude=np.full(n, amplitude if amplitude is not None else 0.0),
        sign=np.ones(n),
        level_free=level_free,
        amplitude_free=amplitude is None,
    )


def noisy(seed: int, n: int, noise: float) -> Array:
    """Falling curves scaled to 1, with gaussian noise."""
    rng = np.random.default_rng(seed)
    middle, hill = rng.uniform(-3.8, -0.7, n), -np.exp(rng.normal(0.0, 0.5, n))
    clean = inhibition(X[:, None], middle, hill, 1.0, 0.0)
    return clean + rng.normal(0.0, noise, clean.shape)


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.25])
def test_no_optimiser_started_at_the_truth_or_elsewhere_gets_lower(noise: float) -> None:
    """30 seeded curves each: scipy's least squares from several starts finds nothing lower."""
    y = noisy(7, 30, noise)
    lanes = lanes_of(y)
    found = minimise(lanes, None, BOX)
    for n in range(y.shape[1]):
        lowest = min(_scipy(y[:, n], start) for start in ((-3.5, -1.0), (-2.0, -1.0), (-1.0, -2.0)))
        assert found.sum_of_squares[n] <= lowest * (1 + 1e-8)


def _scipy(y: Array, start: tuple[float, float]) -> float:
    def residual(p: Array) -> Array:
        return np.asarray(np.sqrt(3.0) * (inhibition(X, *p) - y))

    bounds = ([-10.5, -200.0, -np.inf, -np.inf], [6.0, -0.05, np.inf, np.inf])
    found = least_squares(residual, [*start, 1.0, 0.0], bounds=bounds, xtol=1e-14, ftol=1e-14)
    return float(2 * found.cost)


def test_curves_solved_together_equal_curves_solved_alone() -> None:
    """A neighbour in the batch changes nothing."""
    lanes = lanes_of(noisy(3, 20, 0.1))
    together = minimise(lanes, None, BOX)
    for n in (0, 7, 19):
        alone = minimise(lanes.take(np.array([n])), None, BOX)
        assert alone.log10_ic50[0] == pytest.approx(together.log10_ic50[n], abs=1e-9)


def test_the_same_data_give_the_same_bytes() -> None:
    """No random starts, no clocks."""
    lanes = lanes_of(noisy(4, 50, 0.2))
    first, second = minimise(lanes, None, BOX), minimise(lanes, None, BOX)
    assert first.log10_ic50.tobytes() == second.log10_ic50.tobytes()
    assert first.slope.tobytes() == second.slope.tobytes()


def test_a_fixed_slope_stays_fixed() -> None:
    """Even one beyond the limits of the search."""
    place = Place(np.array([-2.0]), np.array([0.1]), np.log([500.0]))
    found = descend(lanes_of(noisy(5, 1, 0.05)), place, BOX, (True, False))
    assert found.log_slope[0] == pytest.approx(np.log(500.0))

"""Profile limits: on the threshold, open where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.profile import limits
from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import Box
from labsvc.core.fitting.curves import LN10, Array, inhibition
from labsvc.core.fitting.general.starts import minimise

X = np.linspace(-4.5, 0.0, 10)[:, None]
BOX = Box(-10.5, 6.0)


def lanes_of(middle: float, noise: float) -> Lanes:
    """20 seeded curves with their middle here."""
    rng = np.random.default_rng(11)
    y = inhibition(X, middle, -1.0, 1.0, 0.0) + rng.normal(0.0, noise, (10, 20))
    ones = np.ones_like(y)
    return Lanes(X, ones, y - y.mean(axis=0), np.zeros(20), np.ones(20), True, True)


def least_at(lanes: Lanes, n: int, middle: float) -> float:
    """The lowest sum of squares at this log10 IC50, by trying 4,000 slopes."""
    slope = np.exp(np.linspace(np.log(0.05), np.log(200.0), 4000))[:, None]
    shape = 1 / (1 + np.exp(np.clip(slope * LN10 * (lanes.x.T - middle), -700, 700)))
    shape = shape - shape.mean(axis=1, keepdims=True)
    y = lanes.y[:, n]
    return float((y @ y) - ((shape @ y) ** 2 / np.maximum((shape**2).sum(axis=1), 1e-30)).max())


def test_at_a_closed_limit_the_sum_of_squares_is_at_the_threshold() -> None:
    """Both limits of 20 curves, against a brute search over slopes."""
    lanes = lanes_of(-2.2, 0.1)
    best = minimise(lanes, None, BOX)
    rise = best.sum_of_squares * 0.8
    for ends in limits(lanes, best, rise, np.full(20, 0.2), True, BOX):
        assert np.isfinite(ends).sum() >= 18
        for n in np.flatnonzero(np.isfinite(ends)).tolist():
            reached = least_at(lanes, n, ends[n]) - best.sum_of_squares[n]
            assert reached / rise[n] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("stride", [1e-4, 0.05, 1.0])
def test_the_first_stride_does_not_change_the_answer(stride: float) -> None:
    """The quick way and the careful way arrive at the same limits."""
    lanes = lanes_of(-2.2, 0.05)
    best = minimise(lanes, None, BOX)
    rise: Array = best.sum_of_squares * 0.5
    expected = limits(lanes, best, rise, np.full(20, 0.1), True, BOX)
    found = limits(lanes, best, rise, np.full(20, stride), True, BOX)
    assert np.allclose(expected, found, atol=1e-6, equal_nan=True)


def test_without_a_lower_plateau_the_upper_end_is_open() -> None:
    """The middle at the last concentration, noisy: no upper limit, and the lower one is there."""
    lanes = lanes_of(0.5, 0.1)
    best = minimise(lanes, None, BOX)
    rise = best.sum_of_squares * 0.8
    _, high = limits(lanes, best, rise, np.full(20, 0.3), True, BOX)
    assert np.isnan(high).sum() >= 15


def decades_apart() -> Lanes:
    """60 seeded curves of 7 concentrations a decade apart, as plates in singlet have them."""
    x = np.linspace(-6.0, 0.0, 7)[:, None]
    rng = np.random.default_rng(5)
    y = inhibition(x, rng.uniform(-4.0, -2.0, 60), -1.2, 1.0, 0.0) + rng.normal(0, 0.04, (7, 60))
    return Lanes(x, np.ones_like(y), y - y.mean(axis=0), np.zeros(60), np.ones(60), True, True)


def test_a_limit_is_not_taken_in_a_valley_that_another_slope_undercuts() -> None:
    """Between wide-spaced doses a step may fit as well: no slope at all is below the threshold."""
    lanes = decades_apart()
    best = minimise(lanes, None, BOX)
    rise = best.sum_of_squares * 10.13 / 3
    for ends in limits(lanes, best, rise, np.full(60, 0.2), True, BOX):
        for n in np.flatnonzero(np.isfinite(ends)).tolist():
            reached = least_at(lanes, n, ends[n]) - best.sum_of_squares[n]
            assert reached / rise[n] == pytest.approx(1.0, abs=0.01)


def test_just_inside_a_limit_the_sum_of_squares_is_below_the_threshold() -> None:
    """Also where the limit is a cliff at a tested concentration: a hair inside, it is lower."""
    lanes = decades_apart()
    best = minimise(lanes, None, BOX)
    rise = best.sum_of_squares * 10.13 / 3
    low, high = limits(lanes, best, rise, np.full(60, 0.2), True, BOX)
    for ends, inwards in ((low, 1e-3), (high, -1e-3)):
        for n in np.flatnonzero(np.isfinite(ends)).tolist():
            assert least_at(lanes, n, ends[n] + inwards) < best.sum_of_squares[n] + rise[n]

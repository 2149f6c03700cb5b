"""Brackets of profile limits: the limit is inside, and an open end is said to be open."""

from __future__ import annotations

import numpy as np

from labsvc.core.fitting.batch.leap import Search
from labsvc.core.fitting.batch.profile import limits
from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import Box
from labsvc.core.fitting.curves import inhibition
from labsvc.core.fitting.general.brackets import Bracket, bracket, inside, places
from labsvc.core.fitting.general.starts import minimise

X = np.linspace(-4.5, 0.0, 10)[:, None]
BOX = Box(-10.5, 6.0)


def search_of(middle: float) -> tuple[Search, np.ndarray, np.ndarray]:
    """20 seeded curves with their middle here, and where their minima are."""
    rng = np.random.default_rng(8)
    y = inhibition(X, middle, -1.0, 1.0, 0.0) + rng.normal(0.0, 0.1, (10, 20))
    lanes = Lanes(X, np.ones_like(y), y - y.mean(axis=0), np.zeros(20), np.ones(20), True, True)
    best = minimise(lanes, None, BOX)
    rise = 0.8 * best.sum_of_squares
    return Search(lanes, True, BOX, best.sum_of_squares, rise), best.log10_ic50, np.log(best.slope)


def test_a_closed_limit_lies_in_its_bracket() -> None:
    """The limits that the profile finds, and the grid's brackets: within a width of each other."""
    search, middle, log_slope = search_of(-2.2)
    found = bracket(search, middle, log_slope, np.ones(20))
    best = minimise(search.lanes, None, BOX)
    _, high = limits(search.lanes, best, search.rise, np.full(20, 0.1), True, BOX)
    assert np.isfinite(inside(found, high)).sum() == np.isfinite(high).sum() >= 18


def test_a_curve_that_never_comes_down_has_no_bracket_above() -> None:
    """The middle at the last concentration: open upwards, closed downwards."""
    search, middle, log_slope = search_of(0.0)
    assert np.isnan(bracket(search, middle, log_slope, np.ones(20)).outside).sum() >= 15
    assert np.isfinite(bracket(search, middle, log_slope, -np.ones(20)).outside).sum() >= 15


def test_an_end_outside_its_bracket_is_not_kept() -> None:
    """Nor one on the other side of the minimum, where the bracket begins at it."""
    one = np.ones(4)
    found = Bracket(0 * one, one, np.array([-1.0, -1.0, -0.5, -0.5]), one, one, one)
    kept = inside(found, np.array([0.5, -0.1, -0.1, 3.5]))
    assert np.isfinite(kept).tolist() == [True, False, True, False]


def test_places_are_close_together_at_tested_concentrations() -> None:
    """A step's limit is a cliff a few thousandths of a decade from one of them."""
    search, *_ = search_of(-2.2)
    positions = np.unique(places(search, None).log10_ic50)
    for x in X.ravel():
        assert (np.abs(positions - x) < 0.01).sum() >= 6
    assert (positions[0], positions[-1]) == BOX

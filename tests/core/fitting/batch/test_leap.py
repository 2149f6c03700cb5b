"""Newton's method to a profile limit: on the threshold, or nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.leap import Search, by_slope, leap
from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import Box
from labsvc.core.fitting.curves import inhibition
from labsvc.core.fitting.general.starts import minimise

X = np.linspace(-4.5, 0.0, 10)[:, None]
BOX = Box(-10.5, 6.0)
Y = inhibition(X, -2.2, -1.0, 1.0, 0.0) + np.random.default_rng(11).normal(0.0, 0.05, (10, 20))
LANES = Lanes(X, np.ones_like(Y), Y - Y.mean(axis=0), np.zeros(20), np.ones(20), True, True)
BEST = minimise(LANES, None, BOX)
SEARCH = Search(LANES, True, BOX, BEST.sum_of_squares, 0.5 * BEST.sum_of_squares)


def test_a_leap_ends_where_the_best_slope_is_at_the_threshold() -> None:
    """From 0.1 decades out; no slope that is tried is lower, and one is about as low."""
    ends = leap(SEARCH, BEST.log10_ic50 + 0.1, np.log(BEST.slope))
    assert np.isfinite(ends).all()
    above = by_slope(LANES, ends).min(axis=0) - SEARCH.least - SEARCH.rise
    assert (above > -1e-6 * SEARCH.rise).all()
    assert (ends > BEST.log10_ic50).all()


def test_where_there_is_no_threshold_a_leap_says_so() -> None:
    """A rise as large as the whole spread is never reached: NaN, and no warning."""
    hopeless = Search(LANES, True, BOX, BEST.sum_of_squares, np.full(20, 100.0))
    assert np.isnan(leap(hopeless, BEST.log10_ic50 + 0.5, np.log(BEST.slope))).all()


@pytest.mark.parametrize("count", [1, 20])
def test_sums_by_slope_do_not_depend_on_how_many_lanes_there_are(count: int) -> None:
    """They are worked through in portions."""
    rows = np.arange(count)
    alone = by_slope(LANES.take(rows), BEST.log10_ic50[rows])
    assert np.allclose(alone, by_slope(LANES, BEST.log10_ic50)[:, rows])

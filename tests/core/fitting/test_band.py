"""The confidence band of the mean curve."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.band import band, flat_band
from labsvc.core.fitting.curves import LOG_OF_ZERO
from labsvc.core.fitting.evidence import Evidence

SEEN = Evidence(
    n_points=20, free=(True,) * 4, log10_ic50=-7.0, hill=-1.0, top=100.0, bottom=0.0,
    stderr=(0.0, 0.0, 2.0, 0.0), dependency=(0.5,) * 4, covariance=np.diag([0.0, 0.0, 4.0, 0.0]),
    limits=(-7.1, -6.9), sum_of_squares=1.0, about_mean=95.0, mean=50.0,
    tested=(LOG_OF_ZERO, -9.0, -5.0), means=(), converged=True, slope_at_limit=False,
)  # fmt: skip


def test_where_only_the_top_is_uncertain_the_band_is_that_of_the_top() -> None:
    """df 16: half width t = 2.120 times 2 at low concentrations, none at high ones."""
    points = band(SEEN)
    assert points[0].high - points[0].value == pytest.approx(2.120 * 2, rel=0.01)
    assert points[-1].high - points[-1].value < 0.05


def test_a_zero_concentration_does_not_stretch_the_band() -> None:
    """From a quarter of a decade below the lowest real concentration to as much above."""
    points = band(SEEN)
    assert points[0].concentration_m == pytest.approx(10**-9.25)
    assert points[-1].concentration_m == pytest.approx(10**-4.75)


def test_without_an_effect_the_band_is_the_mean_and_its_interval() -> None:
    """s = sqrt(95/19), n = 20, t = 2.093: half width 1.0465."""
    points = flat_band(SEEN)
    assert {point.value for point in points} == {50.0}
    assert points[0].high - 50.0 == pytest.approx(1.0465, abs=1e-4)

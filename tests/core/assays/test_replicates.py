"""Means and scatter."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.assays.replicates import Spread, amount, counted, place, spread
from labsvc.model.result import Point

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


def test_mean_and_sample_sd_of_a_worked_example() -> None:
    """2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squares 32, SD the root of 32/7."""
    found = spread([2, 4, 4, 4, 5, 5, 7, 9])
    assert found == Spread(5.0, math.sqrt(32 / 7), 8)
    assert found.cv_percent == pytest.approx(42.761799)


def test_nothing_has_no_mean_and_one_value_has_no_sd() -> None:
    """Never 0, which would read as perfect replicates."""
    assert spread([]) is None
    alone = spread([7.0])
    assert alone == Spread(7.0, None, 1)
    assert alone.cv_percent is None


def test_a_mean_of_zero_has_no_cv() -> None:
    """Net counts may be around zero."""
    found = spread([-1.0, 1.0])
    assert found is not None
    assert (found.mean, found.cv_percent) == (0.0, None)


def test_a_negative_mean_has_a_cv_above_zero() -> None:
    """A net control below background still scatters."""
    assert spread([-9.0, -11.0]) == Spread(-10.0, math.sqrt(2), 2)
    assert Spread(-10.0, 1.0, 2).cv_percent == 10.0


@given(VALUES)
def test_the_spread_is_that_of_the_standard_library(values: list[float]) -> None:
    """statistics.mean and statistics.stdev, to rounding."""
    found = spread(values)
    assert found is not None
    assert found.mean == pytest.approx(statistics.mean(values), rel=1e-9, abs=1e-6)
    assert found.sd == pytest.approx(statistics.stdev(values), rel=1e-9, abs=1e-6)


def test_masked_points_other_roles_and_unknown_counts_are_not_counted() -> None:
    """Only the unmasked totals that have a count."""
    points = [
        Point("A01", "total", cpm=10.0),
        Point("A02", "total", cpm=20.0, masked="air bubble"),
        Point("A03", "total", cpm=None),
        Point("B01", "nonspecific", cpm=1.0),
    ]
    assert counted(points, "total") == [10.0]
    assert counted(points, "total", "nonspecific") == [10.0, 1.0]


def test_the_unit_chooses_between_cpm_and_dpm() -> None:
    """A point has both; the protocol counts in one."""
    point = Point("A01", "total", cpm=40.0, dpm=100.0)
    assert (amount(point), amount(point, "dpm")) == (40.0, 100.0)
    assert counted([point], "total", unit="dpm") == [100.0]


def test_a_tube_is_named_with_its_rack() -> None:
    """Position 2 alone is in every rack."""
    assert place(Point("2", "sample", rack="7")) == "rack 7 position 2"
    assert place(Point("B07", "sample")) == "B07"


def test_figures_no_counter_ever_had_stop_nothing() -> None:
    """A file may say 1e300 cpm: the scatter is infinite, and that is told and not a crash."""
    found = spread([1e300, 0.0])
    assert found is not None
    assert (found.mean, found.sd) == (5e299, float("inf"))

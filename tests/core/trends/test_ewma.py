"""The moving average against the worked cases of Montgomery and of the NIST/SEMATECH handbook."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from labsvc.core.trends.ewma import ewma
from labsvc.core.trends.guides import given
from tests.core.trends.charted import MONTGOMERY, STANDARD, daily


def test_montgomery_s_series_signals_at_its_29th_and_30th_value() -> None:
    """Weight 0.1, limit 2.7: the average is 10.6468 there and the limit 10.6187."""
    chart = ewma(daily(MONTGOMERY), given(10.0, 1.0))
    (signal,) = chart.signals
    assert (signal.first, signal.last, signal.runs) == (28, 29, ("r28", "r29"))
    assert chart.average[28] == pytest.approx(10.646823454576364)
    assert chart.high[28] == pytest.approx(10.618734995875531)
    assert chart.average[:3] == pytest.approx((9.945, 9.7495, 9.70355))


# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4: mean 50, SD 2.0539, weight 0.3, 3 SD.
HANDBOOK = (
    52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
    49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
)  # fmt: skip
AVERAGES = (
    50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
    50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99,
)  # fmt: skip


def test_the_handbook_s_averages_stay_within_its_limits() -> None:
    """It draws the limits level, which the exact ones have come to by the twentieth value."""
    chart = ewma(daily(HANDBOOK), given(50, 2.0539), weight=0.3, limit=3.0)
    assert chart.average == pytest.approx(AVERAGES, abs=0.0051)
    assert (chart.low[-1], chart.high[-1]) == pytest.approx((47.4115, 52.5884), abs=0.0002)
    assert chart.signals == ()


def test_every_average_and_limit_of_the_reference(shared: Path) -> None:
    """All thirty lines."""
    with (shared / "truth/data/qc/spc_montgomery30.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    chart = ewma(daily([float(one["x"]) for one in lines]), given(10.0, 1.0))
    assert chart.average == pytest.approx([float(one["ewma_l0.1"]) for one in lines])
    assert chart.high == pytest.approx([float(one["ucl_L2.7"]) for one in lines])
    assert chart.low == pytest.approx([float(one["lcl_L2.7"]) for one in lines])


def test_the_signal_says_where_the_average_stands() -> None:
    (signal,) = ewma(daily(MONTGOMERY), given(10.0, 1.0)).signals
    assert signal.sentence == (
        "EWMA: the moving average is above its limits from run r28 (2026-01-29) to "
        "run r29 (2026-01-30); it reads 10.6 there, and the mean is 10."
    )


def test_weight_one_is_the_values_themselves() -> None:
    """With limits that do not widen."""
    chart = ewma(daily([0.5, -1.0, 3.1]), STANDARD, weight=1.0, limit=3.0)
    assert chart.average == (0.5, -1.0, 3.1)
    assert chart.high == (3.0, 3.0, 3.0)
    assert [one.runs for one in chart.signals] == [("r2",)]


def test_a_slow_drift_is_found_and_a_steady_series_is_not() -> None:
    """0.05 SD a run from the fortieth on: no single value beyond 3 SD is needed."""
    steady = np.random.default_rng(1).normal(0, 1, 80)
    drifting = steady + 0.05 * np.maximum(np.arange(80) - 40, 0)
    assert ewma(daily(list(steady)), STANDARD).signals == ()
    first = ewma(daily(list(drifting)), STANDARD).signals[0]
    assert 40 < first.first < 75
    assert "above" in first.sentence


@pytest.mark.parametrize(("weight", "limit"), [(0.0, 2.7), (1.1, 2.7), (0.1, 0.0)])
def test_a_weight_or_limit_that_is_none_is_refused(weight: float, limit: float) -> None:
    with pytest.raises(ValueError, match="0 < weight <= 1"):
        ewma(daily([1.0]), STANDARD, weight=weight, limit=limit)

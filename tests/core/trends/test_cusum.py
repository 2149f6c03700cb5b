"""The sums against the worked cases of Montgomery and of the NIST/SEMATECH handbook."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from labsvc.core.trends.cusum import cusum
from labsvc.core.trends.guides import given
from tests.core.trends.charted import MONTGOMERY, STANDARD, daily


def test_montgomery_s_series_passes_5_at_its_29th_value_and_began_at_its_23rd() -> None:
    """C+ is 5.28 at 29 (his table); it was zero last at 22, so the shift is dated to 23."""
    chart = cusum(daily(MONTGOMERY), given(10.0, 1.0))
    assert chart.above[28] == pytest.approx(5.28)
    assert chart.above[21] == 0
    (signal,) = chart.signals
    assert (signal.first, signal.last, signal.runs[0]) == (22, 29, "r22")
    assert signal.sentence == (
        "CUSUM: values have added up above the mean since run r22 (2026-01-23); the sum passed "
        "5 SD at run r28 (2026-01-29) (5.28)."
    )


# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3 (tabular CUSUM): twenty means of four,
# target 325, SD of such a mean 1.27 / 2, k 0.3175 and h 4.1959; the sums as printed, to 0.01.
HANDBOOK = (
    324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600,
    324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
)  # fmt: skip
HIGH = (0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04)
LOW = (0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31, *([0] * 9))


def test_the_handbook_s_sums_and_the_seven_that_it_marks() -> None:
    """Both columns; those over h are the values 14 to 20, and they add up from 13 on."""
    sd = 0.635
    chart = cusum(daily(HANDBOOK), given(325, sd), slack=0.3175 / sd, limit=4.1959 / sd)
    assert [sd * one for one in chart.above] == pytest.approx(HIGH, abs=0.0051)
    assert [sd * one for one in chart.below] == pytest.approx(LOW, abs=0.0051)
    assert [at + 1 for at, one in enumerate(chart.above) if one > chart.limit] == [*range(14, 21)]
    assert [(one.first + 1, one.last + 1) for one in chart.signals] == [(13, 20)]


def test_every_sum_of_the_reference(shared: Path) -> None:
    """All thirty lines, both sides."""
    with (shared / "truth/data/qc/spc_montgomery30.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    chart = cusum(daily([float(one["x"]) for one in lines]), given(10.0, 1.0))
    assert chart.above == pytest.approx([float(one["cusum_plus"]) for one in lines])
    assert chart.below == pytest.approx([float(one["cusum_minus"]) for one in lines])


def test_a_shift_is_tied_to_the_lot_that_changed_with_it() -> None:
    """A new lot of membranes at run 10, and from there on everything a SD and a half lower."""
    values = [0.2, -0.3, 0.1, 0.4, -0.2, 0.3, -0.1, 0.0, 0.6, 0.1, *([-1.5] * 8)]
    lots = [{"membranes": "M1" if at < 10 else "M2"} for at in range(18)]
    (signal,) = cusum(daily(values, lots=lots), STANDARD).signals
    assert signal.first == 10
    assert signal.sentence.endswith("; the membranes changed from M1 to M2 at run r10.")


def test_a_steady_series_has_no_signal_and_a_shifted_one_has() -> None:
    """One SD from the fiftieth run on."""
    steady = np.random.default_rng(1).normal(0, 1, 80)
    shifted = steady - (np.arange(80) >= 50)
    assert cusum(daily(list(steady)), STANDARD).signals == ()
    assert "below" in cusum(daily(list(shifted)), STANDARD).signals[0].sentence


@pytest.mark.parametrize(("slack", "limit"), [(-0.1, 5.0), (0.5, 0.0)])
def test_a_slack_or_limit_that_is_none_is_refused(slack: float, limit: float) -> None:
    with pytest.raises(ValueError, match="K of 0 or more"):
        cusum(daily([1.0]), STANDARD, slack=slack, limit=limit)

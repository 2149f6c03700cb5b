"""How well two controls stand apart, against worked figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labsvc.core.assays.replicates import Spread, spread
from labsvc.core.qc.separation import signal_to_noise, signal_window, ssmd, z_factor

HIGH, LOW = Spread(1000.0, 40.0, 4), Spread(100.0, 30.0, 4)


def test_by_hand() -> None:
    """1000 +- 40 and 100 +- 30: 900 apart, 3 x 70 = 210, and sqrt(40^2 + 30^2) = 50."""
    assert z_factor(HIGH, LOW) == pytest.approx(1 - 210 / 900)
    assert ssmd(HIGH, LOW) == pytest.approx(900 / 50)
    assert signal_to_noise(HIGH, LOW) == pytest.approx(900 / 30)
    assert signal_window(HIGH, LOW) == pytest.approx((900 - 210) / 40)


def test_the_worked_plate(shared: Path) -> None:
    """Eight totals and eight non-specific wells."""
    case = json.loads((shared / "truth/data/qc/zprime_worked.json").read_bytes())
    wanted = case["expected"]
    upper, lower = spread(case["max_total_cpm"]), spread(case["min_nsb_cpm"])
    assert z_factor(upper, lower) == pytest.approx(wanted["Z_prime"])
    assert ssmd(upper, lower) == pytest.approx(wanted["SSMD=(mh-ml)/sqrt(sh^2+sl^2)"])
    assert signal_to_noise(upper, lower) == pytest.approx(wanted["S:N=(mh-ml)/sd_min"])
    window = wanted["signal_window_AGM=((mh-3*sh)-(ml+3*sl))/sh"]
    assert signal_window(upper, lower) == pytest.approx(window)


@pytest.mark.parametrize("statistic", [z_factor, ssmd, signal_to_noise, signal_window])
def test_without_scatter_of_both_controls_there_is_no_figure(statistic: object) -> None:
    """A single well, none, or (where it divides) an SD of zero."""
    assert callable(statistic)
    single = Spread(1000.0, None, 1)
    assert statistic(HIGH, None) is None
    assert statistic(HIGH, Spread(100.0, None, 1)) is None
    assert statistic(None, LOW) is None
    assert statistic(single, Spread(1000.0, 0.0, 2)) is None


def test_z_of_equal_means_is_none() -> None:
    """Not minus infinity."""
    assert z_factor(HIGH, Spread(1000.0, 1.0, 4)) is None

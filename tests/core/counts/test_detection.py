"""Counting errors, limits of detection, dead time."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.counts.detection import (
    Rate,
    currie,
    live_seconds,
    net_rate,
    two_sigma_percent,
    without_dead_time,
)


def test_two_sigma_of_a_count() -> None:
    """160000 counts are known to 0.5 %, 10000 to 2 % (QuantaSmart manual)."""
    assert two_sigma_percent(160000) == 0.5
    assert two_sigma_percent(10000) == 2.0
    assert two_sigma_percent(0) is None


def test_a_net_rate_has_the_variance_of_both_counts() -> None:
    """5200 counts in 2 min less 600 in 20 min: 2570 +- 36.076 cpm."""
    found = net_rate(5200, 2, 600, 20)
    assert found is not None
    assert found.cpm == 2570.0
    assert found.sd == pytest.approx(36.076308015094895, rel=1e-12)
    assert found.two_sigma_percent == pytest.approx(2.807494787166918, rel=1e-12)


@pytest.mark.parametrize("given", [(5200, 0, 600, 20), (5200, 2, 600, 0), (-1, 2, 600, 20)])
def test_no_rate_without_counting_time_or_below_zero(given: tuple[float, ...]) -> None:
    """No infinite rate."""
    assert net_rate(*given) is None
    assert Rate(0.0, 1.0).two_sigma_percent is None


def test_limits_of_detection_beside_a_paired_blank() -> None:
    """60 blank counts: critical 18.05, detectable 38.73 (Currie 1968)."""
    found = currie(60)
    assert found is not None
    assert found.critical == pytest.approx(18.048102393326563, rel=1e-12)
    assert found.detection == pytest.approx(38.728745119728984, rel=1e-12)
    assert currie(-1) is None


def test_the_limits_keep_what_they_promise() -> None:
    """Of 200000 blanks 5 % pass for a signal; of sources at the detection limit 95 % do."""
    rng, limits = np.random.default_rng(4), currie(60)
    assert limits is not None
    blank, paired = rng.poisson(60, 200_000), rng.poisson(60, 200_000)
    source = rng.poisson(60 + limits.detection, 200_000)
    assert np.mean(blank - paired > limits.critical) == pytest.approx(0.05, abs=0.005)
    assert np.mean(source - paired > limits.critical) == pytest.approx(0.95, abs=0.01)


def test_dead_time_of_a_nonparalysable_counter() -> None:
    """800000 measured with 250 ns dead each are a million; a saturated counter tells nothing."""
    assert without_dead_time(8e5, 250e-9) == pytest.approx(1e6, rel=1e-12)
    assert without_dead_time(100.0, 0.0) == 100.0
    assert without_dead_time(4e6, 250e-9) is None


def test_live_time_where_dead_time_is_a_factor() -> None:
    """100 s with a factor of 1.125 are 88.889 s; below 1 it is no such factor."""
    assert live_seconds(100, 1.125) == pytest.approx(88.88888888888889, rel=1e-12)
    assert live_seconds(100, 0.9) is None

"""Quantiles from printed tables."""

from __future__ import annotations

import pytest

from labsvc.core.student import f_tail, t_quantile


def test_t_for_95_percent_intervals_is_that_of_the_tables() -> None:
    """Two-sided 95 %: 12.706 at 1 degree of freedom, 2.228 at 10, 1.980 at 120."""
    assert t_quantile(1) == pytest.approx(12.706, abs=5e-4)
    assert t_quantile(10) == pytest.approx(2.228, abs=5e-4)
    assert t_quantile(120) == pytest.approx(1.980, abs=5e-4)


def test_f_at_its_tabled_5_percent_point_has_that_tail() -> None:
    """F(0.95; 3, 20) = 3.10."""
    assert f_tail(3.098, 3, 20) == pytest.approx(0.05, abs=1e-4)

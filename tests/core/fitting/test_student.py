"""Quantiles from printed tables, and to the last digits from scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from labsvc.core.fitting.student import beta_fraction, f_tail, t_quantile


def test_t_for_95_percent_intervals_is_that_of_the_tables() -> None:
    """Two-sided 95 %: 12.706 at 1 degree of freedom, 2.228 at 10, 1.980 at 120."""
    assert t_quantile(1) == pytest.approx(12.706, abs=5e-4)
    assert t_quantile(10) == pytest.approx(2.228, abs=5e-4)
    assert t_quantile(120) == pytest.approx(1.980, abs=5e-4)


def test_f_at_its_tabled_5_percent_point_has_that_tail() -> None:
    """F(0.95; 3, 20) = 3.10."""
    assert f_tail(3.098, 3, 20) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize("degrees", [*range(1, 200), 1_000, 20_000, 10**6])
def test_t_agrees_with_scipy(degrees: int) -> None:
    """From one degree of freedom to a million."""
    assert t_quantile(degrees) == pytest.approx(special.stdtrit(degrees, 0.975), rel=1e-9)


@given(st.floats(1e-6, 1e6), st.integers(1, 300), st.integers(1, 5_000))
def test_the_tail_of_f_agrees_with_scipy(f: float, between: int, within: int) -> None:
    """Also far out, where it is small."""
    expected = special.fdtrc(between, within, f)
    assert f_tail(f, between, within) == pytest.approx(expected, rel=1e-9, abs=1e-290)


@given(st.floats(0.5, 500), st.floats(0.5, 500), st.integers(0, 2**40))
def test_the_two_tails_of_beta_make_one(a: float, b: float, steps: int) -> None:
    """I_x(a, b) + I_(1-x)(b, a) = 1, at places where 1 - x is exact."""
    x = steps / 2**40
    assert beta_fraction(a, b, x) + beta_fraction(b, a, 1 - x) == pytest.approx(1, abs=1e-10)


def test_no_effect_at_all_and_a_perfect_one_have_their_tails() -> None:
    """Zero and infinity are answers too."""
    assert f_tail(0.0, 3, 20) == 1.0
    assert f_tail(float("inf"), 3, 20) == 0.0


@pytest.mark.parametrize(("degrees", "probability"), [(0, 0.975), (5, 1.0), (5, 0.3)])
def test_what_has_no_quantile_is_refused(degrees: int, probability: float) -> None:
    """A wrong argument is a fault of the caller."""
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(degrees, probability)

"""Which of two nested models."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from scipy import stats

from labsvc.core.fitting.compare import aicc, compare, compare_sums, two_sites
from labsvc.errors import ConfigError
from labsvc.model.result import Fit, Parameter

ONE = Fit("inhibition_3pl", "converged", 30, {}, residual_ss=400.0, degrees_of_freedom=27)
TWO = Fit(
    "two_site_competition", "converged", 30,
    {"log10_ic50_hi": Parameter(-9.0, "log10 M"), "log10_ic50_lo": Parameter(-7.0, "log10 M"),
     "fraction_hi": Parameter(0.3, "")},
    residual_ss=150.0, degrees_of_freedom=25,
)  # fmt: skip


def moved(**values: float) -> Fit:
    changed = {name: Parameter(value, "") for name, value in values.items()}
    return replace(TWO, parameters={**TWO.parameters, **changed})


def test_f_and_p_are_those_of_the_extra_sum_of_squares() -> None:
    found = compare_sums(30, (400.0, 27), (150.0, 25))
    assert found.f == pytest.approx((250 / 2) / (150 / 25))
    assert found.p == pytest.approx(float(stats.f.sf(found.f, 2, 25)), rel=1e-9)
    assert found.prefers_full


def test_aicc_counts_the_variance_as_a_parameter() -> None:
    """n ln(SS/n) + 2K + 2K(K+1)/(n-K-1), K = 4 of three parameters."""
    assert aicc(400.0, 30, 3) == pytest.approx(30 * log(400 / 30) + 8 + 40 / 25)
    assert aicc(400.0, 5, 3) is None
    assert aicc(0.0, 30, 3) is None


def test_sums_that_are_not_nested_are_refused() -> None:
    with pytest.raises(ConfigError, match="found 25 degrees of freedom of the simple model and 27"):
        compare_sums(30, (400.0, 25), (150.0, 27))


def test_fits_of_different_points_are_refused() -> None:
    with pytest.raises(ConfigError, match="fits of 30 and 29 points"):
        compare(ONE, replace(TWO, n_points=29))


def test_a_fit_without_numbers_cannot_be_compared() -> None:
    assert compare(replace(ONE, residual_ss=None), TWO) is None
    assert two_sites(replace(ONE, residual_ss=None), TWO)[0] is False


def test_two_sites_are_taken_when_everything_speaks_for_them() -> None:
    taken, why = two_sites(ONE, TWO)
    assert taken
    assert why.startswith("Two sites, 2.00 decades apart")


@pytest.mark.parametrize(
    ("two", "why"),
    [
        (replace(TWO, residual_ss=390.0), "two are no better"),
        (moved(log10_ic50_lo=-8.5), "0.50 decades apart, not 1"),
        (moved(fraction_hi=0.97), "would hold 3 %"),
        (replace(TWO, status="ambiguous"), "do not settle"),
    ],
)
def test_one_site_is_kept_when_anything_speaks_against_two(two: Fit, why: str) -> None:
    taken, said = two_sites(ONE, two)
    assert not taken
    assert why in said

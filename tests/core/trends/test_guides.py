"""Guide sets: the first accepted runs, or given ones."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from labsvc.core.trends.guides import first_accepted, given, scores
from labsvc.core.trends.series import Guide
from tests.core.trends.charted import STANDARD, daily


def test_the_first_accepted_runs_make_the_guide_set() -> None:
    """1 ... 5: mean 3, SD sqrt(2.5); the run that was not accepted and the later ones stay out."""
    series = daily([1.0, 99.0, 2.0, 3.0, 4.0, 5.0, 50.0])
    series = (series[0], replace(series[1], accepted=False), *series[2:])
    guide = first_accepted(series, 5)
    assert isinstance(guide, Guide)
    assert guide.mean == 3.0
    assert guide.sd == pytest.approx(math.sqrt(2.5))
    assert guide.runs == ("r0", "r2", "r3", "r4", "r5")


def test_too_few_runs_make_no_limits() -> None:
    """And it is said how many there are."""
    assert first_accepted(daily([1.0] * 7)) == "limits need 20 accepted runs and there are 7"


def test_values_without_scatter_make_no_limits() -> None:
    """An SD of zero would make a signal of every later run."""
    told = first_accepted(daily([4.0] * 20))
    assert told == "the first 20 accepted runs do not scatter, so no limits can be drawn"


def test_a_guide_set_of_four_is_refused() -> None:
    with pytest.raises(ValueError, match="4 runs is too small"):
        first_accepted(daily([1.0, 2.0]), 4)


@pytest.mark.parametrize("sd", [0.0, -1.0, math.nan, math.inf])
def test_a_given_sd_must_be_above_zero(sd: float) -> None:
    with pytest.raises(ValueError, match="an SD above zero is needed"):
        given(10.0, sd)


def test_scores_count_in_sd_from_the_mean() -> None:
    """13 is two SD of 1.5 above 10."""
    assert scores(daily([13.0, 8.5]), given(10.0, 1.5)) == [2.0, -1.0]


def test_a_value_that_is_no_number_is_refused_with_its_run() -> None:
    """It would make every later average no number."""
    with pytest.raises(ValueError, match="run r1 is no number"):
        scores(daily([1.0, math.nan]), STANDARD)

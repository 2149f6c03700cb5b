"""Axes: ticks people expect, never too many, always inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.filing.axes import (
    Scale,
    linear_ticks,
    log_range,
    log_ticks,
    response_range,
    response_ticks,
)

logs = st.floats(-14, 0)
spans = st.floats(1.0, 12.0)


def labels(ticks):
    return [tick.label for tick in ticks if tick.label]


def test_decades_are_written_with_their_own_unit():
    """1e-9, 1e-8 ... read 1 nM, 10 nM ... and pass to µM."""
    assert labels(log_ticks(-9.2, -4.8, most=6)) == ["1 nM", "10 nM", "100 nM", "1 µM", "10 µM"]


def test_minor_ticks_stand_at_two_to_nine():
    """Between two decades there are eight minor ticks, without labels."""
    between = [tick for tick in log_ticks(-9, -7, most=5) if -9 < tick.value < -8]
    assert len(between) == 8
    assert labels(between) == []


def test_too_many_decades_are_thinned_to_whole_units():
    """Where only three labels fit, every third decade is labelled: nM, µM, mM."""
    assert labels(log_ticks(-10.5, -1.5, most=3)) == ["1 nM", "1 µM", "1 mM"]


def test_a_narrow_range_is_labelled_within_the_decade():
    """A range of about one decade still says two concentrations or more."""
    assert labels(log_ticks(-8.1, -7.2, most=5)) == ["10 nM", "20 nM", "50 nM"]


@given(logs, spans, st.integers(2, 8))
def test_log_ticks_are_few_ordered_and_inside(low, span, most):
    """Whatever the range: at most ``most`` labels, none twice, in order, inside the axis."""
    ticks = log_ticks(low, low + span, most=most)
    values = [tick.value for tick in ticks]
    assert 1 <= len(labels(ticks)) <= most
    assert len(set(labels(ticks))) == len(labels(ticks))
    assert values == sorted(values)
    assert all(low - 1e-6 <= value <= low + span + 1e-6 for value in values)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(3, 9))
def test_linear_ticks_are_few_distinct_and_inside(low, span, most):
    """Whatever the range: at most ``most`` ticks, inside, no two with the same label."""
    ticks = linear_ticks(low, low + span, most=most)
    assert 1 <= len(ticks) <= most
    assert all(low - span / 100 <= tick.value <= low + span * 1.01 for tick in ticks)
    if abs(low) < 100 * span:
        assert len(set(labels(ticks))) == len(ticks)


def test_linear_ticks_fall_on_round_numbers():
    assert labels(linear_ticks(0, 2600, most=4)) == ["0", "1000", "2000"]
    assert labels(linear_ticks(0, 0.43, most=6)) == ["0", "0.1", "0.2", "0.3", "0.4"]


def test_an_axis_just_short_of_a_round_number_still_has_ticks():
    """Three ticks allowed on 1 ... 400002: a step of 500000 would leave the axis bare."""
    assert [tick.value for tick in linear_ticks(1.0, 400002.0, most=3)] == [200000.0, 400000.0]


def test_a_percent_axis_says_nothing_fifty_and_a_hundred():
    """Gridlines of a percent axis are at 0, 50 and 100; 25 and 75 are minors."""
    low, high = response_range([3.0, 96.0], percent=True)
    ticks = response_ticks(low, high, percent=True)
    assert labels(ticks) == ["0", "50", "100"]
    assert [tick.value for tick in ticks] == [0, 25, 50, 75, 100]


def test_one_wild_well_does_not_flatten_every_curve():
    """Percent stays within -50 ... 200 and its air, whatever a single well says."""
    low, high = response_range([-900.0, 50.0, 4000.0], percent=True)
    assert low > -80
    assert high < 230


def test_values_that_are_no_numbers_do_not_move_an_axis():
    assert response_range([None, float("nan"), float("inf"), 5.0], percent=False)[1] < 6
    assert log_range([None, 0.0, float("nan")]) == (-9.0, -5.0)


@pytest.mark.parametrize("molars", [[1e-7], [1e-7, 1.1e-7], [1e-12, 1e-3]])
def test_a_concentration_axis_is_a_decade_wide_at_the_least(molars):
    low, high = log_range(molars)
    assert high - low >= 1.0 - 1e-9


def test_a_scale_runs_from_start_to_end_either_way_up():
    """Pixels run downwards on a screen: the low end may have the larger pixel."""
    up = Scale(0.0, 100.0, 300.0, 100.0)
    assert (up(0.0), up(50.0), up(100.0)) == (300.0, 200.0, 100.0)
    assert up.clamped(-40.0) == 300.0
    assert up.tenths([-40.0, 50.0, 140.0, 1e308]) == [3000, 2000, 1000, 1000]

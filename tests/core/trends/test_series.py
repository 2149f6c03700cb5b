"""Stretches of places, and the runs in them."""

from __future__ import annotations

from labsvc.core.trends.series import runs_of, stretches
from tests.core.trends.charted import daily


def test_consecutive_places_are_one_stretch() -> None:
    """A gap of one begins another."""
    assert stretches([3, 4, 5, 7, 9, 10]) == [(3, 5), (7, 7), (9, 10)]
    assert stretches([]) == []


def test_a_run_with_two_values_is_named_once() -> None:
    """In the order of filing."""
    series = daily([1.0, 2.0, 3.0, 4.0], runs=["a", "b", "b", "c"])
    assert runs_of(series, 1, 3) == ("b", "c")

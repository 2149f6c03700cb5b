"""The x axes of amounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labsvc.filing.courseaxis import Across, dose_axis, log_axis, minutes_axis


def test_minutes_begin_at_zero() -> None:
    """And leave a little air after the last."""
    axis = minutes_axis([1.0, 30.0], 0.0, 104.0)
    assert (axis.pixel(0.0), axis.title) == (0.0, "time (min)")
    assert 99.0 < axis.pixel(30.0) <= 100.1
    assert axis.says(5.0) == "5 min"
    assert [one.says for one in axis.ticks] == ["0", "10", "20", "30"]


@pytest.mark.parametrize(
    ("most", "unit"), [(2e-8, "nM"), (3e-6, "µM"), (5e-11, "pM"), (2e-3, "mM")]
)
def test_concentrations_are_in_the_unit_that_suits_them(most: float, unit: str) -> None:
    axis = dose_axis([most / 10, most], 0.0, 100.0)
    assert axis.title == f"concentration ({unit})"
    assert axis.says(most).endswith(unit)


def test_a_logarithmic_axis_has_zero_below_the_lowest() -> None:
    """It is labelled 0, and only where there is one."""
    axis = log_axis([0.0, 1e-9, 1e-7], 0.0, 100.0)
    assert axis.pixel(0.0) < axis.pixel(1e-9) < axis.pixel(1e-7) < 100.0
    assert axis.ticks[0].says == "0"
    assert [one.says for one in axis.ticks[1:]] == ["1 nM", "10 nM", "100 nM"]
    assert log_axis([1e-9, 1e-7], 0.0, 100.0).ticks[0].says == "1 nM"


def test_lines_go_from_end_to_end_or_to_where_they_stop() -> None:
    axis = minutes_axis([10.0], 0.0, 100.0)
    assert axis.along()[-1] == pytest.approx(10.4)
    assert axis.along(8.0)[-1] == 8.0
    assert log_axis([0.0, 1e-9], 0.0, 100.0).along()[0] == pytest.approx(10 ** (-9 - 0.7))


@pytest.mark.parametrize("make", [minutes_axis, dose_axis, log_axis])
def test_no_value_at_all_still_makes_an_axis(make: Callable[..., Across]) -> None:
    """A run whose points were all lost is drawn empty."""
    assert make([], 0.0, 100.0).ticks

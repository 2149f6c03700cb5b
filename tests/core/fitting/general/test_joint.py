"""One model on several series: which place each parameter has."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.joint import Series, layout, predictor, problem
from labsvc.core.models import MODELS, Columns

MODEL = MODELS["michaelis_menten"]
TWO = [
    Series(name, Columns(np.array(x)), np.zeros(len(x)), np.ones(len(x)))
    for name, x in (("a", [1e-7, 1e-6]), ("b", [1e-8, 1e-7, 1e-5]))
]


def test_shared_parameters_have_one_place() -> None:
    """km is one for both, vmax one for each."""
    plan = layout(MODEL, TWO, {}, {}, ["log10_km"])
    assert plan.slots.tolist() == [[0, 0], [1, 2]]
    assert plan.size == 3
    assert plan.named(np.array([-6.0, 10.0, 20.0]), 1) == {"log10_km": -6.0, "vmax": 20.0}


def test_points_of_all_series_stand_in_a_row() -> None:
    plan = layout(MODEL, TWO, {}, {}, ["log10_km"])
    (found,) = predictor(plan)(np.array([-7.0, 10.0, 20.0])[:, None, None])
    assert found == pytest.approx([5.0, 100 / 11, 20 / 11, 10.0, 2000 / 101])


def test_a_shared_parameter_may_be_wherever_any_series_allows() -> None:
    task = problem(layout(MODEL, TWO, {}, {}, ["log10_km"]), np.ones(5))
    assert (task.lower[0], task.upper[0]) == (pytest.approx(-14.0), pytest.approx(1.0))
    assert task.linear.tolist() == [False, True, True]


def test_what_is_held_is_not_searched_for() -> None:
    plan = layout(MODEL, TWO, {}, {"log10_km": -6.0}, ())
    task = problem(plan, np.ones(5))
    assert task.free.tolist() == [False, True, True]
    assert plan.ranges == ({}, {})


def test_one_of_several_can_be_looked_at_alone() -> None:
    plan = layout(MODEL, TWO, {}, {}, ["log10_km"]).alone(1)
    assert (plan.size, plan.series[0].name) == (2, "b")
    assert plan.places("vmax").tolist() == [1]

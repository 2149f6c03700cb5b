"""The start is global: no guess has to be right."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.startgrid import _nodes, search
from labsvc.core.fitting.general.joint import Series, layout, problem
from labsvc.core.fitting.general.leastsquares import minimise
from labsvc.core.models import MODELS, Columns


@pytest.mark.parametrize("log10_kd", [-10.5, -9.0, -7.5, -6.0])
def test_a_kd_anywhere_in_the_range_is_found(log10_kd: float) -> None:
    x = np.geomspace(1e-11, 1e-6, 11)
    y = 500 * x / (10**log10_kd + x)
    plan = layout(
        MODELS["saturation_specific"], [Series("", Columns(x), y, np.ones(11))], {},
        {"hill": 1.0}, (),
    )  # fmt: skip
    found = search(plan, np.ones(11))
    assert plan.named(found.values, 0)["log10_kd"] == pytest.approx(log10_kd, abs=1e-9)


def test_two_sites_are_found_however_they_lie() -> None:
    """The best of 20 pairs of sites, each from a single noise-free curve."""
    x = np.geomspace(1e-11, 1e-4, 15)
    model = MODELS["two_site_competition"]
    for high in (-9.5, -8.0):
        for low in (-7.0, -5.5):
            truth = {"log10_ic50_hi": high, "log10_ic50_lo": low, "fraction_hi": 0.4,
                     "top": 100.0, "bottom": 5.0}  # fmt: skip
            y = np.asarray(model.curve(truth, Columns(x), {}))
            plan = layout(model, [Series("", Columns(x), y, np.ones(15))], {}, {}, ())
            assert search(plan, np.ones(15)).sum_of_squares < 1e-16


def test_shared_parameters_start_from_what_each_series_says() -> None:
    """Two curves of one Kd, of which one alone hardly shows it."""
    model, series = MODELS["saturation_specific"], []
    for name, x in (("low", np.geomspace(1e-11, 1e-10, 5)), ("all", np.geomspace(1e-10, 1e-7, 7))):
        series.append(Series(name, Columns(x), 300 * x / (2e-9 + x), np.ones(len(x))))
    plan = layout(model, series, {}, {"hill": 1.0}, ["log10_kd", "bmax"])
    found = plan.named(search(plan, np.ones(12)).values, 0)
    seen = [10 ** found["log10_kd"], found["bmax"]]
    assert seen == pytest.approx([2e-9, 300.0], rel=1e-6, abs=0)


def test_a_curve_in_one_parameter_starts_from_its_hollows_alone() -> None:
    """One clear minimum: one start, nearer than half a step of the grid; and so for weak data."""
    x = np.geomspace(1e-11, 1e-6, 11)
    plan = layout(
        MODELS["saturation_specific"], [Series("", Columns(x), 500 * x / (3e-9 + x), np.ones(11))],
        {}, {"hill": 1.0}, (),
    )  # fmt: skip
    (start,) = _nodes(plan, problem(plan, np.ones(11)))
    assert plan.named(start, 0)["log10_kd"] == pytest.approx(np.log10(3e-9), abs=0.15)


@pytest.mark.parametrize("seed", range(6))
def test_no_node_of_the_grid_leads_lower_than_the_hollows(seed: int) -> None:
    """Scatter as large as the curve: every node as a start ends no lower than what was found."""
    rng = np.random.default_rng(seed)
    x = np.geomspace(1e-10, 1e-7, 8)
    y = 500 * x / (10 ** rng.uniform(-10, -7) + x) + rng.normal(0, 250, 8)
    plan = layout(
        MODELS["saturation_specific"], [Series("", Columns(x), y, np.ones(8))], {},
        {"hill": 1.0}, (),
    )  # fmt: skip
    task, found = problem(plan, np.ones(8)), search(plan, np.ones(8)).sum_of_squares
    for place in np.linspace(-11, -6, 21):
        start = np.array([place if name == "log10_kd" else 1.0 for name in plan.model.names])
        assert minimise(task, start, 60).sum_of_squares > found * (1 - 1e-9)

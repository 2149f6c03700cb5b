"""The quick search against the thorough one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from labsvc.core.fitting.batch.startgrid import search
from labsvc.core.fitting.general.joint import Layout, Series, layout, problem
from labsvc.core.fitting.general.leastsquares import minimise
from labsvc.core.fitting.general.quicksearch import quickly
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-4, 12)
SITES = {"log10_ic50_hi": -8.4, "log10_ic50_lo": -6.1, "fraction_hi": 0.45, "top": 1500.0,
         "bottom": 150.0}  # fmt: skip


def two_sites(seed: int, scatter: float) -> Layout:
    model = MODELS["two_site_competition"]
    y = np.asarray(model.curve(SITES, Columns(X), {}))
    y = y * np.random.default_rng(seed).normal(1.0, scatter, len(X))
    return layout(model, [Series("", Columns(X), y, np.ones(len(X)))], {}, {}, ())


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_the_thorough_search_finds(seed: int) -> None:
    """Two sites, searched for as two spans: the same five parameters to eight digits."""
    plan = two_sites(seed, 0.01)
    task = problem(plan, np.ones(len(X)))
    found = quickly(plan, task)
    form = replace(plan.model, linearly=None, twins=None)
    known = search(replace(plan, model=form), np.ones(len(X)))
    assert found is not None
    ordered = plan.model.ordered(plan.named(minimise(task, known.values).values, 0))
    assert plan.named(found.values, 0) == pytest.approx(ordered, rel=1e-8)


def test_points_without_scatter_are_left_to_the_thorough_search() -> None:
    plan = two_sites(0, 0.0)
    assert quickly(plan, problem(plan, np.ones(len(X)))) is None


def test_a_minimum_at_a_bound_is_left_to_the_thorough_search() -> None:
    """One site: the other wants a share below nothing."""
    model, x = MODELS["saturation_specific"], X
    one = Series(
        "", Columns(x), np.random.default_rng(3).normal(100.0, 9.0, len(x)), np.ones(len(x))
    )
    plan = layout(model, [one], {}, {}, ())
    assert quickly(plan, problem(plan, one.share)) is None


def test_a_straight_line_is_solved_for() -> None:
    one = Series("", Columns(X * 1e4), 3.0 * X * 1e4 + 1.0 + np.sin(X * 1e5), np.ones(len(X)))
    plan = layout(MODELS["linear"], [one], {}, {}, ())
    found = quickly(plan, problem(plan, one.share))
    assert found is not None
    assert found.values == pytest.approx(np.polyfit(one.at.x, one.y, 1), rel=1e-9)

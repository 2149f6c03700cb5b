"""Where walks start: near the minimum, and from every basin that the grid shows."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.basins import apart
from labsvc.core.fitting.general.joint import Layout, Series, layout, problem
from labsvc.core.fitting.general.leastsquares import Problem, minimise
from labsvc.core.fitting.general.startplaces import alone, starting_places
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-6, 14)
HOT = np.tile(np.geomspace(5e-11, 2e-8, 8), 2)
COUNTED = {"volume_ml": 0.5, "cpm_per_fmol": 100.0}


def hill(seed: int, scatter: float = 0.04) -> tuple[Layout, Problem]:
    """Fourteen concentrations about a curve of Hill slope 1.3."""
    share = X**1.3 / (10 ** (1.3 * -8.1) + X**1.3)
    y = 900 * share * np.random.default_rng(seed).normal(1, scatter, len(X)) + 5
    one = Series("", Columns(X), y, np.ones(len(X)))
    plan = layout(MODELS["saturation_specific"], [one], {}, {}, ())
    return plan, problem(plan, one.share)


def depleted(seed: int) -> tuple[Layout, Problem]:
    model, kind = MODELS["saturation_depletion"], np.repeat(["total", "nonspecific"], 8)
    at = Columns(HOT, None, kind)
    truth = {"log10_kd": -9.3, "bmax": 9000.0, "ns": 0.02}
    y = np.asarray(model.curve(truth, at, COUNTED))
    y = y * np.random.default_rng(seed).normal(1, 0.05, 16)
    plan = layout(model, [Series("", at, y, np.ones(16))], COUNTED, {}, ())
    return plan, problem(plan, np.ones(16))


def starts(plan: Layout, task: Problem) -> np.ndarray:
    along = apart(task)
    assert along is not None
    found = starting_places(plan, along)
    assert found is not None
    return found.at


@pytest.mark.parametrize("seed", range(4))
def test_the_one_basin_is_started_from_near_its_bottom(seed: int) -> None:
    """Within a tenth of a decade, and a fifth of the slope."""
    plan, task = hill(seed)
    (start,) = starts(plan, task)
    known = minimise(task, np.array([-8.0, 900.0, 1.0])).values[[0, 2]]
    assert (np.abs(start - known) < [0.1, 0.2]).all()


@pytest.mark.parametrize("seed", range(4))
def test_with_depletion_the_free_ligand_shows_where_to_start(seed: int) -> None:
    """A fifth of a decade and a fifth of both others off at the most: one basin."""
    plan, task = depleted(seed)
    (start,) = starts(plan, task)
    known = minimise(task, np.array([-9.3, 9000.0, 0.02])).values
    assert abs(start[0] - known[0]) < 0.2
    assert start[1:] == pytest.approx(known[1:], rel=0.2)


def test_responses_that_no_ligand_explains_are_left_to_the_grid() -> None:
    """More non-specific than total binding: a negative Bmax is no start."""
    plan, _ = depleted(1)
    one = plan.series[0]
    turned = layout(plan.model, [Series("", one.at, one.y[::-1], one.share)], COUNTED, {}, ())
    assert (starts(turned, problem(turned, one.share))[:, 1] > 0).all()


def test_without_an_effect_there_are_starts_far_apart() -> None:
    """Where no bowl is seen one start is not enough."""
    plan, _ = hill(1)
    noise = np.random.default_rng(3).normal(100.0, 9.0, len(X))
    flat = Series("", plan.series[0].at, noise, np.ones(len(X)))
    plan = layout(plan.model, [flat], {}, {}, ())
    assert len(starts(plan, problem(plan, flat.share))) > 1


def test_what_is_nearly_as_low_far_off_is_started_from_too() -> None:
    """Not what is not."""
    plan, task = hill(1)
    along = apart(task)
    assert along is not None
    found = starting_places(plan, along)
    assert found is not None
    reached = minimise(task, np.array([-8.0, 900.0, 1.0])).sum_of_squares
    assert found.further(1, 1.35 * reached) is None
    assert found.further(1, 1000 * reached) is not None


def test_values_in_the_only_basin_are_known_to_be() -> None:
    """And others are not."""
    plan, task = hill(2)
    found = minimise(task, np.array([-8.0, 900.0, 1.0]))
    away = found.values + np.array([1.5, 0.0, 0.0])
    assert alone(plan, task, found.values, found.sum_of_squares)
    assert not alone(plan, task, away, found.sum_of_squares)

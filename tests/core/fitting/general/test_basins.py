"""Several searched parameters: the bottom of a basin is that of the general search."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.basins import apart, heights, settled, walk
from labsvc.core.fitting.general.joint import Series, layout, problem
from labsvc.core.fitting.general.leastsquares import Problem, look, minimise
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-6, 14)


def task(seed: int, model: str = "saturation_specific", **held: float) -> Problem:
    """Fourteen concentrations with 4 % of scatter about a curve of Hill slope 1.3."""
    rng = np.random.default_rng(seed)
    share = X**1.3 / (10 ** (1.3 * rng.uniform(-9, -7)) + X**1.3)
    y = (900 * share + 5) * rng.normal(1, 0.04, len(X))
    one = Series("", Columns(X), y, np.ones(len(X)))
    return problem(layout(MODELS[model], [one], {}, held, ()), one.share)


def searched(of: Problem, at: list[float]) -> np.ndarray:
    along = apart(of)
    assert along is not None
    return walk(along, np.array([at]), np.full((1, len(at)), 0.5)).at[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_bottom_is_the_minimum_of_the_general_search(seed: int) -> None:
    """Of Levenberg and Marquardt's, to eight digits in every parameter, and its residuals."""
    of = task(seed)
    along = apart(of)
    assert along is not None
    values, here, still = settled(along, searched(of, [-8.0, 1.0]))
    assert still
    known = minimise(of, np.array([-8.0, 900.0, 1.0]))
    assert values == pytest.approx(known.values, rel=1e-8)
    assert here.sum_of_squares == pytest.approx(known.sum_of_squares, rel=1e-12)
    assert here.jacobian == pytest.approx(look(of, known.values).jacobian, rel=1e-5, abs=1e-4)


def test_slopes_are_those_of_the_heights() -> None:
    """Half of them, as neighbouring heights have it."""
    along = apart(task(1))
    assert along is not None
    at = np.array([-8.2, 1.1])
    for direction in np.eye(2) * 1e-5:
        found = heights(along, np.array([at - direction, at, at + direction]))
        slope = (found.sums[2] - found.sums[0]) / 2e-5
        assert 2 * found.slopes[1] @ direction * 1e5 == pytest.approx(slope, rel=1e-6)


def test_a_walk_that_leaves_its_bounds_does_not_rest() -> None:
    """No effect at all: the slope runs off."""
    rng = np.random.default_rng(5)
    of = task(1)
    along = apart(Problem(of.predict, rng.normal(0, 1, 14), of.root_weights, of.lower, of.upper,
                          of.linear, derive=of.derive))  # fmt: skip
    assert along is not None
    found = walk(along, np.array([[-8.0, 1.0]]), np.full((1, 2), 0.5))
    inside = (found.at[0] > of.lower[[0, 2]]).all() and (found.at[0] < of.upper[[0, 2]]).all()
    assert inside
    assert not found.rested[0]


def test_columns_that_cannot_be_told_apart_have_no_height() -> None:
    """Two phases at one rate are one phase."""
    x = np.linspace(0.0, 60.0, 12)
    one = Series("", Columns(x), np.exp(-x / 9), np.ones(12))
    along = apart(problem(layout(MODELS["dissociation_two_phase"], [one], {}, {}, ()), one.share))
    assert along is not None
    assert np.isinf(heights(along, np.array([[-1.0, -1.0]])).sums[0])

"""Weights by prediction."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.joint import Series, layout
from labsvc.core.fitting.general.reweight import Weights, by_prediction, fit_weighted
from labsvc.core.models import MODELS, Columns

X = np.array([0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10])
Y = np.array([76.0, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200])


def test_each_weight_is_what_it_says() -> None:
    predicted = np.array([4.0, 0.25, -4.0])
    assert by_prediction("1/y", predicted) == pytest.approx([0.25, 4.0, 0.25])
    assert by_prediction("1/y2", predicted) == pytest.approx([1 / 16, 16.0, 1 / 16])
    assert by_prediction("poisson", predicted) == pytest.approx([0.25, 1.0, 0.25])


def test_no_weight_is_without_bounds() -> None:
    """A curve through zero: its weight ends at that of a ten-thousandth of the largest."""
    assert by_prediction("1/y", np.array([100.0, 0.0])) == pytest.approx([0.01, 100.0])
    assert by_prediction("1/y2", np.zeros(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("weights", ["1/y", "1/y2", "poisson"])
def test_the_weights_are_those_of_their_own_fit(weights: Weights) -> None:
    """At the end, weighting by what came out gives the same fit again."""
    plan = layout(MODELS["michaelis_menten"], [Series("", Columns(X), Y, np.ones(12))], {}, {}, ())
    found = fit_weighted(plan, weights)
    values = plan.named(found.minimum.values, 0)
    predicted = values["vmax"] * X / (10 ** values["log10_km"] + X)
    assert found.settled
    of_places = np.bincount(plan.spots[0].row, by_prediction(weights, predicted))
    seen = found.problem.root_weights[: found.problem.places] ** 2
    assert seen == pytest.approx(of_places)


def test_poisson_weights_solve_the_likelihood() -> None:
    """sum (y/f - 1) df/dtheta = 0: the score of the Poisson likelihood."""
    plan = layout(MODELS["michaelis_menten"], [Series("", Columns(X), Y, np.ones(12))], {}, {}, ())
    values = plan.named(fit_weighted(plan, "poisson").minimum.values, 0)
    km, vmax = 10 ** values["log10_km"], values["vmax"]
    predicted = vmax * X / (km + X)
    for gradient in (X / (km + X), -vmax * X / (km + X) ** 2):
        terms = (Y / predicted - 1) * gradient
        assert abs(terms.sum()) < 1e-8 * np.abs(terms).sum()


def test_the_fixed_point_is_one_however_it_is_reached() -> None:
    """By one call, and by fitting again and again with the weights of the curve before."""
    x = np.repeat(np.geomspace(1e-10, 1e-5, 11), 3)
    at, model = Columns(x), MODELS["inhibition_4pl"]
    truth = {"log10_ic50": -7.2, "hill": -0.9, "top": 1500.0, "bottom": 150.0}
    y = np.asarray(model.curve(truth, at, {}))
    y = y * np.random.default_rng(8).normal(1.0, 0.05, len(x))
    plan = layout(model, [Series("", at, y, np.ones(33))], {}, {}, ())
    found = fit_weighted(plan, "1/y2").minimum.values
    by_hand = fit_weighted(plan, "none").minimum.values
    for _ in range(30):
        curve = np.asarray(model.curve(plan.named(by_hand, 0), at, {}))
        again = layout(model, [Series("", at, y, 1 / curve**2)], {}, {}, ())
        by_hand = fit_weighted(again, "none").minimum.values
    assert found == pytest.approx(by_hand, rel=1e-9)

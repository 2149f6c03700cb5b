"""What is known of a minimum."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.limits import Numbers, numbers
from labsvc.core.fitting.general.joint import Layout, Series, layout
from labsvc.core.fitting.general.reweight import fit_weighted
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-7, 12)
NOISE = np.random.default_rng(20260305).normal(size=12)


def seen(model: str, y: np.ndarray, held: dict[str, float]) -> Numbers:
    plan: Layout = layout(MODELS[model], [Series("", Columns(X), y, np.ones(12))], {}, held, ())
    return numbers(plan, fit_weighted(plan, "none"))


def test_noisy_points_have_profile_limits() -> None:
    found = seen("michaelis_menten", 500 * X / (2e-9 + X) + 5 * NOISE, {})
    assert (found.method, found.df) == ("profile", 10)
    assert np.all(found.low < found.minimum.values)
    assert np.all(found.minimum.values < found.high)
    assert found.flat_p is not None
    assert found.flat_p < 1e-9


def test_exact_points_have_asymptotic_ones() -> None:
    """A profile of rounding errors would be nonsense."""
    found = seen("michaelis_menten", 500 * X / (2e-9 + X), {})
    assert found.method == "asymptotic"
    assert found.high - found.low == pytest.approx([0.0, 0.0], abs=1e-9)
    assert found.flat_p == 0.0


def test_no_effect_is_as_good_for_scatter() -> None:
    """The F test has the right size: p is spread evenly where there is no effect."""
    found = seen("michaelis_menten_nonsaturable", 1e9 * X + NOISE, {})
    assert found.flat_p is not None
    assert found.flat_p > 0.05


def test_sites_are_put_in_order() -> None:
    """Whichever way round the search found them."""
    truth = {"log10_ic50_hi": -9.2, "log10_ic50_lo": -7.6, "fraction_hi": 0.6, "top": 100.0,
             "bottom": 0.0}  # fmt: skip
    model = MODELS["two_site_competition"]
    y = np.asarray(model.curve(truth, Columns(X), {})) + 0.01 * NOISE
    values = dict(zip(model.names, seen(model.name, y, {}).minimum.values, strict=True))
    assert values["log10_ic50_hi"] < values["log10_ic50_lo"]
    assert values["fraction_hi"] == pytest.approx(0.6, abs=0.05)

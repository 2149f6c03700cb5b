"""The confidence band of any model, against the batched fitter's and against linear algebra."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.errorband import error_band
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.core.fitting.student import t_quantile
from labsvc.errors import ConfigError

X = tuple(np.repeat(np.geomspace(1e-10, 1e-5, 9), 2).tolist())
NOISE = np.random.default_rng(20260712).normal(0.0, 3.0, 18)
FALLING = tuple((100 / (1 + np.array(X) / 3e-8) + NOISE).tolist())


def test_the_band_of_an_inhibition_curve_is_the_batched_fitters() -> None:
    """The same curve by the general engine: value and both limits."""
    (judged,) = fit_inhibition("inhibition_4pl", [CurveData(X, FALLING)])
    at = [one.concentration_m for one in judged.band[::10]]
    found = error_band("inhibition_4pl", DataSet(X, FALLING), at)
    assert found is not None
    drawn = np.array([one[1:] for one in judged.band[::10]]).T
    assert np.array([found.value, found.low, found.high]) == pytest.approx(drawn, rel=1e-6)


def test_the_band_of_a_straight_line_is_the_textbooks() -> None:
    """Half width t s sqrt(1/n + (x - mean)^2 / Sxx)."""
    x = np.arange(8.0)
    y = 3 * x + 1 + NOISE[:8]
    found = error_band("linear", DataSet(tuple(x), tuple(y)), (0.0, 3.5, 10.0))
    assert found is not None
    slope, intercept = np.polyfit(x, y, 1)
    s = np.sqrt(((y - slope * x - intercept) ** 2).sum() / 6)
    off = np.array([0.0, 3.5, 10.0]) - 3.5
    half = t_quantile(6) * s * np.sqrt(1 / 8 + off**2 / 42)
    assert found.high - found.value == pytest.approx(half, rel=1e-9)


def test_the_covariance_has_the_standard_errors_of_the_fit() -> None:
    """The roots of its diagonal, by the names of the parameters; what is held has none."""
    points = DataSet(
        X, tuple(500 * one / (2e-9 + one) + e for one, e in zip(X, NOISE, strict=True))
    )
    found, judged = error_band("saturation_specific", points, X), fit("saturation_specific", points)
    assert found is not None
    assert found.names == ("log10_kd", "bmax")
    for name, variance in zip(found.names, np.diag(found.covariance), strict=True):
        assert judged.parameters[name].stderr == pytest.approx(variance**0.5, rel=1e-9)


def test_each_kind_of_point_has_its_own_band() -> None:
    """Total and non-specific at one concentration, from one joint fit."""
    x = (1e-10, 1e-9, 1e-8, 3e-8) * 2
    kind = ("total",) * 4 + ("nonspecific",) * 4
    y = [(900 * a / (1e-9 + a) if k == "total" else 0) + 1e10 * a + e
         for a, k, e in zip(x, kind, NOISE, strict=False)]  # fmt: skip
    points = DataSet(x, tuple(y), kind=kind)
    found = error_band("saturation_total_nsb", points, (1e-8, 1e-8), kind=("total", "nonspecific"))
    assert found is not None
    assert found.value[0] > 5 * found.value[1]
    assert (found.low < found.value).all()


def test_what_the_data_do_not_determine_has_no_band() -> None:
    """Too few points; and a question that cannot be asked is refused as ``fit`` refuses it."""
    assert error_band("saturation_specific", DataSet((1e-9, 1e-8), (1.0, 2.0)), (1e-9,)) is None
    with pytest.raises(ConfigError, match="no_such"):
        error_band("no_such", DataSet(X, FALLING), X)

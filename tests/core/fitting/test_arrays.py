"""Curves as arrays: the numbers of ``fit_inhibition``, for very many."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.arrays import fit_arrays
from labsvc.core.fitting.curves import Array, inhibition

X = np.repeat(np.linspace(-9.5, -5.0, 10), 3)
MOLAR = 10**X


def responses(count: int) -> Array:
    """(30, count) seeded responses in percent."""
    rng = np.random.default_rng(4)
    middle, hill = rng.uniform(-8.5, -6.0, count), -np.exp(rng.normal(0.0, 0.2, count))
    return inhibition(X[:, None], middle, hill, 100.0, 0.0) + rng.normal(0.0, 4.0, (30, count))


def test_the_numbers_are_those_of_the_fits() -> None:
    """Values, standard errors and profile limits of 20 curves, one point of one missing."""
    y = responses(20)
    y[3, 5] = np.nan
    found = fit_arrays(MOLAR, y)
    asked = [CurveData(tuple(MOLAR.tolist()), tuple(one.tolist())) for one in y.T]
    for n, fit in enumerate(fit_inhibition("inhibition_4pl", asked)):
        middle, hill = fit.parameters["log10_ic50"], fit.parameters["hill"]
        assert found.log10_ic50[n] == pytest.approx(middle.value, abs=1e-9)
        assert found.stderr[0, n] == pytest.approx(middle.stderr, rel=1e-6)
        assert found.limits[:, n] == pytest.approx(middle.ci95, abs=1e-6)
        assert found.hill[n] == pytest.approx(hill.value, abs=1e-8)
        assert found.degrees_of_freedom[n] == fit.degrees_of_freedom


def test_a_fixed_slope_is_the_three_parameter_curve() -> None:
    """Slope 1: hill -1 for curves that fall."""
    found = fit_arrays(MOLAR, responses(5), slope=1.0)
    assert found.hill.tolist() == [-1.0] * 5


def test_curves_without_an_answer_are_said_to_have_none() -> None:
    """All missing, and three concentrations left: NaN beside neighbours that are fitted."""
    y = responses(3)
    y[:, 0] = np.nan
    y[9:, 1] = np.nan
    found = fit_arrays(MOLAR, y)
    assert found.answered.tolist() == [False, False, True]
    assert np.isnan(found.log10_ic50).tolist() == [True, True, False]


def test_arrays_that_do_not_fit_each_other_are_refused() -> None:
    """With both shapes in the sentence."""
    with pytest.raises(ValueError, match=r"concentrations \(30,\), responses \(29, 2\)"):
        fit_arrays(MOLAR, responses(2)[1:])


def test_a_negative_concentration_is_refused() -> None:
    """There is no logarithm of it."""
    with pytest.raises(ValueError, match="negative"):
        fit_arrays(-MOLAR, responses(2))

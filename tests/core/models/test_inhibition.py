"""Inhibition curves against the fitter's own formula, and Prism's 5PL."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.curves import inhibition, log10_molar
from labsvc.core.models.inhibition import FIVE, FOUR, THREE, slopes
from labsvc.core.models.model import Columns

X = np.array([0.0, 1e-9, 1e-8, 1e-7, 1e-6])
AT = Columns(X)


def test_four_parameters_are_those_of_core_curves() -> None:
    """One formula, written in two modules."""
    values = {"log10_ic50": -7.6, "hill": -1.3, "top": 98.0, "bottom": 3.0}
    found = FOUR.curve(values, AT, {})
    assert found == pytest.approx(inhibition(log10_molar(X), **values), rel=1e-14)


def test_five_parameters_are_prisms() -> None:
    """LogXb = LogEC50 + (1/HillSlope) log10(2^(1/S) - 1); half-way at the IC50 for every S."""
    s = 0.4
    values = {"log10_ic50": -7.5, "hill": -1.1, "log10_s": np.log10(s), "top": 90.0, "bottom": 10.0}
    x = np.array([-9.0, -7.5, -6.0])
    xb = -7.5 + (1 / -1.1) * np.log10(2 ** (1 / s) - 1)
    prism = 10 + 80 / (1 + 10 ** ((xb - x) * -1.1)) ** s
    assert FIVE.curve(values, Columns(10**x), {}) == pytest.approx(prism, rel=1e-12)
    assert prism[1] == pytest.approx(50.0)


def test_the_slope_is_looked_for_on_the_side_of_the_data() -> None:
    up, down = np.array([1.0, 2, 5, 8, 9]), np.array([9.0, 8, 5, 2, 1])
    assert (slopes(AT, down).high, slopes(AT, up).low) == (-0.05, 0.05)
    assert THREE.usual(AT, up) == {"hill": 1.0}
    assert THREE.usual(AT, down) == {"hill": -1.0}


def test_plateaus_that_have_changed_places_are_nonsense() -> None:
    assert FOUR.nonsense({"top": 1.0, "bottom": 5.0}) is not None
    assert FOUR.nonsense({"top": 5.0, "bottom": 1.0}) is None

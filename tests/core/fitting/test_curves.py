"""The formulas, against hand-calculated points and finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.curves import (
    LOG_OF_ZERO,
    MODELS,
    distinct,
    inhibition,
    inhibition_gradient,
    log10_molar,
)


def test_at_the_ic50_the_response_is_half_way_between_the_plateaus() -> None:
    """The IC50 is relative: half-way between top and bottom, whatever the slope."""
    for hill in (-3.0, -1.0, 0.7, 2.0):
        assert inhibition(-7.0, -7.0, hill, 110.0, 10.0) == pytest.approx(60.0)


def test_a_negative_hill_falls_and_a_positive_one_rises() -> None:
    """Prism's sign: a decade above the IC50 a falling curve is at 1/11, a rising one at 10/11."""
    assert inhibition(-6.0, -7.0, -1.0, 100.0, 0.0) == pytest.approx(100 / 11)
    assert inhibition(-6.0, -7.0, 1.0, 100.0, 0.0) == pytest.approx(1000 / 11)


def test_a_zero_concentration_sits_on_the_plateau_exactly() -> None:
    """log10(0) is no number: the curve there is its low-concentration plateau."""
    x = log10_molar([0.0, 1e-9])
    assert x.tolist() == [LOG_OF_ZERO, -9.0]
    assert float(inhibition(x[0], -7.0, -0.1, 97.5, 3.0)) == 97.5
    assert float(inhibition(x[0], -7.0, 0.1, 97.5, 3.0)) == 3.0


@pytest.mark.parametrize("hill", [-2.3, -0.6, 1.4])
def test_the_gradient_is_that_of_the_formula(hill: float) -> None:
    """Each of the four derivatives agrees with a central difference."""
    x, at, step = np.linspace(-10, -5, 11), np.array([-7.2, hill, 98.0, 4.0]), 1e-6
    gradient = inhibition_gradient(x, *at)
    for row in range(4):
        up, down = at.copy(), at.copy()
        up[row] += step
        down[row] -= step
        difference = (inhibition(x, *up) - inhibition(x, *down)) / (2 * step)
        assert gradient[row] == pytest.approx(difference, abs=1e-6)


def test_far_from_the_ic50_nothing_overflows() -> None:
    """Warnings are errors here: a steep curve a hundred decades away is just its plateau."""
    assert float(inhibition(100.0, -7.0, -50.0, 100.0, 2.0)) == 2.0


def test_every_model_names_its_parameters_and_source() -> None:
    """What ``labsvc models`` prints is all there."""
    for name, model in MODELS.items():
        assert model.name == name
        assert list(model.parameters) == ["ic50", "log10_ic50", "hill", "top", "bottom"]
        assert model.formula
        assert model.source


def test_each_value_once_in_order() -> None:
    """As numpy's own, of floats and of whole numbers."""
    values = np.array([3.0, -1.0, 3.0, 0.5, -1.0])
    assert distinct(values).tolist() == [-1.0, 0.5, 3.0]
    assert distinct(values.astype(np.intp)).tolist() == [-1, 0, 3]

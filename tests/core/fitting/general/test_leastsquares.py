"""The least-squares engine against scipy and by its own promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import curve_fit, least_squares

from labsvc.core.fitting.general.leastsquares import Problem, exact, look, minimise, settle, solve

X = np.linspace(0.0, 10.0, 21)
NOISE = np.random.default_rng(20260301).normal(scale=0.05, size=21)
Y = 3.0 * np.exp(-0.4 * X) + 0.5 + NOISE
OPEN = np.full(3, np.inf)


def decay(b: Any) -> Any:
    """Amplitude, rate, rest: linear in the first and the last."""
    return b[0] * np.exp(-b[1] * X) + b[2]


def problem(lower: Any = -OPEN, upper: Any = OPEN, linear: bool = True, y: Any = Y) -> Problem:
    marks = np.array([linear, False, linear])
    return Problem(decay, y, np.ones(21), np.array(lower), np.array(upper), marks)


def test_the_minimum_is_scipys() -> None:
    """From a poor start, with and without elimination of the linear parameters."""
    theirs, _ = curve_fit(lambda x, a, k, c: a * np.exp(-k * x) + c, X, Y, p0=[1, 1, 0],
                          xtol=1e-14, ftol=1e-14, gtol=1e-14)  # fmt: skip
    for linear in (True, False):
        found = minimise(problem(linear=linear), np.array([1.0, 1.0, 0.0]))
        assert found.converged
        assert found.values == pytest.approx(theirs, rel=1e-7)


def test_the_gradient_vanishes_to_rounding() -> None:
    """Much nearer to the minimum than the sum of squares itself can tell."""
    found = minimise(problem(), np.array([1.0, 1.0, 0.0]))
    columns = found.look.jacobian / np.linalg.norm(found.look.jacobian, axis=0)
    assert np.abs(columns.T @ found.look.residuals).max() < 1e-12


def test_derivatives_are_exact() -> None:
    at = np.array([2.0, 0.3, 0.1])
    found = look(problem(), at).jacobian
    fall = np.exp(-0.3 * X)
    assert found == pytest.approx(np.array([fall, -2 * X * fall, np.ones(21)]).T, rel=1e-14)


def test_bounds_hold_and_are_said() -> None:
    """The rate may not go above 0.2: there the others are at their best, as scipy has it."""
    bounded = problem(lower=[-np.inf, 0.0, -np.inf], upper=[np.inf, 0.2, np.inf])
    found = minimise(bounded, np.array([1.0, 0.1, 0.0]))
    theirs = least_squares(
        lambda b: decay(b) - Y,
        [1.0, 0.1, 0.0],
        bounds=([-np.inf, 0, -np.inf], [np.inf, 0.2, np.inf]),
    )
    assert found.at_bound.tolist() == [False, True, False]
    assert found.sum_of_squares == pytest.approx(2 * theirs.cost, rel=1e-6)


def test_a_held_parameter_stays() -> None:
    found = minimise(problem().holding(2, 0.25), np.array([1.0, 1.0, 9.0]))
    assert found.values[2] == 0.25
    assert not found.at_bound.any()


def test_weights_multiply_the_squares() -> None:
    """A point of weight 4 counts as four points."""
    twice = np.where(np.arange(21) == 5, 2.0, 1.0)
    weighted = Problem(decay, Y, twice, -OPEN, OPEN, np.array([True, False, True]))
    theirs, _ = curve_fit(lambda x, a, k, c: a * np.exp(-k * x) + c, X, Y, p0=[1, 1, 0],
                          sigma=1 / twice, xtol=1e-14, ftol=1e-14)  # fmt: skip
    assert minimise(weighted, np.ones(3)).values == pytest.approx(theirs, rel=1e-6)


def test_scale_of_the_data_does_not_matter() -> None:
    """Counts of 1e9 or fractions of 1e-9: the same rate to rounding."""
    rates = [
        minimise(problem(y=factor * Y), np.array([factor, 1.0, 0.0])).values[1]
        for factor in (1.0, 1e9, 1e-9)
    ]
    assert rates == pytest.approx([rates[0]] * 3, rel=1e-10)


def test_points_without_noise_are_exact() -> None:
    found = minimise(problem(y=decay(np.array([2.0, 0.7, 0.1]))), np.array([1.0, 1.0, 0.0]))
    assert exact(problem(y=decay(found.values)), found.look)
    assert found.values == pytest.approx([2.0, 0.7, 0.1], rel=1e-12)


def test_linear_parameters_settle_in_one_step() -> None:
    """At the given rate; what is not linear is left alone."""
    settled = settle(problem(), np.array([0.0, 0.4, 0.0]))
    design = np.array([np.exp(-0.4 * X), np.ones(21)]).T
    assert settled[[0, 2]] == pytest.approx(np.linalg.lstsq(design, Y, rcond=None)[0], rel=1e-10)
    assert settled[1] == 0.4


def test_a_column_without_effect_gets_no_step() -> None:
    columns = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert solve(columns, np.array([2.0, 4.0])).tolist() == pytest.approx([3.0, 0.0])


def test_a_start_that_is_no_number_is_said_not_to_converge() -> None:
    """No exception, no warning."""
    assert not minimise(problem(linear=False), np.array([1.0, -1e6, 0.0])).converged

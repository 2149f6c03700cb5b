"""Standard errors and profile limits, against scipy and by definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import curve_fit

from labsvc.core.fitting.general.certainty import certainty, profile
from labsvc.core.fitting.general.leastsquares import Problem, minimise
from labsvc.core.fitting.student import t_quantile

X = np.array([0.02, 0.06, 0.11, 0.22, 0.56, 1.10] * 2)
Y = np.array([76.0, 97, 123, 159, 191, 207, 47, 107, 139, 152, 201, 200])


def hyperbola(b: Any) -> Any:
    return b[0] * X / (b[1] + X)


def problem(predict: Any = hyperbola, upper: Any = (np.inf, np.inf)) -> Problem:
    return Problem(predict, Y, np.ones(12), np.array([-np.inf, 0.0]), np.array(upper),
                   np.array([True, False]))  # fmt: skip


def test_the_covariance_is_scipys() -> None:
    found = minimise(problem(), np.array([200.0, 0.1]))
    known = certainty(found.look.jacobian, np.ones(2, dtype=bool))
    _, theirs = curve_fit(lambda x, v, k: v * x / (k + x), X, Y, p0=[200, 0.1],
                          xtol=1e-14, ftol=1e-14)  # fmt: skip
    assert known.unscaled * found.sum_of_squares / 10 == pytest.approx(theirs, rel=1e-6)


def test_what_does_not_move_has_no_error() -> None:
    known = certainty(np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]]), np.array([True, False]))
    assert known.unscaled.tolist() == [[pytest.approx(1 / 3), 0.0], [0.0, 0.0]]
    assert known.dependency.tolist() == [0.0, 0.0]


def test_parameters_that_make_up_for_each_other_are_wholly_dependent() -> None:
    column = np.array([1.0, 2.0, 3.0])
    known = certainty(np.array([column, 2 * column]).T, np.ones(2, dtype=bool))
    assert known.dependency.tolist() == [1.0, 1.0]
    assert np.isinf(known.unscaled).all()


def test_profile_limits_are_where_the_best_sum_of_squares_crosses() -> None:
    """SS(limit) = SS (1 + t^2/df), the other parameter at its best."""
    task = problem()
    found = minimise(task, np.array([200.0, 0.1]))
    t = t_quantile(10)
    for place, stderr in ((0, 7.0), (1, 0.008)):
        for end in profile(task, found, place, stderr, t, 10):
            held = minimise(task.holding(place, end), found.values)
            assert held.sum_of_squares == pytest.approx(
                found.sum_of_squares * (1 + t * t / 10), rel=1e-6
            )


def test_a_poor_first_guess_costs_time_only() -> None:
    """From a standard error a hundred times off, either way."""
    task = problem()
    found = minimise(task, np.array([200.0, 0.1]))
    exact, small, large = (
        profile(task, found, 1, stderr, t_quantile(10), 10) for stderr in (0.008, 8e-5, 0.8)
    )
    assert small == pytest.approx(exact, rel=1e-6)
    assert large == pytest.approx(exact, rel=1e-6)


def test_a_limit_beyond_the_bound_is_open() -> None:
    """Km may go to 0.07 only: there the sum of squares is still below the threshold."""
    task = problem(upper=(np.inf, 0.07))
    found = minimise(task, np.array([200.0, 0.05]))
    low, high = profile(task, found, 1, 0.008, t_quantile(10), 10)
    assert low == pytest.approx(0.04692034, rel=1e-5)
    assert np.isnan(high)

"""All profile limits of a fit at once: the same as one after the other, or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from labsvc.core.fitting.general.certainty import certainty, profile
from labsvc.core.fitting.general.crossings import crossings
from labsvc.core.fitting.general.leastsquares import Minimum, Problem, minimise
from labsvc.core.fitting.student import t_quantile

X = np.geomspace(0.05, 20.0, 14)
NOISE = np.random.default_rng(20260611).normal(size=14)
FREE = (-np.inf, np.inf)


def hyperbola(b: Any) -> Any:
    """Of b[0] at saturation, half at 10^b[1], with a line b[2] besides."""
    return b[0] * X / (10.0 ** b[1] + X) + b[2] * X


def found(noise: float, place: tuple[float, float] = (-3.0, 4.0)) -> tuple[Problem, Minimum]:
    y = 100 * X / (1 + X) + X + noise * NOISE
    ends = np.array([FREE, place, FREE]).T
    task = Problem(hyperbola, y, np.ones(14), ends[0], ends[1], np.array([True, False, True]))
    return task, minimise(task, np.array([90.0, 0.2, 0.5]))


def unscaled_of(task: Problem, minimum: Minimum) -> np.ndarray:
    return certainty(minimum.look.jacobian, task.free & ~minimum.at_bound).unscaled


def stderr_of(task: Problem, minimum: Minimum) -> np.ndarray:
    return np.sqrt(np.diag(unscaled_of(task, minimum)) * minimum.sum_of_squares / 11)


@pytest.mark.parametrize("noise", [0.1, 2.0, 5.0])
def test_the_limits_are_those_found_one_after_the_other(noise: float) -> None:
    """Of three parameters, both ends, from little scatter to much."""
    task, minimum = found(noise)
    stderr, t = stderr_of(task, minimum), t_quantile(11)
    low, high = crossings(task, minimum, unscaled_of(task, minimum), t, 11)
    for place in range(3):
        ends = profile(task, minimum, place, float(stderr[place]), t, 11)
        assert (low[place], high[place]) == pytest.approx(ends, rel=1e-5)


def test_a_limit_that_does_not_exist_is_not_invented() -> None:
    """With much scatter the constant has no upper limit: the curve may as well be a line."""
    task, minimum = found(60.0)
    stderr, t = stderr_of(task, minimum), t_quantile(11)
    _, high = crossings(task, minimum, unscaled_of(task, minimum), t, 11)
    assert np.isnan(profile(task, minimum, 1, float(stderr[1]), t, 11)[1])
    assert np.isnan(high[1])


HOURS = np.array([0.25, 0.5, 0.75, 1, 1.25, 2, 3, 4, 5, 6, 8])
INDOMETHACIN = np.array([1.5, 0.94, 0.78, 0.48, 0.37, 0.19, 0.12, 0.11, 0.08, 0.07, 0.05])


def two_rates(b: Any) -> Any:
    """Two exponential courses: the names of the rates may be exchanged."""
    return b[0] * np.exp(-(10.0 ** b[1]) * HOURS) + b[2] * np.exp(-(10.0 ** b[3]) * HOURS)


def test_a_crossing_behind_another_is_not_taken_for_the_first() -> None:
    """Indomethacin in plasma, subject 1 (Kwan 1976, R's ``Indometh``): the slow rate's upper limit.

    Beyond that limit, at 10^-0.2286 as R's profile has it, another place has the same sum of
    squares with the rates exchanged. It is found, or left to the slower way: never the other.
    """
    ends = np.array([FREE, (-6.0, 6.0), FREE, (-6.0, 6.0)]).T
    task = Problem(two_rates, INDOMETHACIN, np.ones(11), ends[0], ends[1],
                   np.array([True, False, True, False]))  # fmt: skip
    minimum = minimise(task, np.array([2.0, 0.4, 0.6, -0.7]))
    known = certainty(minimum.look.jacobian, task.free)
    stderr, t = np.sqrt(np.diag(known.unscaled) * minimum.sum_of_squares / 7), t_quantile(7)
    _, high = crossings(task, minimum, known.unscaled, t, 7)
    assert np.isnan(high[3]) or high[3] == pytest.approx(-0.2286, abs=1e-4)
    _, slowly = profile(task, minimum, 3, float(stderr[3]), t, 7)
    assert slowly == pytest.approx(-0.2286, abs=1e-4)


def test_a_parameter_at_its_bound_leaves_all_to_the_slower_way() -> None:
    """The others then lean on a wall: no step of Gauss and Newton knows of it."""
    task, minimum = found(2.0, place=(0.5, 4.0))
    assert minimum.at_bound.any()
    low, high = crossings(task, minimum, np.diag([1.0, 0.1, 1.0]), t_quantile(11), 11)
    assert np.isnan([low, high]).all()


def test_what_has_no_standard_error_has_no_limit_here() -> None:
    """An infinite one gives no direction to walk in."""
    task, minimum = found(2.0)
    low, high = crossings(task, minimum, np.diag([np.inf, 0.1, 1.0]), t_quantile(11), 11)
    assert np.isnan([low, high]).all()


def test_sides_walked_in_parts_come_to_the_same_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many series fitted jointly are not all looked at at once."""
    task, minimum = found(2.0)
    unscaled, t = unscaled_of(task, minimum), t_quantile(11)
    whole = np.array(crossings(task, minimum, unscaled, t, 11))
    monkeypatch.setattr("labsvc.core.fitting.general.crossings._AT_ONCE", 100)
    assert np.array(crossings(task, minimum, unscaled, t, 11)) == pytest.approx(whole, rel=1e-9)

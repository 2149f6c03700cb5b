"""Curves that are none of labsvc's models, by the engine beneath them."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labsvc.core.fitting.general.certainty import certainty, profile
from labsvc.core.fitting.general.leastsquares import Minimum, Problem, minimise
from labsvc.core.fitting.student import t_quantile
from tests.truth.sets import TruthSet, truth_set


def solved(
    formula: Callable[[Any], Any], y: tuple[float, ...], start: list[float]
) -> tuple[Problem, Minimum]:
    ends, count = np.full(len(start), np.inf), len(start)
    problem = Problem(formula, np.array(y), np.ones(len(y)), -ends, ends, np.zeros(count, bool))
    return problem, minimise(problem, np.array(start))


def holds(problem: Problem, found: Minimum, truth: TruthSet, values: float, limits: bool) -> None:
    """Values, standard errors and, where asked for, profile limits, in the set's order."""
    df = len(problem.y) - len(found.values)
    known = certainty(found.look.jacobian, problem.free)
    errors = np.sqrt(np.diag(known.unscaled)) * sqrt(found.sum_of_squares / df)
    assert found.converged
    for place, gold in enumerate(truth.expected().values()):
        assert found.values[place] == pytest.approx(gold["value"], rel=values)
        assert errors[place] == pytest.approx(gold["se"], rel=max(values, 1e-4))
        if limits:
            ends = profile(problem, found, place, float(errors[place]), t_quantile(df), df)
            assert ends == pytest.approx(gold["ci95_profile"], abs=0.005 * gold["se"])


def test_theophylline_agrees(shared: Path) -> None:
    """theoph4_fol: absorption and elimination, with profile limits."""
    truth = truth_set(shared, "nonlinear_other/theoph4_fol")
    dose, t = np.array(truth.numbers("Dose")), np.array(truth.numbers("Time"))

    def formula(b: Any) -> Any:
        ke, ka, cl = np.exp(b[0]), np.exp(b[1]), np.exp(b[2])
        return dose * ke * ka / cl * (np.exp(-ke * t) - np.exp(-ka * t)) / (ka - ke)

    problem, found = solved(formula, truth.numbers("conc"), [-2.5, 0.5, -3.0])
    holds(problem, found, truth, truth.within("params_rel"), limits=True)


def test_a_logistic_in_linear_x_agrees(shared: Path) -> None:
    """drc_heartrate_L4."""
    truth = truth_set(shared, "dose_response/drc_heartrate_L4")
    x = np.array(truth.numbers("pressure"))

    def formula(b: Any) -> Any:
        return b[1] + (b[2] - b[1]) / (1 + np.exp(b[0] * (x - b[3])))

    problem, found = solved(formula, truth.numbers("rate"), [0.3, 150.0, 330.0, 75.0])
    holds(problem, found, truth, truth.within("params_rel"), limits=True)


def test_an_asymmetric_logistic_agrees(shared: Path) -> None:
    """drc_heartrate_baro5 (Ricketts & Head 1999); its tolerance is 1e-3."""
    truth = truth_set(shared, "dose_response/drc_heartrate_baro5")
    x = np.array(truth.numbers("pressure"))

    def formula(b: Any) -> Any:
        z, steep = np.log(x / b[4]), 2 * b[1] * b[0] / (b[1] + b[0])
        f = 1 / (1 + np.exp(steep * z))
        return b[2] + (b[3] - b[2]) / (1 + f * np.exp(b[1] * z) + (1 - f) * np.exp(b[0] * z))

    problem, found = solved(formula, truth.numbers("rate"), [45.0, 11.0, 150.0, 350.0, 75.0])
    holds(problem, found, truth, truth.within("params_rel"), limits=False)

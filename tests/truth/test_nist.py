"""NIST's Statistical Reference Datasets for nonlinear regression, certified to 11 digits.

From both certified starts: at least 9 digits of every parameter and 7 of every standard error. One
exception: Lanczos1's points have 14 digits and its certified residual sum of squares is 1.4e-25, a
rounding error of double precision squared, so that its standard errors cannot be had in it.

The data are restated in ``nist/`` (public domain).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from labsvc.core.fitting.general.certainty import certainty
from labsvc.core.fitting.general.leastsquares import Minimum, Problem, minimise

FOLDER = Path(__file__).parent / "nist"
Formula = Callable[[Any, Any], Any]
PARAMETER_DIGITS, ERROR_DIGITS = 9.0, 7.0


def cubic_over_cubic(b: Any, x: Any) -> Any:
    above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def gauss(b: Any, x: Any) -> Any:
    peaks = sum(b[k] * np.exp(-((x - b[k + 1]) ** 2) / b[k + 2] ** 2) for k in (2, 5))
    return b[0] * np.exp(-b[1] * x) + peaks


def lanczos(b: Any, x: Any) -> Any:
    return sum(b[k] * np.exp(-b[k + 1] * x) for k in (0, 2, 4))


def enso(b: Any, x: Any) -> Any:
    year = 2 * np.pi * x
    found = b[0] + b[1] * np.cos(year / 12) + b[2] * np.sin(year / 12)
    for k in (3, 6):
        found = found + b[k + 1] * np.cos(year / b[k]) + b[k + 2] * np.sin(year / b[k])
    return found


# The formula, and which of its parameters are linear.
MODELS: dict[str, tuple[Formula, tuple[int, ...]]] = {
    "Bennett5": (lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]), (0,)),
    "Chwirut2": (lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x), ()),
    "DanWood": (lambda b, x: b[0] * x ** b[1], (0,)),
    "ENSO": (enso, (0, 1, 2, 4, 5, 7, 8)),
    "Gauss1": (gauss, (0, 2, 5)),
    "Gauss2": (gauss, (0, 2, 5)),
    "Gauss3": (gauss, (0, 2, 5)),
    "Hahn1": (cubic_over_cubic, (0, 1, 2, 3)),
    "Lanczos1": (lanczos, (0, 2, 4)),
    "Lanczos3": (lanczos, (0, 2, 4)),
    "MGH09": (lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]), (0,)),
    "MGH17": (lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]), (0, 1, 2)),
    "Misra1a": (lambda b, x: b[0] * (1 - np.exp(-b[1] * x)), (0,)),
    "Misra1d": (lambda b, x: b[0] * b[1] * x / (1 + b[1] * x), (0,)),
    "Nelson": (lambda b, x: b[0] - b[1] * x[0] * np.exp(-b[2] * x[1]), (0, 1)),
    "Rat43": (lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]), (0,)),
    "Thurber": (cubic_over_cubic, (0, 1, 2, 3)),
}
# Their exponentials may come out in either order.
SAME_CURVE = {"MGH17": [0, 2, 1, 4, 3]}


@cache
def certified(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def solved(name: str, start: str, eliminate: bool = True) -> tuple[Problem, Minimum]:
    document, (formula, linear) = certified(name), MODELS[name]
    columns = {key: np.array(values) for key, values in document["columns"].items()}
    y = np.log(columns["y"]) if name == "Nelson" else columns["y"]
    x = (columns["x1"], columns["x2"]) if name == "Nelson" else columns["x"]
    count = len(document["certified"])
    marks = np.array([eliminate and k in linear for k in range(count)])
    open_ended = np.full(count, np.inf)
    problem = Problem(lambda b: formula(b, x), y, np.ones(len(y)), -open_ended, open_ended, marks)
    return problem, minimise(problem, np.array(document[start]))


def digits(found: NDArray[np.float64], certain: list[float]) -> float:
    """The worst log relative error: how many digits agree."""
    worst = float(np.max(np.abs(found - certain) / np.abs(certain)))
    return float(-np.log10(max(worst, 1e-16)))


def agreed(name: str, start: str, eliminate: bool = True) -> tuple[float, float, Minimum]:
    """The digits that agree of parameters and of standard errors, and the minimum."""
    document = certified(name)
    problem, found = solved(name, start, eliminate)
    df = len(problem.y) - len(found.values)
    known = certainty(found.look.jacobian, problem.free)
    errors = np.sqrt(np.diag(known.unscaled)) * sqrt(found.sum_of_squares / df)
    order = SAME_CURVE.get(name, list(range(len(found.values))))
    if digits(found.values, document["certified"]) > 1:
        order = list(range(len(found.values)))
    return (
        digits(found.values[order], document["certified"]),
        digits(errors[order], document["standard_deviations"]),
        found,
    )


def reaches_the_certified_values(name: str, start: str, eliminate: bool = True) -> None:
    document = certified(name)
    parameters, errors, found = agreed(name, start, eliminate)
    assert found.converged
    assert parameters >= PARAMETER_DIGITS
    if name != "Lanczos1":
        assert errors >= ERROR_DIGITS
        assert found.sum_of_squares == pytest.approx(document["residual_sum_of_squares"], rel=1e-8)


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_certified_values_are_reached_from_both_starts(name: str, start: str) -> None:
    """Parameters to 9 digits, standard errors to 7."""
    reaches_the_certified_values(name, start)


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", ["Chwirut2", "ENSO", "Gauss3", "Hahn1", "Misra1d", "Nelson",
                                  "Rat43", "Thurber"])  # fmt: skip
def test_certified_values_are_reached_without_elimination_too(name: str, start: str) -> None:
    """The start of every parameter counts then. (Bennett5 and MGH17 need the elimination.)"""
    reaches_the_certified_values(name, start, eliminate=False)


def test_what_is_restated_is_what_is_certified(shared: Path) -> None:
    """All of the reference folder's NIST sets, and no other figures than theirs."""
    folder = shared / "truth" / "data" / "nist_strd"
    assert {path.stem for path in folder.glob("*.json")} == set(MODELS)
    for name in MODELS:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        ours = certified(name)
        assert [one["value"] for one in document["expected"]] == ours["certified"]
        assert [one["se"] for one in document["expected"]] == ours["standard_deviations"]
        assert len(ours["columns"]["y"]) == document["n"]


def test_the_page_states_no_more_digits_than_agree() -> None:
    """Its table has every set, with the whole digits that both starts reach."""
    page = Path(__file__).parents[2] / "docs" / "explanation" / "fits-against-other-programs.md"
    rows = re.findall(
        r"^\| (\w+) \| \d+ \| (\d+) \| (\d+) \|$", page.read_text("utf-8"), re.MULTILINE
    )
    assert {name for name, _, _ in rows} == set(MODELS)
    for name, parameters, errors in rows:
        for start in ("start1", "start2"):
            reached = agreed(name, start)
            assert int(parameters) <= reached[0], (name, start)
            assert int(errors) <= reached[1], (name, start)

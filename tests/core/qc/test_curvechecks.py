"""The checks of a curve."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest

from labsvc.core.fitting.curves import inhibition
from labsvc.core.qc.curvechecks import CURVE_CHECKS, plateau_concentrations, residual_runs, runs_p
from labsvc.model.result import Curve, Fit, Parameter, Point
from tests.core.bench import curve, fitted

DOSES = [10.0**-step for step in range(4, 12)]


def on_curve(off: list[float], *, log10_ic50: float = -7.5, **more: object) -> Curve:
    """Points so far off a curve from 100 to 0 with slope -1, the highest dose first."""
    there = inhibition(np.log10(DOSES), log10_ic50, -1.0, 100.0, 0.0).tolist()
    points = tuple(
        Point(f"A{n:02}", "sample", compound="x", concentration_m=dose, response=value + each)
        for n, (dose, value, each) in enumerate(zip(DOSES, there, off, strict=True))
    )
    named = {"log10_ic50": log10_ic50, "hill": -1.0, "top": 100.0, "bottom": 0.0}
    parameters = {name: Parameter(value, "%") for name, value in named.items()}
    fit = Fit("inhibition_4pl", "converged", 8, parameters, **more)  # type: ignore[arg-type]
    return Curve("x", points, fit, None, "IC50 32 nM")


def test_slope_is_told_without_its_sign_and_plateaus_with_their_unit() -> None:
    """A fixed one is nobody's finding."""
    one = curve(fitted(2e-8, hill=-0.6, top=121.0))
    found = {name: check(one) for name, check in CURVE_CHECKS.items()}
    assert found["hill"] is not None
    assert (found["hill"].value, found["hill"].words) == (0.6, "desipramine: |Hill slope|")
    assert found["curve_top"] is not None
    assert (found["curve_top"].value, found["curve_top"].unit) == (121.0, " %")
    assert found["curve_bottom"] is None


@pytest.mark.parametrize("name", CURVE_CHECKS)
def test_without_a_fit_there_is_nothing_to_check(name: str) -> None:
    """Nor is there with a fit of another model, for what that lacks."""
    assert CURVE_CHECKS[name](curve(None)) is None
    other = Fit("linear", "converged", 8, {"slope": Parameter(1.0, "")})
    assert CURVE_CHECKS[name](replace(curve(None), fit=other)) is None


def test_runs_by_counting_every_order() -> None:
    """Three above and four below: all 35 orders by hand."""
    orders = set(permutations("+++----"))
    few = [one for one in orders if 1 + sum(a != b for a, b in pairwise(one)) <= 3]
    assert runs_p(3, 3, 4) == pytest.approx(len(few) / len(orders))


def test_runs_against_the_published_critical_values() -> None:
    """Swed and Eisenhart 1943: of 10 and 10 signs 6 runs are significant at 2.5 %, and 7 are not;
    of 5 and 8 it is 3 and 4."""
    assert runs_p(6, 10, 10) <= 0.025 < runs_p(7, 10, 10)
    assert runs_p(3, 5, 8) <= 0.025 < runs_p(4, 5, 8)
    assert runs_p(1, 8, 0) == 1.0


def test_points_that_leave_the_curve_in_stretches_are_unlikely() -> None:
    """Four above, then four below: 2 of the 70 orders. Turn by turn is as likely as can be."""
    stretched, mixed = on_curve([5.0] * 4 + [-5.0] * 4), on_curve([5.0, -5.0] * 4)
    one, other = residual_runs(stretched), residual_runs(mixed)
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(2 / 70)
    assert other.value == pytest.approx(1.0)
    assert "2 runs of 8 points" in one.words


def test_a_masked_point_has_no_residual() -> None:
    whole = on_curve([5.0] * 4 + [-5.0] * 4)
    masked = replace(whole, points=(whole.points[0]._replace(masked="wet"), *whole.points[1:]))
    found = residual_runs(masked)
    assert found is not None
    assert "7 points" in found.words


@pytest.mark.parametrize(("log10_ic50", "count"), [(-7.5, 3.0), (-5.2, 1.0), (-4.3, 0.0)])
def test_the_shorter_plateau_is_counted(log10_ic50: float, count: float) -> None:
    """Ten thousandfold to one concentration: beyond 17.6 and 82.4 % of the span (0.67 log10)."""
    found = plateau_concentrations(on_curve([0.0] * 8, log10_ic50=log10_ic50))
    assert found is not None
    assert found.value == count


def test_a_bound_has_no_plateau_to_count() -> None:
    """``IC50 > 10 uM`` is an answer."""
    assert plateau_concentrations(on_curve([0.0] * 8, qualifier=">")) is None

"""The fitted lines of amounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from labsvc.filing.courselines import INKS, by_time, ink_of, is_course, traces, value_at
from labsvc.model.result import Curve, Parameter, Point
from tests.filing import example
from tests.filing.test_courses import COURSE, SATURATION, of

NAMES = {
    SATURATION: ["total", "non-specific", "specific (fitted)"],
    COURSE: ["linear phase"],
    "ne-uptake-kinetics": ["total", "non-specific", "specific (fitted)"],
    "net-nisoxetine-homologous": ["bound"] * 2 + ["non-specific (fitted)"] * 2,
    "net-nisoxetine-kinetics": ["association"] * 2 + ["dissociation"],
}


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_has_its_lines(name: str) -> None:
    """One for each concentration of a homologous or kinetic run; each has its colour."""
    (curve,) = of(name).curves
    assert is_course(curve)
    assert [one.name for one in traces(curve)] == NAMES[name]
    assert all(one.name in INKS for one in traces(curve))


@pytest.mark.parametrize("name", NAMES)
def test_a_line_goes_through_its_points(name: str) -> None:
    """No line lies further from the points than their scatter: some point of it is near."""
    (curve,) = of(name).curves
    seen = [one.response for one in curve.points if one.response is not None]
    for one in traces(curve):
        reached = one.curve(np.array([1e-10, 1e-9, 1e-8]))
        assert np.all(np.isfinite(reached))
        assert reached.max() <= 2 * max(seen)


def test_the_total_line_is_specific_and_non_specific() -> None:
    (curve,) = of(SATURATION).curves
    total, other, specific = (one.curve(np.array([3e-9]))[0] for one in traces(curve))
    assert total == pytest.approx(other + specific)


def test_a_straight_line_is_its_equation() -> None:
    """And ends where the linear phase does: at 8 min."""
    (curve,) = of(COURSE).curves
    assert curve.fit is not None
    slope, start = (curve.fit.parameters[name].value or 0.0 for name in ("slope", "intercept"))
    assert value_at(curve.fit, np.array([4.0]))[0] == pytest.approx(start + 4 * slope)
    assert traces(curve)[0].until == 8.0


def test_a_parameter_that_was_not_had_leaves_no_line() -> None:
    (curve,) = of(SATURATION).curves
    assert curve.fit is not None
    lost = {**curve.fit.parameters, "bmax": Parameter(None, "fmol/mg")}
    assert traces(replace(curve, fit=replace(curve.fit, parameters=lost))) == ()
    assert traces(replace(curve, fit=None)) == ()


def test_points_have_the_colour_of_their_line() -> None:
    (kinetics,) = of("net-nisoxetine-kinetics").curves
    inks = {ink_of(one, kinetics.fit) for one in kinetics.points}
    assert inks == {INKS["association"], INKS["dissociation"]}
    assert ink_of(Point("A1", "nonspecific"), None) == INKS["non-specific"]


def test_a_curve_of_inhibition_is_no_course() -> None:
    """Nor is one without points; one that was not fitted is known by its points."""
    assert not is_course(example.curve(1))
    assert not is_course(replace(example.curve(1), fit=None))
    assert not is_course(Curve("A", (), None, None, ""))
    course, saturation = (replace(of(name).curves[0], fit=None) for name in (COURSE, SATURATION))
    assert (is_course(course), by_time(course)) == (True, True)
    assert (is_course(saturation), by_time(saturation)) == (True, False)

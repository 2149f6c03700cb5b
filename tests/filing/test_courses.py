"""Saturation curves and time courses as figures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache

import pytest

from labsvc.filing.courses import courses_values
from labsvc.filing.figures import curves_svg
from labsvc.model.result import Result
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.protocols.worked import worked
from tests.filing import example

SVG = "{http://www.w3.org/2000/svg}"


@cache
def of(name: str) -> Result:
    """The worked example of a shipped protocol."""
    file = shipped("protocols") / f"{name}.yaml"
    protocol = parse_protocol(file.read_bytes(), file=file.name)
    assert protocol.example is not None
    return worked(protocol, protocol.example)


SATURATION, COURSE = "net-nisoxetine-saturation", "ne-uptake-time-course"


def test_a_saturation_shows_total_nonspecific_and_specific() -> None:
    """Three lines, 96 points, and no point subtracted from another."""
    (one,) = courses_values(of(SATURATION))["courses"]
    assert len({line.ink for line in one.lines}) == 3
    assert len(one.marks) == 96
    assert one.x_title == "concentration (nM)"
    assert one.reportable.startswith("Kd 809 pM")


def test_the_lines_are_the_fit() -> None:
    """At the highest concentration the specific line ends at Bmax x / (Kd + x)."""
    result = of(SATURATION)
    fit = result.curves[0].fit
    assert fit is not None
    values = {name: one.value or 0.0 for name, one in fit.parameters.items()}
    drawn = courses_values(result)["courses"][0]
    ticks = {tick.says: tick.at for tick in drawn.y_ticks}
    end = float(drawn.lines[2].path.split()[-1])
    per_pixel = 200 / (ticks["0"] - ticks["200"])
    top = 1.04 * 16e-9
    expected = values["bmax"] * top / (values["kd"] + top)
    assert (ticks["0"] - end) * per_pixel == pytest.approx(expected, rel=0.01)


def test_a_time_course_has_minutes_and_one_straight_line() -> None:
    """As long as it is linear: to 8 of 30 min."""
    (one,) = courses_values(of(COURSE))["courses"]
    assert one.x_title == "time (min)"
    (line,) = one.lines
    ticks = {tick.says: tick.at for tick in one.x_ticks}
    end = float(line.path.removeprefix("M").split()[-2])
    assert end == pytest.approx(ticks["0"] + 0.8 * (ticks["10"] - ticks["0"]), abs=1.0)


@pytest.mark.parametrize("name", [SATURATION, COURSE, "ne-uptake-kinetics"])
def test_every_point_carries_its_place(name: str) -> None:
    """So that a page can lead from it to its reading; the figure is well-formed."""
    root = ET.fromstring(curves_svg(of(name)))
    wells = [one.get("data-well") for one in root.iter() if one.get("data-well")]
    assert len(wells) == sum(len(curve.points) for curve in of(name).curves)


def test_a_masked_point_says_why() -> None:
    result = of(SATURATION)
    curve = result.curves[0]
    spoilt = curve.points[0]._replace(masked="air bubble")
    changed = replace(result, curves=(replace(curve, points=(spoilt, *curve.points[1:])),))
    (one,) = courses_values(changed)["courses"]
    assert one.marks[0].why == "air bubble"
    assert "masked: air bubble" in curves_svg(changed)


def test_an_unfitted_curve_has_points_and_no_line() -> None:
    result = of(COURSE)
    bare = replace(result, curves=(replace(result.curves[0], fit=None),))
    (one,) = courses_values(bare)["courses"]
    assert (one.lines, len(one.marks)) == ((), 24)


def test_hostile_names_stay_text() -> None:
    result = of(COURSE)
    odd = replace(result.curves[0], compound=example.HOSTILE, reportable=example.HOSTILE)
    svg = curves_svg(replace(result, curves=(odd,), title=example.HOSTILE, simulated=True))
    tags = {one.tag.removeprefix(SVG) for one in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "rect", "g", "path", "text", "circle", "line"}
    assert "<script" not in svg

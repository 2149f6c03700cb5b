"""One curve as shapes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from labsvc.filing.grid import Room
from labsvc.filing.panel import Frame, panels, responses_of
from labsvc.filing.wording import note
from tests.filing import example

FRAME = Frame(0.0, 0.0, Room(348.0, 250.0, 56.0, (-7.0, 107.0), percent=True))


def panel(curve, frame):
    return panels([curve], [frame])[0]


def wells(marks):
    return re.findall(r'data-well="(.+?)"', marks)


def with_fit(curve, **changes):
    return replace(curve, fit=replace(curve.fit, **changes))


def test_every_point_with_a_number_is_marked_with_its_well():
    curve = example.curve(1)
    drawn = panel(curve, FRAME)
    assert wells(drawn.marks.counted) == [point.position for point in curve.points]


def test_a_vial_is_named_by_rack_and_place():
    point = example.curve(1).points[0]._replace(rack="3", position="12")
    drawn = panel(replace(example.curve(1), points=(point,)), FRAME)
    assert wells(drawn.marks.counted) == ["3-12"]


def test_a_masked_point_says_why_and_counts_in_no_mean():
    """The mean of its concentration is that of the replicates left."""
    curve = example.curve(1)
    wild = curve.points[0]._replace(response=-40.0, masked="spilled")
    with_it = panel(replace(curve, points=(wild, *curve.points[1:])), FRAME)
    without = panel(replace(curve, points=curve.points[1:]), FRAME)
    assert wells(with_it.marks.masked) == [wild.position]
    assert "masked: spilled (off the scale)</title>" in with_it.marks.masked
    assert sorted(with_it.means.split("M")) == sorted(without.means.split("M"))


def test_the_ic50_stands_on_the_curve_with_its_label():
    middle = panel(example.curve(1), FRAME).middle
    assert middle.label == "IC50 12.6 nM"
    assert middle.low < middle.x < middle.high


@pytest.mark.parametrize("change", [{"qualifier": ">"}, {"parameters": {}}, {"band": ()}])
def test_an_ic50_that_was_not_had_is_not_marked(change):
    """Bounded, missing, or without a curve: no line is drawn to a number nobody has."""
    assert panel(with_fit(example.curve(1), **change), FRAME).middle is None


def test_an_open_interval_reaches_the_end_of_the_axis():
    curve = example.curve(1)
    ic50 = replace(curve.fit.parameters["ic50"], ci95=(1e-8, None))
    drawn = panel(with_fit(curve, parameters={"ic50": ic50}), FRAME)
    assert drawn.middle.high == drawn.grid.place.across.end


@pytest.mark.parametrize("status", ["at_bound", "not_converged", "too_few_points", "ambiguous"])
def test_a_fit_that_is_not_sound_says_so(status):
    curve = with_fit(example.curve(1), status=status)
    assert note(curve) != ""
    assert panel(curve, FRAME).dashed


def test_a_sound_fit_says_nothing():
    assert note(example.curve(1)) == ""


def test_a_curve_without_points_or_fit_is_still_a_panel():
    empty = replace(example.curve(1), points=(), fit=None, reportable="no value")
    drawn = panel(empty, FRAME)
    assert drawn.note == "no points to show"
    assert (drawn.marks, drawn.line, drawn.middle) == (("", ""), "", None)


def test_zero_concentrations_stand_left_of_a_broken_axis():
    curve = example.curve(1)
    blank = curve.points[0]._replace(concentration_m=0.0)
    drawn = panel(replace(curve, points=(blank, *curve.points)), FRAME)
    assert drawn.grid.x_labels[0].says == "0"
    first, *others = map(float, re.findall(r'cx="([\d.]+)"', drawn.marks.counted))
    assert first < min(others)


def test_masked_points_do_not_stretch_the_axis():
    curve = example.curve(1)
    wild = curve.points[0]._replace(response=180.0, masked="spilled")
    stretched = replace(curve, points=(*curve.points, wild))
    label = "percent specific"
    assert responses_of([stretched], label) == responses_of([curve], label)

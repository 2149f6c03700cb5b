"""The small cells of a report."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from labsvc.filing.rows import (
    affinities,
    fits,
    formulas,
    inputs,
    masked,
    operations,
    parameters,
    readings,
    summaries,
)
from labsvc.model.result import Affinity, Curve, Fit, Operation, Parameter, Point
from tests.filing import example

BAD = example.HOSTILE
HOSTILE = Curve(
    BAD, (), Fit(BAD, "converged", 1, {"hill": Parameter(1.0, BAD)}, remarks=(BAD,)),
    Affinity(1e-9, None, BAD, {BAD: BAD}), BAD,
)  # fmt: skip


def cells(row: str) -> list[str]:
    return ["".join(cell.itertext()) for cell in ET.fromstring(row)]


def test_a_reading_is_given_as_it_was_counted_and_reduced() -> None:
    """Counts unrounded, derived numbers to five and four figures, nothing where nothing was had."""
    point = Point("7", "total_added", "3", "x", 1e-8, {"cells": "H4"}, None, 812.0625, 1933.4876,
                  -12.34567, 0.0, "wet")  # fmt: skip
    expected = ["3-7", "total added", "x cells: H4", "10 nM", "812.0625", "1933.5", "−12.346", "0"]
    assert cells(readings([point])) == [*expected, "wet"]
    assert cells(readings([Point("A01", "blank")])) == ["A01", "blank", "", "", *"––––", ""]


def test_masked_readings_are_marked() -> None:
    rows = ET.fromstring(
        f"<t>{readings([Point('A01', 'blank'), Point('A02', 'blank', masked='wet')])}</t>"
    )
    assert [row.get("class") for row in rows] == [None, "masked"]


def test_masked_readings_are_counted() -> None:
    assert masked([Point("A01", "blank"), Point("A02", "blank", masked="wet")]) == 1


def test_a_curve_is_summed_up_with_its_doubt_before_its_remarks() -> None:
    """In the unit that the report asks for; a curve without a Ki shows none."""
    curve = example.curve(1)
    doubtful = replace(curve, ki=None, fit=replace(curve.fit, status="ambiguous", remarks=("why",)))
    first, second = ET.fromstring(f"<t>{summaries([curve, doubtful], 'µM')}</t>")
    said = ["".join(cell.itertext()) for cell in first]
    assert said[:1] + said[2:] == [
        "MOL-00171", "0.0126 µM [0.0101-0.016]", "−1.03 [−1.16 to −0.91]",
        "0.00504 µM [0.00403-0.0064]", "",
    ]  # fmt: skip
    assert second[4].text == "–"
    assert "".join(second[5].itertext()) == "ambiguous: the data do not settle the fit; why"


def test_a_curve_that_was_not_fitted_has_no_row_among_the_fits() -> None:
    assert fits([replace(example.curve(1), fit=None)]) == ""


def test_a_formula_is_told_beside_each_ki_only_where_there_are_several() -> None:
    curve = example.curve(1)
    other = replace(curve, ki=replace(curve.ki, formula="another"))
    assert formulas([curve, other, curve]) == [curve.ki.formula, "another"]
    assert "another" in affinities([other], "", with_formula=True)
    assert "another" not in affinities([other], "", with_formula=False)


def test_a_fit_gives_each_parameter_with_unit_and_error() -> None:
    fit = Fit("m", "converged", 8, {"ic50": Parameter(1.5e-9, "M", 2e-10),
                                    "top": Parameter(100.0, "%", fixed=True)})  # fmt: skip
    said = "".join(ET.fromstring(f"<t>{parameters(fit)}</t>").itertext())
    assert said == "IC50 1.5e-9 M ± 2e-10 top 100 % (fixed) "


@pytest.mark.parametrize(
    "made",
    [
        readings([Point(BAD, BAD, BAD, BAD, 1e-9, {BAD: BAD}, masked=BAD)]),
        parameters(Fit("m", "converged", 1, {BAD: Parameter(1.0, BAD)})),
        inputs({BAD: BAD, "x": BAD}),
        operations([Operation(BAD, BAD, {BAD: BAD})]),
        summaries([HOSTILE], ""),
        fits([HOSTILE]),
        affinities([HOSTILE], "", with_formula=True),
    ],
)
def test_hostile_text_in_any_cell_stays_text(made: str) -> None:
    """Well-formed as XML, no tag but ours, nothing hidden."""
    tags = {one.tag for one in ET.fromstring(f"<t>{made}</t>").iter()}
    assert tags <= {"t", "tr", "td", "span", "div", "li", "strong"}
    assert "\u202e" not in made
    assert "\x1b" not in made


def test_no_inputs_leave_no_line() -> None:
    assert inputs({}) == ""

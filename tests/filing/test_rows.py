"""The small cells of a report."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from labsvc.filing.rows import (
    affinities,
    facts,
    findings,
    fits,
    formulas,
    masked,
    operations,
    readings,
    shared_inputs,
    summaries,
)
from labsvc.model.result import Affinity, Curve, Finding, Fit, Operation, Parameter, Point, Status
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


def test_a_fact_that_is_not_known_has_no_line() -> None:
    """Unknown or empty; a plate's number may be 0."""
    shown = facts([("Plate", 0), ("Operator", None), ("Run", "k<1>"), ("Sheet", "")], code={"Run"})
    plate, run = ET.fromstring(f"<t>{shown}</t>")
    assert ["".join(one.itertext()) for one in (plate, run)] == ["Plate0", "Runk<1>"]
    assert (plate[1].get("class"), run[1].get("class")) == (None, "code")


def test_a_finding_says_outcome_check_sentence_value_and_limits() -> None:
    found = [Finding("z_prime", Status.WARN, 0.41234, "at least 0.5", "low"),
             Finding("hits", Status.NOT_APPLICABLE, None, "", "none")]  # fmt: skip
    rows = [cells(row) for row in str(findings(found)).replace("</tr>", "</tr>|").split("|")[:2]]
    assert rows == [["WARN", "Z′", "low", "0.412", "at least 0.5"],
                    ["n/a", "hits", "none", "–", ""]]  # fmt: skip


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


def test_what_every_ki_was_made_with_is_said_once() -> None:
    """And beside each what is its own; where there is one Ki alone, all of it."""
    first = example.curve(1)
    second = replace(first, ki=replace(first.ki, inputs={**first.ki.inputs, "IC50_M": 2e-8}))
    table = ET.fromstring(f"<t>{affinities([first, second], '', with_formula=False)}</t>")
    assert ["".join(row[-1].itertext()) for row in table] == [
        "IC50_M = 1.25893e-8 ",
        "IC50_M = 2e-8 ",
    ]
    assert "L_M = 1.5e-9</span> <span>Kd_M = 1e-9" in shared_inputs([first, second])
    assert shared_inputs([first]) == ""
    assert "Kd_M = 1e-9" in affinities([first], "", with_formula=False)


def test_a_fit_gives_each_parameter_with_unit_and_error() -> None:
    fit = Fit("m", "converged", 8, {"ic50": Parameter(1.5e-9, "M", 2e-10),
                                    "top": Parameter(100.0, "%", fixed=True)})  # fmt: skip
    row = cells(fits([replace(example.curve(1), fit=fit)]))
    assert row[4] == "IC50 1.5e-9 M ± 2e-10 top 100 % (fixed) "


@pytest.mark.parametrize(
    "made",
    [
        facts([(BAD, BAD)], code=()),
        findings([Finding(BAD, Status.FAIL, 1.0, BAD, BAD)]),
        readings([Point(BAD, BAD, BAD, BAD, 1e-9, {BAD: BAD}, masked=BAD)]),
        shared_inputs([HOSTILE, HOSTILE]),
        operations([Operation(BAD, BAD, {BAD: BAD})]),
        summaries([HOSTILE], ""),
        fits([HOSTILE]),
        affinities([HOSTILE], "", with_formula=True),
    ],
)
def test_hostile_text_in_any_cell_stays_text(made: str) -> None:
    """Well-formed as XML, no tag but ours, nothing hidden."""
    tags = {one.tag for one in ET.fromstring(f"<t>{made}</t>").iter()}
    assert tags <= {"t", "tr", "td", "span", "div", "li", "strong", "dt", "dd", "p"}
    assert "\u202e" not in made
    assert "\x1b" not in made


def test_no_inputs_leave_no_line() -> None:
    assert "<div" not in operations([Operation("total", "Total.", {})])

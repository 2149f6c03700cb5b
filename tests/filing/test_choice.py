"""Which curves and sections a report shows, and in what unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.filing.choice import chosen, left_out
from labsvc.filing.figures import drawn
from labsvc.filing.report import report_html
from labsvc.model.result import Affinity, Curve, Fit, Parameter, Point, Result, Verdict
from labsvc.model.telling import Report

AT = datetime(2026, 3, 2, tzinfo=UTC)


def curve(name: str) -> Curve:
    fit = Fit(
        "inhibition_4pl", "converged", 8, {"ic50": Parameter(33e-9, "M", ci95=(28e-9, 39e-9))}
    )
    points = (Point("A02", "sample", compound=name, concentration_m=1e-8, response=50.0),)
    return Curve(name, points, fit, Affinity(14.7e-9, None, "x", {}), "Ki 14.7 nM")


def result(*names: str, report: Report | None = None) -> Result:
    plain = Result("0123456789ab", Verdict.ACCEPTED, "NET", "net", "1", None, None, None,
                   "MicroBeta", "run", 1, "NET-1", None,
                   response_label="Specific binding (%)")  # fmt: skip
    curves = tuple(map(curve, names))
    points = tuple(point for one in curves for point in one.points)
    return replace(plain, curves=curves, points=points, plate_size=96, report=report)


def shown(given: Result) -> list[str]:
    return [one.compound for one in chosen(given).curves]


def page(given: Result) -> str:
    return report_html(given, raw=[], revision=1, filed_at=AT, software="labsvc", history="before")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((), ["LAB-2", "imipramine", "LAB-1 (HEK)"]),
        (("imipramine", "lab-*"), ["imipramine", "LAB-2", "LAB-1 (HEK)"]),
        (("LAB-1", "*"), ["LAB-1 (HEK)", "LAB-2", "imipramine"]),
        (("[3H]x",), ["LAB-2", "imipramine", "LAB-1 (HEK)"]),
    ],
)
def test_curves_are_chosen_by_name_and_in_order(
    asked: tuple[str, ...], expected: list[str]
) -> None:
    """Of every group; where none of those asked for is there, all are shown."""
    assert (
        shown(result("LAB-2", "imipramine", "LAB-1 (HEK)", report=Report(curves=asked))) == expected
    )


def test_what_is_left_out_is_said() -> None:
    """Nothing disappears in silence."""
    given = result("imipramine", "LAB-1", report=Report(curves=("imipramine",)))
    assert "but in result.json: LAB-1" in left_out(given)
    assert left_out(given) in page(given).replace("&#39;", "'")
    assert "LAB-1" not in drawn(given)["curves"]
    assert "has none: all stand" in left_out(replace(given, report=Report(curves=("x",))))
    assert left_out(result("imipramine")) == ""


def test_molar_answers_are_in_the_unit_asked_for() -> None:
    """The figures stay as they are: only the point moves."""
    assert "33 nM [28-39]" in page(result("imipramine"))
    html = page(result("imipramine", report=Report(unit="µM")))
    assert "0.033 µM [0.028-0.039]" in html
    assert "0.0147 µM" in html
    assert "33 nM" not in html


@pytest.mark.parametrize("section", ["history", "plate", "readings"])
def test_sections_may_be_left_out(section: str) -> None:
    """Never the results or how they were made."""
    heading = {"readings": '<h2 id="readings"', "plate": '<h2 id="plate"'}.get(section, "history")
    assert heading in page(result("imipramine")).split("</style>")[1]
    html = page(result("imipramine", report=Report(without=(section,)))).split("</style>")[1]
    assert heading not in html
    assert '<h2 id="summary"' in html
    assert '<h2 id="made"' in html

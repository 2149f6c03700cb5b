"""The whole pure line."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from labsvc.core.analyse import analyse, begin, conclude, finish
from labsvc.model.document import result_document
from labsvc.model.protocol import Counting, FitPlan, Limits, Protocol, Reference, Step
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Finding, Result, Status, Verdict
from labsvc.model.runsheet import Mask, Placement, RunSheet
from labsvc.model.telling import Report
from tests.core.bench import (
    CURVE,
    NONSPECIFICS,
    PROTOCOL,
    SHEET,
    TOTALS,
    assay,
    event,
    placed,
    reading,
    unit,
    with_counts,
)

INCUBATION = Step("incubation", 120.0, 10.0, begins="reaction_start", ends="harvest")
REFERENCE = Reference("desipramine", "ki", 1e-9, 1e-8, "own chart")
TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def concluded(protocol: Protocol = PROTOCOL, sheet: RunSheet = SHEET, **plate: Any) -> Result:
    return conclude(assay(plate.get("found"), protocol, sheet))


def by_check(result: Result) -> dict[str, Finding]:
    return {one.check: one for one in result.findings}


def test_a_good_plate_is_accepted_with_its_ki() -> None:
    """Made with IC50 10 nM, slope 1, [L] = Kd: Ki 5 nM, within its interval and the chart."""
    protocol = replace(PROTOCOL, references=(REFERENCE,), qc={"z_prime": Limits(fail_low=0.4)})
    found = analyse(unit(), [protocol], [SHEET], [])
    assert (found.verdict, found.protocol, found.runsheet) == (
        Verdict.ACCEPTED, "net-binding", "day-12",
    )  # fmt: skip
    (curve,) = found.curves
    assert curve.ki is not None
    assert curve.ki.value == pytest.approx(5e-9, rel=0.03)
    assert curve.ki.ci95 is not None
    low, high = curve.ki.ci95
    assert low is not None
    assert high is not None
    assert low < 5e-9 < high
    assert by_check(found)["reference: desipramine"].status is Status.PASS


def test_a_result_says_what_it_was_made_of() -> None:
    """Protocol with version and digest, run sheet, operator, lots, instrument, plate."""
    sheet = replace(SHEET, lots={"nisoxetine": "2419337"})
    found = analyse(unit(), [replace(PROTOCOL, title="NET")], [sheet], [])
    assert (found.title, found.protocol_version, found.protocol_digest) == ("NET", "1", "ab" * 32)
    assert (found.runsheet_digest, found.operator) == ("cd" * 32, "A. Miller")
    assert found.lots == {"nisoxetine": "2419337"}
    assert (found.instrument, found.plate, found.plate_id) == (
        "PerkinElmer MicroBeta", 1, "NET-0147",
    )  # fmt: skip
    assert found.counted_at_text == "Mon  2-Mar-2026  14:00"
    assert [one.name for one in found.candidates] == ["net-binding", "day-12"]
    assert [one.name for one in found.constants][1] == "Kd of [3H]nisoxetine"
    assert (found.response_label, found.plate_size) == ("Specific binding (%)", 24)


def test_a_held_run_says_why_and_what_would_release_it() -> None:
    """With its candidates, and nothing that looks like an answer."""
    found = analyse(unit(), [PROTOCOL], [], [])
    assert (found.verdict, found.title) == (Verdict.HELD, "NET-0147.txt: not analysed yet")
    assert (found.held_because or "").startswith("no run sheet for plate NET-0147 yet")
    assert found.released_by == "a run sheet for plate NET-0147 in the run sheet folder"
    assert [one.name for one in found.candidates] == ["net-binding"]
    assert (found.points, found.curves, found.findings, found.protocol) == ((), (), (), None)
    assert found.run_id == analyse(unit(), [PROTOCOL], [SHEET], []).run_id


def test_a_run_without_the_protocols_channel_is_held() -> None:
    """It is found only when the counts are read; it is held all the same."""
    found = analyse(unit(), [replace(PROTOCOL, counting=Counting(channel="B"))], [SHEET], [])
    assert found.verdict is Verdict.HELD
    assert "reads channel 'B', but the run has the channels 1" in (found.held_because or "")
    assert found.released_by
    assert [one.taken for one in found.candidates] == [True, True]


def test_without_a_window_the_plate_is_rejected_and_has_no_ki() -> None:
    """Totals were forgotten: no percentage, no curve, no number."""
    found = concluded(found=with_counts(dict.fromkeys(TOTALS, 90.0)))
    assert found.verdict is Verdict.REJECTED
    assert by_check(found)["window"].status is Status.FAIL
    (curve,) = found.curves
    assert (curve.reportable, curve.ki and curve.ki.value) == ("too few points", None)


def test_missing_nonspecific_wells_reject_the_plate() -> None:
    """All of them masked."""
    masks = tuple(Mask(well, "wet") for well in NONSPECIFICS)
    found = concluded(sheet=replace(SHEET, masks=masks))
    assert found.verdict is Verdict.REJECTED
    assert {one.response for one in found.points} == {None}


def test_a_masked_point_is_shown_and_not_fitted() -> None:
    """A wild well moves the IC50; masked it does not."""
    wild = with_counts({"C04": 3000.0})
    masked = concluded(found=wild, sheet=replace(SHEET, masks=(Mask("C04", "pipetting"),)))
    (curve,) = masked.curves
    assert curve.fit is not None
    assert curve.fit.n_points == 11
    assert curve.fit.parameters["ic50"].value == pytest.approx(1e-8, rel=0.05)
    assert [one.masked for one in curve.points if one.masked] == ["pipetting"]


def test_without_a_fit_there_are_points_and_no_curves() -> None:
    """A primary screen."""
    found = concluded(replace(PROTOCOL, fit=None))
    assert (found.curves, len(found.points)) == ((), 20)


def test_without_ki_in_the_plan_only_the_ic50_is_reported() -> None:
    """Cheng-Prusoff is asked for, never supposed."""
    (curve,) = concluded(replace(PROTOCOL, fit=FitPlan("inhibition_4pl"))).curves
    assert curve.ki is None
    assert curve.reportable.startswith("IC50 ")


def test_fixed_plateaus_are_held() -> None:
    """And so have no interval."""
    plan = FitPlan("inhibition_4pl", fixed={"top": 100.0, "bottom": 0.0})
    (curve,) = concluded(replace(PROTOCOL, fit=plan)).curves
    assert curve.fit is not None
    top = curve.fit.parameters["top"]
    assert (top.value, top.fixed, top.ci95) == (100.0, True, None)


def uptake(response: str, counts: list[float]) -> Result:
    doses = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10]
    rows = [("", "vehicle", 1000.0), ("", "blank", 100.0)]
    rows += [("desipramine", "sample", cpm) for cpm in counts]
    plate = placed(*rows, response=response)  # type: ignore[arg-type]
    given = iter([None, None, *doses])
    wells = tuple(well._replace(concentration_m=next(given)) for well in plate.wells)
    protocol = replace(plate.protocol, fit=FitPlan("inhibition_4pl"))
    return conclude(replace(plate, protocol=protocol, wells=wells))


def test_inhibition_rises_where_percent_of_control_falls() -> None:
    """The same counts, the same IC50, the slope with the other sign."""
    noise = (1.02, 0.99, 1.01, 0.98, 1.01, 0.99)
    doses = (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10)
    counts = [(100 + 900 / (1 + dose / 3e-8)) * by for dose, by in zip(doses, noise, strict=True)]
    ((one,), (other,)) = (
        uptake(name, counts).curves for name in ("percent_inhibition", "percent_of_control")
    )
    assert one.fit is not None
    assert other.fit is not None
    assert one.fit.parameters["ic50"].value == pytest.approx(
        other.fit.parameters["ic50"].value, rel=1e-6
    )
    assert (one.fit.parameters["hill"].value or 0) > 0 > (other.fit.parameters["hill"].value or 0)


def test_a_compound_that_raises_uptake_has_no_ic50() -> None:
    """Its counts go up with the dose: that is no inhibition, and no number is given."""
    (curve,) = uptake("percent_inhibition", [2900.0, 2800.0, 2000.0, 1200.0, 1010.0, 990.0]).curves
    assert curve.fit is not None
    assert curve.fit.parameters["ic50"].value is None
    assert curve.fit.qualifier != "<"


def test_groups_of_a_compound_are_curves_of_their_own() -> None:
    """Named with the group."""
    plate = placed(("", "vehicle", 1000.0), ("", "blank", 100.0),
                   ("a", "sample", 500.0), ("a", "sample", 600.0))  # fmt: skip
    cells = iter(("", "", "HEK", "WT"))
    wells = tuple(well._replace(group={"cells": next(cells)}) for well in plate.wells)
    protocol = replace(plate.protocol, fit=FitPlan("inhibition_4pl"))
    found = conclude(replace(plate, protocol=protocol, wells=wells))
    assert [curve.compound for curve in found.curves] == ["a (HEK)", "a (WT)"]


def test_a_late_step_asks_for_review_and_stands_beside_its_event() -> None:
    """135 min instead of 120 ± 10: at the harvest, nowhere else."""
    protocol = replace(PROTOCOL, steps=(INCUBATION,))
    late = event("harvest", NOON.replace(minute=15))
    sheet = replace(SHEET, times={"reaction_start": TEN})
    found = analyse(unit(), [protocol], [sheet], [late])
    assert found.verdict is Verdict.REVIEW
    assert [(one.step, bool(one.finding)) for one in found.timeline] == [
        ("reaction_start", False), ("harvest", True), ("count", False),
    ]  # fmt: skip
    assert "took 135 min" in (found.timeline[1].finding or "")


def test_a_step_in_time_leaves_the_timeline_without_remarks() -> None:
    """120 min exactly."""
    protocol = replace(PROTOCOL, steps=(INCUBATION,))
    sheet = replace(SHEET, times={"reaction_start": TEN, "harvest": NOON})
    found = analyse(unit(), [protocol], [sheet], [])
    assert {one.finding for one in found.timeline} == {None}
    assert by_check(found)["step_incubation"].status is Status.PASS


def fractions(*rows: tuple[str, Any, float]) -> Result:
    """Vials with the mix of each compound; all in one kind of cells."""
    plate = placed(*rows)
    plan = Plan("fraction_of_added", 5.0, ("compound",), ())
    protocol = replace(plate.protocol, kind="uptake_fraction", reduction=plan)
    return conclude(replace(plate, protocol=protocol))


MIXES: tuple[tuple[str, Any, float], ...] = (
    ("DMSO", "total_added", 1000.0), ("drug", "total_added", 1000.0),
    ("DMSO", "vehicle", 500.0), ("drug", "sample", 250.0),
)  # fmt: skip


def test_fractions_are_accepted_when_every_row_is_whole() -> None:
    """Each has its mix and its vehicle."""
    found = fractions(*MIXES)
    assert found.verdict is Verdict.ACCEPTED
    assert [group.values["fraction_of_vehicle"] for group in found.groups] == [1.0, 0.5]
    assert by_check(found)["fractions"].sentence.startswith("2 of 2 rows have both")
    assert found.response_label == "Fraction of vehicle control"


def test_a_row_without_its_vehicle_rejects_the_table() -> None:
    """Half of it has no answer."""
    found = fractions(*MIXES[:2], MIXES[3])
    assert found.verdict is Verdict.REJECTED
    assert by_check(found)["fractions"].sentence.startswith("0 of 1 rows")


def test_what_took_no_part_is_told() -> None:
    """Vials of another experiment, and wells that were counted twice."""
    plate = placed(("", "vehicle", 1000.0), ("", "blank", 100.0))
    more = (*plate.unit.readings, reading("9", 5.0, rack="1"), reading("1", 1.0, rack="1", cycle=2))
    found = conclude(replace(plate, unit=replace(plate.unit, readings=more)))
    told = {one.name: one.sentence for one in found.operations}
    assert told["positions not in the run sheet"].startswith("1 counted positions of the run are")
    assert told["repeated counts"].startswith("1 positions were counted more than once")
    assert "repeated counts" not in {one.name for one in concluded().operations}


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [one for each in value.values() for one in numbers(each)]
    if isinstance(value, list):
        return [one for each in value for one in numbers(each)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize(
    "found",
    [
        concluded,
        lambda: concluded(found=with_counts(dict.fromkeys(TOTALS, 0.0))),
        lambda: concluded(found=with_counts(dict.fromkeys(CURVE, 1000.0))),
        lambda: concluded(found=with_counts(dict.fromkeys(CURVE, 0.0))),
        lambda: fractions(*MIXES[:2], MIXES[3]),
        lambda: analyse(unit(), [], [], []),
    ],
)
def test_every_number_of_a_result_is_finite_in_json(found: Any) -> None:
    """Whatever the counts: null where there is none, and strict JSON."""
    document = result_document(found())
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert all(math.isfinite(one) for one in numbers(document))


def test_a_placement_of_a_slots_well_is_not_fitted_with_it() -> None:
    """The run sheet turned one well into a blank: it is no point of the curve."""
    sheet = replace(SHEET, placements=(Placement("C04", "unused"),))
    (curve,) = concluded(sheet=sheet).curves
    assert "C04" not in {point.position for point in curve.points}
    assert len(curve.points) == 11


def test_a_report_may_have_its_own_title_and_unit() -> None:
    """Both stand in the result, so that mail, list and report say the same."""
    plan = replace(PROTOCOL, report=Report(title="Series B", unit="µM"))
    found, plain = conclude(assay(protocol=plan)), conclude(assay())
    assert (found.title, found.report) == ("Series B", plan.report)
    assert plain.title == PROTOCOL.title
    assert "nM" in plain.curves[0].reportable
    assert "µM" in found.curves[0].reportable
    assert found.curves[0].fit == plain.curves[0].fit


def test_units_finished_together_are_what_each_is_alone() -> None:
    """Of other protocols, models and layouts, held and whole, in any order."""
    rough = with_counts({"C04": 900.0, "D04": 400.0})
    plans = [
        PROTOCOL,
        replace(PROTOCOL, fit=FitPlan("inhibition_3pl")),
        replace(PROTOCOL, fit=None),
        replace(PROTOCOL, counting=Counting(channel="B")),
    ]
    asked = [(one, [plan]) for one in (unit(), unit(rough)) for plan in plans]
    alone = [analyse(one, plan, [SHEET], []) for one, plan in asked]
    assert len({repr(one.curves) for one in alone}) > 3
    for order in ([*range(8)], [7, 2, 5, 0, 3, 6, 1, 4]):
        together = finish([begin(*asked[row], [SHEET], []) for row in order])
        assert [repr(one) for one in together] == [repr(alone[row]) for row in order]

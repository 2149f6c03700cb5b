"""Counts to the response."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.assays.reduce import (
    Reduction,
    Window,
    by_compound,
    control_scatter,
    labelled,
    reduce,
    with_response,
)
from labsvc.core.assays.replicates import Spread
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay
from labsvc.model.protocol import Counting, QuenchSet
from labsvc.model.result import Point
from labsvc.model.run import Quench, Reading
from labsvc.model.runsheet import Mask
from tests.core.bench import (
    COUNTS,
    NONSPECIFICS,
    PROTOCOL,
    SHEET,
    TOTALS,
    assay,
    placed,
    readings,
    with_counts,
)

DPM = replace(PROTOCOL, counting=Counting(unit="dpm", efficiency_percent=40.0,
                                          efficiency_source="standards of May"))  # fmt: skip
VIALS: tuple[tuple[str, Any, float], ...] = (
    ("", "vehicle", 1040.0), ("", "vehicle", 1040.0), ("", "nonspecific", 140.0),
    ("", "background", 30.0), ("", "background", 50.0), ("desipramine", "sample", 590.0),
)  # fmt: skip


def point(found: Reduction, position: str) -> Point:
    (one,) = (point for point in found.points if point.position == position)
    return one


def said(found: Reduction) -> str:
    return "\n".join(one.sentence for one in found.operations)


def without(plate: Assay, role: str) -> Assay:
    return replace(plate, wells=tuple(well for well in plate.wells if well.role != role))


def test_percent_specific_lies_between_the_controls() -> None:
    """Total 1000, non-specific 100: 550 cpm are 450 specific, half of the window of 900."""
    found = reduce(assay(with_counts({"C04": 550.0})))
    assert (point(found, "C04").specific, point(found, "C04").response) == (450.0, 50.0)
    assert found.window.span == 900.0
    assert "Percent specific = 100 x (cpm - nonspecific) / (total - nonspecific)." in said(found)
    assert "Total: mean 1000.0 cpm of 4 positions, SD 81.6." in said(found)


def test_a_response_is_never_cut_off_at_0_or_100() -> None:
    """Scatter around the plateaus belongs to the fit."""
    found = reduce(assay(with_counts({"C06": 1090.0, "C01": 55.0})))
    assert point(found, "C06").response == pytest.approx(110.0)
    assert point(found, "C01").response == pytest.approx(-5.0)


def test_percent_inhibition_is_what_control_lacks_of_100() -> None:
    """Vehicle 1040, blocked 140: 590 is half inhibited; the formula says so."""
    found = reduce(placed(*VIALS[:3], VIALS[5]))
    assert point(found, "4").response == 50.0
    assert "Percent inhibition = 100 x (vehicle - cpm) / (vehicle - nonspecific)." in said(found)


@given(st.floats(-1e4, 1e5))
def test_inhibition_and_percent_of_control_make_100(cpm: float) -> None:
    """For any count."""
    rows = (*VIALS[:3], ("desipramine", "sample", cpm))
    one, other = (reduce(placed(*rows, response=name))
                  for name in ("percent_inhibition", "percent_of_control"))  # fmt: skip
    total = (point(one, "4").response or 0.0) + (point(other, "4").response or 0.0)
    assert total == pytest.approx(100.0, abs=1e-6)


def test_background_positions_are_taken_off_everything_but_themselves() -> None:
    """30 and 50: mean 40 off. A difference of two counts is the same without it."""
    found = reduce(placed(*VIALS))
    assert [one.cpm for one in found.points] == [1000.0, 1000.0, 100.0, 30.0, 50.0, 550.0]
    assert point(found, "6").response == 50.0
    assert "Background of 40.0 cpm (mean of 2 positions) subtracted." in said(found)


def test_background_that_the_counter_took_off_is_not_taken_off_twice() -> None:
    """Even if the run sheet has background positions."""
    plate = placed(*VIALS)
    corrected = tuple(_corrected(one) for one in plate.unit.readings)
    by_place = {one.position: one for one in corrected}
    plate = replace(
        plate, wells=tuple(w._replace(reading=by_place[w.position]) for w in plate.wells)
    )
    found = reduce(plate)
    assert [one.cpm for one in found.points] == [row[2] for row in VIALS]
    assert "had taken its background off; none is subtracted again." in said(found)


def _corrected(one: Reading) -> Reading:
    return one._replace(channels=(one.channels[0]._replace(corrected=("background",)),))


def test_gross_counts_are_said_to_be_gross() -> None:
    """Neither the counter nor a position tells the background."""
    assert "cpm are gross" in said(reduce(assay()))


def test_a_masked_background_position_is_not_taken_off() -> None:
    """Nor averaged in."""
    plate = placed(*VIALS)
    wells = tuple(
        well._replace(masked="spilt") if well.position == "5" else well for well in plate.wells
    )
    assert reduce(replace(plate, wells=wells)).points[0].cpm == 1010.0


def test_dpm_follow_the_net_counts() -> None:
    """1000 net cpm at 40 % are 2500 dpm, not the 2600 of the gross counts."""
    plate = placed(*VIALS)
    protocol = replace(plate.protocol, counting=Counting(efficiency_percent=40.0))
    found = reduce(replace(plate, protocol=protocol))
    assert point(found, "1").dpm == pytest.approx(2500.0)


def test_a_protocol_in_dpm_compares_dpm() -> None:
    """A quenched vial: 225 cpm at 50 % less efficiency are the same dpm as 450."""
    quenched = tuple(_dpm(one, 20.0 if one.position == "C04" else 40.0)
                     for one in with_counts({"C04": 275.0}))  # fmt: skip
    found = reduce(assay(quenched, DPM))
    assert found.window.upper is not None
    assert (found.window.upper.mean, found.window.upper.n) == (2500.0, 4)
    assert found.window.upper.sd == pytest.approx(204.124145)
    assert point(found, "C04").response == pytest.approx(50.0)
    assert "Percent specific = 100 x (dpm - nonspecific) / (total - nonspecific)." in said(found)
    assert "Total: mean 2500.0 dpm of 4 positions, SD 204.1." in said(found)
    assert "else cpm / the efficiency of 40 % (standards of May)" in said(found)


def _dpm(one: Reading, efficiency: float) -> Reading:
    return one._replace(channels=(one.channels[0]._replace(efficiency_percent=efficiency),))


def test_a_protocol_in_dpm_leaves_out_what_has_none() -> None:
    """No efficiency is known: every position is masked with the reason."""
    found = reduce(assay(protocol=replace(PROTOCOL, counting=Counting(unit="dpm"))))
    assert {one.masked for one in found.points} == {"no dpm is known for it"}
    assert (found.window.upper, found.window.span) == (None, None)


QUENCHED = replace(PROTOCOL, counting=Counting(unit="dpm", quench=QuenchSet(
    "tSIE", ((980, 68.0), (440, 41.0), (250, 31.5)), "own standards")))  # fmt: skip


def test_a_quench_curve_in_dpm_names_itself_and_leaves_out_what_is_beyond_it() -> None:
    """C04 at tSIE 200 has no dpm, is masked, and is named with the range."""
    found = reduce(assay([
        one._replace(quench=Quench("tSIE", 200 if one.position == "C04" else 700))
        for one in readings(COUNTS)
    ], QUENCHED))  # fmt: skip
    why = "no dpm is known for it: its tSIE of 200 is outside the quench curve (250 to 980)"
    assert (point(found, "C04").dpm, point(found, "C04").masked) == (None, why)
    assert point(found, "A01").dpm is not None
    assert "quench curve of 3 standards from 250 to 980 (own standards), never beyond" in said(
        found
    )
    assert found.window.span == pytest.approx(900 / 0.54)


def test_masked_positions_are_named_and_count_nowhere() -> None:
    """Without A02 the totals are 1000, 900, 1000."""
    found = reduce(assay(sheet=replace(SHEET, masks=(Mask("A02", "air bubble"),))))
    assert found.window.upper is not None
    assert found.window.upper.n == 3
    assert found.window.upper.mean == pytest.approx(2900 / 3)
    assert "Left out of every mean and fit: A02 (air bubble)." in said(found)
    assert point(found, "A02").masked == "air bubble"
    assert point(found, "A02").response is not None


def test_a_position_without_a_count_is_left_out() -> None:
    """A blank cell is not 0 cpm."""
    blank = tuple(
        one._replace(channels=()) if one.position == "A01" else one for one in readings(COUNTS)
    )
    found = reduce(assay(blank))
    assert (point(found, "A01").cpm, point(found, "A01").response) == (None, None)
    assert point(found, "A01").masked == "no cpm is known for it"


def test_without_nonspecific_wells_there_is_no_percentage() -> None:
    """Total binding alone is no specific binding; 0 is not put in its place."""
    found = reduce(without(assay(), "nonspecific"))
    assert (found.window.lower, found.window.span) == (None, None)
    assert {(one.specific, one.response) for one in found.points} == {(None, None)}
    assert "No usable nonspecific position." in said(found)
    assert "total must lie above nonspecific, so no percentage can be given." in said(found)


@pytest.mark.parametrize("level", [100.0, 50.0])
def test_controls_without_a_window_give_no_percentage(level: float) -> None:
    """Totals at or below the non-specific wells: no division by zero, no sign turned round."""
    found = reduce(assay(with_counts(dict.fromkeys(TOTALS, level))))
    assert found.window.span is None
    assert {one.response for one in found.points} == {None}
    assert point(found, "B02").specific == 10.0


def test_one_position_of_a_control_has_no_sd() -> None:
    """It is used, and said to be one."""
    lone = {well: "masked" for well in list(TOTALS)[1:]}
    masks = tuple(Mask(well, reason) for well, reason in lone.items())
    found = reduce(assay(sheet=replace(SHEET, masks=masks)))
    assert found.window.upper == Spread(1000.0, None, 1)
    assert "Total: mean 1000.0 cpm of 1 position." in said(found)


def test_controls_of_two_kinds_are_not_pooled() -> None:
    """Blanks without membranes are no non-specific wells; untreated wells are no vehicle."""
    rows = (*VIALS[:3], ("", "blank", 20.0), ("", "total", 2000.0), VIALS[5])
    binding = reduce(placed(*rows, response="percent_specific"))
    uptake = reduce(placed(*rows))
    assert (binding.window.upper, binding.window.lower) == (
        Spread(2000.0, None, 1), Spread(140.0, None, 1),
    )  # fmt: skip
    assert (uptake.window.upper, uptake.window.lower) == (
        Spread(1040.0, 0.0, 2), Spread(20.0, None, 1),
    )  # fmt: skip
    assert "100 x (vehicle - cpm) / (vehicle - blank)" in said(uptake)


def test_unused_wells_are_no_points() -> None:
    """A slot without a compound leaves 8 controls."""
    found = reduce(assay(sheet=replace(SHEET, compounds=())))
    assert {one.position for one in found.points} == {*TOTALS, *NONSPECIFICS}


def test_a_channel_the_run_lacks_is_refused() -> None:
    """The caller holds the run."""
    with pytest.raises(LayoutError, match="reads channel 'B'"):
        reduce(assay(protocol=replace(PROTOCOL, counting=Counting(channel="B"))))


@given(st.lists(st.floats(0, 1e6), min_size=20, max_size=20))
def test_the_controls_own_mean_responses_are_100_and_0(counts: list[float]) -> None:
    """By construction, wherever there is a window to speak of."""
    found = reduce(assay(readings(dict(zip(COUNTS, counts, strict=True)))))
    if found.window.span is None or found.window.span < 1:
        return
    for role, level in (("total", 100.0), ("nonspecific", 0.0)):
        seen = [one.response or 0.0 for one in found.points if one.role == role]
        assert sum(seen) / len(seen) == pytest.approx(level, abs=1e-3)


def test_the_window_is_the_distance_of_the_means() -> None:
    """None where a control is missing or they meet."""
    high, low = Spread(1000.0, 1.0, 4), Spread(100.0, 1.0, 4)
    assert Window(high, low).span == 900.0
    assert (Window(low, high).span, Window(high, high).span) == (None, None)
    assert (Window(high, None).span, Window(None, low).span) == (None, None)


def test_the_scatter_at_both_ends_of_the_response_is_that_of_the_controls() -> None:
    """Specific binding is 0 at the non-specific control, inhibition at the total."""
    window = Window(Spread(1000.0, 50.0, 4), Spread(100.0, 8.0, 4))
    assert control_scatter(window, rising=False) == (8.0, 50.0)
    assert control_scatter(window, rising=True) == (50.0, 8.0)
    assert control_scatter(replace(window, lower=Spread(100.0, None, 1)), rising=False) is None
    assert control_scatter(replace(window, upper=Spread(1000.0, 0.0, 4)), rising=False) is None


def test_points_are_grouped_by_compound_and_group() -> None:
    """One compound in two kinds of cells is two curves; controls are in none."""
    points = [
        Point("1", "sample", compound="a", group={"cells": "HEK"}),
        Point("2", "reference", compound="b"),
        Point("3", "sample", compound="a", group={"cells": "wild"}),
        Point("4", "sample", compound="a", group={"cells": "HEK"}),
        Point("5", "total", compound="a"),
    ]
    found = by_compound(points)
    assert {labelled(key): [one.position for one in some] for key, some in found.items()} == {
        "a (HEK)": ["1", "4"], "b": ["2"], "a (wild)": ["3"],
    }  # fmt: skip


def test_a_point_with_its_response_keeps_all_else() -> None:
    """Every field is told apart here: one that is left out would be another's or nothing."""
    values = {name: name for name in Point._fields}
    point = Point(**values)  # type: ignore[arg-type]
    assert with_response(point, 1.0, 2.0) == point._replace(specific=1.0, response=2.0)

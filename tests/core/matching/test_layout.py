"""What each position holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from labsvc.core.matching.layout import recounted, unplaced, wells
from labsvc.errors import LayoutError
from labsvc.model.assay import Well
from labsvc.model.protocol import Layout, Reduction
from labsvc.model.run import Reading, State
from labsvc.model.runsheet import Compound, Mask, Placement, RunSheet
from tests.core.bench import COUNTS, DOSES, PROTOCOL, SHEET, reading, readings, unit

VIALS = replace(PROTOCOL, layout=Layout(None))
TUBES = replace(
    SHEET,
    compounds=(),
    placements=(
        Placement("1", "vehicle", "1"),
        Placement("1", "sample", "2", "desipramine", 1e-8, {"cells": "HEK"}),
    ),
)


def tube(position: str, rack: str, **more: Any) -> Reading:
    return reading(position, rack=rack, **more)


def at(placed: tuple[Well, ...], position: str, rack: str | None = None) -> Well:
    (found,) = (well for well in placed if (well.rack, well.position) == (rack, position))
    return found


def standard(found: tuple[Reading, ...], sheet: RunSheet = SHEET) -> tuple[Well, ...]:
    return wells(unit(found), PROTOCOL, sheet)


def test_a_plate_holds_its_controls_and_its_slots() -> None:
    """Each well with role, compound, concentration and what was counted there."""
    placed = standard(readings(COUNTS))
    assert len(placed) == 20
    assert at(placed, "A02").role == "total"
    top = at(placed, "D01")
    assert (top.role, top.compound, top.concentration_m) == ("sample", "desipramine", 1e-6)
    assert top.reading is not None
    assert top.reading.channels[0].cpm == COUNTS["D01"]
    assert {well.masked for well in placed} == {None}


def test_a_slot_the_run_sheet_does_not_name_is_unused() -> None:
    """Its wells may be counted or not; they take no part."""
    placed = standard(readings(COUNTS), replace(SHEET, compounds=()))
    assert at(placed, "C03").role == "unused"
    controls = {well: cpm for well, cpm in COUNTS.items() if well[0] in "AB"}
    assert len(standard(readings(controls), replace(SHEET, compounds=()))) == 20


def test_concentrations_beyond_those_given_are_unused() -> None:
    """Five concentrations in a slot of six."""
    short = replace(SHEET, compounds=(Compound("desipramine", "1", DOSES[:5]),))
    placed = standard(readings(COUNTS), short)
    assert (at(placed, "C05").role, at(placed, "C06").role) == ("sample", "unused")


def test_a_role_and_a_group_of_the_run_sheet_reach_the_well() -> None:
    """A reference compound stays one."""
    named = Compound("imipramine", "1", DOSES, "reference", {"batch": "7"})
    placed = standard(readings(COUNTS), replace(SHEET, compounds=(named,)))
    assert (at(placed, "C01").role, at(placed, "C01").group) == ("reference", {"batch": "7"})


def test_a_compound_in_a_slot_that_is_not_there_is_refused() -> None:
    """With the slots there are."""
    lost = replace(SHEET, compounds=(Compound("desipramine", "9", DOSES),))
    with pytest.raises(LayoutError, match=r"slot 9, but protocol net-binding has the slots 1;"):
        standard(readings(COUNTS), lost)


def test_a_run_shorter_than_the_plan_is_refused() -> None:
    """The counter stopped before row D: no curve from half the wells."""
    short = {well: cpm for well, cpm in COUNTS.items() if well[0] != "D"}
    with pytest.raises(LayoutError) as refused:
        standard(readings(short))
    said = str(refused.value)
    assert said.startswith("6 of the 20 planned positions were not in the run (D01, D02, D03, D04,")
    assert "D05 and 1 more); the run has 14 readings" in said


def test_a_plate_with_counts_that_no_one_planned_is_refused() -> None:
    """The plate map is shorter than the run."""
    with pytest.raises(LayoutError) as refused:
        standard(readings({**COUNTS, "A05": 900.0, "A06": 910.0}))
    assert "the plan places 20 positions but the run counted 22: A05, A06" in str(refused.value)
    assert "protocol net-binding or run sheet day-12" in str(refused.value)


def test_an_unplanned_well_that_was_not_counted_is_no_matter() -> None:
    """Counters list the empty wells of a plate too."""
    empty = reading("A05", None, plate=1, state=State.NOT_COUNTED)
    assert len(standard((*readings(COUNTS), empty))) == 20


def test_the_run_sheet_may_place_a_position_anew() -> None:
    """It is nearer to the experiment than the protocol."""
    moved = replace(SHEET, placements=(Placement("A04", "unused"),))
    assert at(standard(readings(COUNTS), moved), "A04").role == "unused"


def test_vials_are_known_by_rack_and_position() -> None:
    """Position 1 of rack 1 is not position 1 of rack 2."""
    found = (tube("1", "1"), tube("1", "2"), tube("2", "2"))
    placed = wells(unit(found), VIALS, TUBES)
    assert at(placed, "1", "1").role == "vehicle"
    assert at(placed, "1", "2").compound == "desipramine"
    assert at(placed, "1", "2").group == {"cells": "HEK"}
    assert unplaced(unit(found), placed) == 1


def test_a_vial_that_was_not_counted_is_not_missed_in_the_rack() -> None:
    """Vials of other experiments that were counted are told; empty places are not."""
    found = (tube("1", "1"), tube("1", "2"), tube("3", "2", state=State.NOT_COUNTED))
    assert unplaced(unit(found), wells(unit(found), VIALS, TUBES)) == 0


def test_a_missing_vial_is_named_with_its_rack() -> None:
    """The person must know which."""
    with pytest.raises(LayoutError, match=r"not in the run \(rack 2 position 1\)"):
        wells(unit((tube("1", "1"),)), VIALS, TUBES)


def test_a_masked_position_carries_its_reason() -> None:
    """The run sheet's word, which goes before the counter's."""
    sheet = replace(SHEET, masks=(Mask("A02", "air bubble"),))
    aborted = tuple(
        one._replace(state=State.ABORTED) if one.position == "A02" else one
        for one in readings(COUNTS)
    )
    assert at(standard(readings(COUNTS), sheet), "A02").masked == "air bubble"
    assert at(standard(aborted, sheet), "A02").masked == "air bubble"


def test_a_mask_of_a_vial_is_of_its_rack_only() -> None:
    """Position 1 of the other rack counts."""
    placed = wells(
        unit((tube("1", "1"), tube("1", "2"))), VIALS,
        replace(TUBES, masks=(Mask("1", "spilt", "2"),)),
    )  # fmt: skip
    assert (at(placed, "1", "1").masked, at(placed, "1", "2").masked) == (None, "spilt")


def test_a_mask_that_hits_nothing_is_refused() -> None:
    """A mask without its rack would leave the spilt vial in the mean."""
    with pytest.raises(LayoutError, match=r"day-12 masks 1, which the plan does not place"):
        wells(
            unit((tube("1", "1"), tube("1", "2"))), VIALS,
            replace(TUBES, masks=(Mask("1", "spilt"),)),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "flags", "why"),
    [
        (State.NOT_COUNTED, (), "not counted by the instrument"),
        (State.ABORTED, (), "counting was aborted"),
        (State.OVERFLOW, (), "the printed value overflowed its column"),
        (State.OVERFLOW, ("recovered",), None),
        (State.COUNTED, ("instrument_flag",), "flagged by the counter (instrument flag)"),
        (State.COUNTED, ("count_conditions_modified",), None),
    ],
)
def test_a_count_that_cannot_be_used_is_masked_with_its_reason(
    state: State, flags: tuple[str, ...], why: str | None
) -> None:
    """Not counted, aborted, overflowed; a recovered overflow counts, and so does another flag."""
    plan = Reduction("percent_specific", exclude_flags=("instrument_flag",))
    first, *rest = readings(COUNTS)
    found = (first._replace(state=state, flags=flags), *rest)
    placed = wells(unit(found), replace(PROTOCOL, reduction=plan), SHEET)
    assert at(placed, "A01").masked == why


def test_the_last_count_of_a_position_stands_and_the_repeats_are_told() -> None:
    """The second count was printed first here; its order in the report does not matter."""
    second = reading("A01", 1050.0, plate=1, repeat=2)
    found = (second, *readings(COUNTS))
    counted = at(standard(found), "A01").reading
    assert counted is second
    assert recounted(unit(found)) == 1
    assert recounted(unit(readings(COUNTS))) == 0


def test_a_recount_that_was_aborted_does_not_displace_a_good_count() -> None:
    """Someone stopped the counter in its second count."""
    stopped = reading("A01", 3.0, plate=1, repeat=2, state=State.ABORTED)
    well = at(standard((*readings(COUNTS), stopped)), "A01")
    assert well.reading is not None
    assert (well.reading.repeat, well.masked) == (1, None)

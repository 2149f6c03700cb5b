"""A count under way is matched by all that it shows but the number of its readings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.interim import SHEET, begun_with, clean, counted, protocol
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.match import match
from labsvc.model.assay import Held
from labsvc.model.protocol import Layout, Protocol
from labsvc.model.run import Reading, State
from labsvc.model.runsheet import Compound, Mask, Placement, RunSheet

READINGS = counted(clean(np.random.default_rng(3)))


def joined(
    readings: tuple[Reading, ...] = READINGS[:5],
    plan: Protocol | None = None,
    sheets: tuple[RunSheet, ...] = (SHEET,),
) -> Begun | str:
    return begun(begun_with(readings).unit, [plan or protocol()], sheets)


def test_a_beginning_that_would_be_held_is_matched() -> None:
    """Five of 96: the final match wants them all, the beginning says how many are left."""
    found = joined()
    assert isinstance(found, Begun)
    assert isinstance(match(found.unit, [protocol()], [SHEET], ()), Held)
    assert (found.runsheet.name, len(found.counted), found.left) == ("U-0087", 5, 91)


def test_the_number_of_readings_a_protocol_expects_does_not_matter_yet() -> None:
    """It holds of the whole run only; the other conditions hold from the first reading on."""
    plan, unit = protocol(), replace(begun_with(READINGS[:5]).unit, plate_id="U-0087")
    by_plate = replace(SHEET, count_program=None, plate_id="U-0087")
    wants = replace(plan, recognise=replace(plan.recognise, readings=96))
    other = replace(plan, recognise=replace(plan.recognise, program_name="DA*"))
    assert isinstance(begun(unit, [wants], [by_plate]), Begun)
    assert begun(unit, [other], [by_plate]) == "no run sheet names this count yet"


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ((), "no run sheet names this count yet"),
        ((replace(SHEET, count_program="8"),), "no run sheet names this count yet"),
        (
            (SHEET, replace(SHEET, name="U-0088")),
            "2 run sheets claim this count: U-0087 and U-0088",
        ),
    ],
)
def test_why_a_count_cannot_be_judged_is_said(sheets: tuple[RunSheet, ...], why: str) -> None:
    """None, another's, or two."""
    assert joined(sheets=sheets) == why


def test_a_plan_that_does_not_fit_is_no_error_of_the_count() -> None:
    """A slot that the protocol lacks is told in the words of the final match."""
    wrong = replace(SHEET, compounds=(Compound("x", "7", (1e-6,)),))
    assert "slot 7" in str(joined(sheets=(wrong,)))


def test_filters_that_lie_turned_are_left_to_the_final_match() -> None:
    """Where a well is on the plate is known only when the plate is turned back."""
    assert "turned" in str(joined(sheets=(replace(SHEET, orientation="rotated_180"),)))
    normal = replace(protocol(), layout=Layout(None, orientation="normal"))
    assert isinstance(joined(plan=normal), Begun)


def test_masked_and_unused_places_are_not_planned() -> None:
    """A person has said that they count for nothing."""
    spare = Placement("12", "unused", rack="30")
    masks = (Mask("1", "spilt", rack="21"),)
    found = joined(sheets=(replace(SHEET, masks=masks, placements=(*SHEET.placements, spare)),))
    assert isinstance(found, Begun)
    assert len(found.plan) == 95
    assert ("21", "1") not in found.plan


def test_a_missing_vial_is_seen_and_not_counted() -> None:
    """A counter that says so leaves one place less to come."""
    missing = READINGS[5]._replace(state=State.NOT_COUNTED, channels=())
    found = joined((*READINGS[:5], missing))
    assert isinstance(found, Begun)
    assert (len(found.counted), found.left) == (5, 90)

"""How a filter lay in the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.matching.match import match
from labsvc.core.matching.orientation import Told, doubt, operation, origin, told, turned
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay, BenchEvent, Held
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Layout
from labsvc.model.result import Status, Verdict
from labsvc.model.runsheet import Mask
from tests.core.bench import COUNTS, PROTOCOL, SHEET, bound, readings, unit

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ALL = {well: COUNTS.get(well, bound(1e-8)) for well in FORMATS[24].wells()}
"""The standard plate with every well counted: a turn brings others to where the controls are."""
PLAIN = replace(
    PROTOCOL,
    layout=replace(
        PROTOCOL.layout,
        roles={**dict.fromkeys(ALL, "unused"), **PROTOCOL.layout.roles},
    ),
)


def event(orientation: str | None, minute: int = 0, step: str = "harvest") -> BenchEvent:
    return BenchEvent("NET-0147", step, AT.replace(minute=minute), "harvester", None, orientation)


def counted(orientation: str) -> tuple[Any, ...]:
    """That plate as a counter prints it whose filter lay so."""
    return readings({origin(well, 24, orientation): cpm for well, cpm in ALL.items()})


def matched(lay: str, said: str | None = None, logged: str | None = None) -> Assay | Held:
    sheet = replace(SHEET, orientation=said)
    events = [event(logged)] if logged else []
    return match(unit(counted(lay)), [PLAIN], [sheet], events)


@pytest.mark.parametrize(
    ("orientation", "from_where"),
    [("normal", "A02"), ("rotated_180", "H11"), ("mirrored", "A11")],
)
def test_each_turn_brings_a_well_to_its_place(orientation: str, from_where: str) -> None:
    """On a plate of 96; the same turn brings it back."""
    assert origin("A02", 96, orientation) == from_where
    assert origin(from_where, 96, orientation) == "A02"


@pytest.mark.parametrize("size", [24, 48, 96, 384])
@pytest.mark.parametrize("orientation", ["rotated_180", "mirrored"])
def test_a_turn_loses_no_well(size: int, orientation: str) -> None:
    """Each comes from another."""
    wells = set(FORMATS[size].wells())
    assert {origin(well, size, orientation) for well in wells} == wells


@pytest.mark.parametrize("orientation", ["rotated_180", "mirrored"])
def test_a_turn_that_is_told_is_undone_before_the_layout(orientation: str) -> None:
    """The result has the numbers of the plate that lay as it should, and says what was done."""
    straight = analyse(unit(counted("normal")), [PLAIN], [SHEET], [])
    sheet = replace(SHEET, orientation=orientation)
    undone = analyse(unit(counted(orientation)), [PLAIN], [sheet], [])
    assert undone.points == straight.points
    assert undone.curves == straight.curves
    assert undone.operations[0].inputs == {
        "orientation": orientation,
        "source": "run sheet day-12",
    }


@pytest.mark.parametrize("orientation", ["rotated_180", "mirrored"])
def test_a_turn_that_nobody_told_holds_the_run(orientation: str) -> None:
    """With the orientation that the controls fit; nothing is turned in silence."""
    found = matched(orientation)
    assert isinstance(found, Held)
    words = {"rotated_180": "rotated by 180 degrees", "mirrored": "mirrored left for right"}
    assert f"fit a filter counted {words[orientation]} (Z' 0." in found.because
    assert f"'orientation: {orientation}' in run sheet day-12" in found.released_by


def test_a_turn_that_was_told_of_a_straight_filter_holds_the_run_too() -> None:
    """The log was wrong: the controls fit as the counter read them."""
    found = matched("normal", logged="rotated_180")
    assert isinstance(found, Held)
    assert "fit a filter counted as it should" in found.because
    assert "(harvester)" in found.because


def test_what_a_person_says_of_this_plate_stands_and_is_reviewed() -> None:
    """Filed as told, with the finding beside it."""
    sheet = replace(SHEET, orientation="normal")
    result = analyse(unit(counted("rotated_180")), [PLAIN], [sheet], [])
    assert result.verdict is not Verdict.HELD
    (finding,) = [one for one in result.findings if one.check == "orientation"]
    assert finding.status is Status.WARN
    assert "rotated by 180 degrees" in finding.sentence


def test_a_good_plate_is_not_doubted() -> None:
    """Nor one whose controls fit in no orientation."""
    assert isinstance(matched("normal"), Assay)
    poor = readings({**ALL, "A01": 90.0, "A02": 80.0, "A03": 1500.0})
    assert isinstance(match(unit(poor), [PLAIN], [SHEET], []), Assay)


def test_controls_that_look_the_same_turned_cannot_tell() -> None:
    """Nothing is said, since nothing can be."""
    layout = Layout(24, {"A01": "total", "A06": "total", "D01": "nonspecific"})
    one = unit(readings({"A01": 1000.0, "A06": 1000.0, "D01": 100.0}))
    protocol = replace(PROTOCOL, layout=layout)
    assert doubt(one, protocol, told(protocol, SHEET, ()), ()) is None


def test_the_bench_log_tells_where_the_run_sheet_does_not() -> None:
    """The last that was logged; before it the protocol's word for all plates, else normal."""
    rotating = replace(PLAIN, layout=replace(PLAIN.layout, orientation="rotated_180"))
    assert told(rotating, SHEET, ()).orientation == "rotated_180"
    log = [event("mirrored"), event("normal", 5), event(None, 9)]
    assert told(rotating, SHEET, log).orientation == "normal"
    assert told(PLAIN, SHEET, ()).orientation == "normal"


def test_run_sheet_and_log_that_contradict_each_other_hold_the_run() -> None:
    """Nobody but a person knows which is right."""
    found = matched("rotated_180", said="rotated_180", logged="normal")
    assert isinstance(found, Held)
    assert "tells the orientation rotated_180, but harvester tells normal" in found.because


def test_a_log_that_contradicts_itself_needs_the_run_sheet() -> None:
    """Two rows of one moment: which is right only a person can say."""
    log = [event("normal"), event("rotated_180")]
    with pytest.raises(LayoutError, match="harvester tells normal and rotated_180 at the harvest"):
        told(PLAIN, SHEET, log)
    sheet = replace(SHEET, orientation="rotated_180")
    assert told(PLAIN, sheet, log) == Told("rotated_180", "run sheet day-12", by_person=True)


def test_vials_have_no_orientation() -> None:
    """A run sheet that tells one is wrong."""
    racks = replace(PROTOCOL, layout=Layout(None))
    with pytest.raises(LayoutError, match="has vials in racks, which have none"):
        turned(unit(), racks, "mirrored")


def test_a_straight_filter_is_no_operation() -> None:
    """Where nothing was done there is nothing to tell."""
    assert operation(told(PROTOCOL, SHEET, ()), 24) == ()


def test_a_masked_control_says_nothing_of_the_orientation() -> None:
    """A well that was left out is no evidence: without it the turn explains the others."""
    spoiled = readings({origin(well, 24, "rotated_180"): cpm for well, cpm in ALL.items()}
                       | {origin("A01", 24, "rotated_180"): 90_000.0})  # fmt: skip
    assert isinstance(match(unit(spoiled), [PLAIN], [SHEET], []), Assay)
    masking = replace(SHEET, masks=(Mask("A01", "spilled"),))
    found = match(unit(spoiled), [PLAIN], [masking], [])
    assert isinstance(found, Held)
    assert "rotated by 180 degrees" in found.because

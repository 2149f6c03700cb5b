"""Protocol and run sheet of a run, and what holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labsvc.core.matching.match import assemble, match, plates_of
from labsvc.core.matching.recognition import shown, why_not
from labsvc.core.matching.sheetindex import belongs
from labsvc.core.matching.units import units
from labsvc.model.assay import Assay, Held, Unit
from labsvc.model.protocol import Layout, Protocol, Recognise, Rule
from labsvc.model.run import Program, State
from labsvc.model.runsheet import Mask, RunSheet
from tests.core.bench import (
    COUNTS,
    PROTOCOL,
    SHEET,
    capture,
    counted_run,
    event,
    reading,
    readings,
    unit,
    units_of,
)

OTHER = replace(PROTOCOL, name="sert-binding", recognise=Recognise(drivers=("microbeta",)))
NAMED = replace(SHEET, plate_id=None, count_file="net-*.TXT")


def matched(
    one: Unit | None = None,
    protocols: tuple[Protocol, ...] = (PROTOCOL,),
    sheets: tuple[RunSheet, ...] = (SHEET,),
) -> Assay | Held:
    return match(one or unit(), protocols, sheets, ())


def held(*given: Any, **more: Any) -> Held:
    found = matched(*given, **more)
    assert isinstance(found, Held)
    return found


def taken(*given: Any, **more: Any) -> Assay:
    found = matched(*given, **more)
    assert isinstance(found, Assay)
    return found


def recognised(recognise: Recognise, **run: Any) -> str | None:
    return why_not(shown(unit(**run)), replace(PROTOCOL, recognise=recognise))


@pytest.mark.parametrize(
    ("recognise", "why"),
    [
        (Recognise(drivers=("tricarb",)), "it reads tricarb, this run came from microbeta"),
        (Recognise(program_number="17"), "it expects counter program 17, found 16"),
        (Recognise(program_name="*SERT*"), "it expects a counter program named *SERT*, found"),
        (Recognise(file_name="^SERT"), "the file name 'NET-0147.txt' does not fit '^SERT'"),
        (Recognise(plate_id_prefix="SERT-"), "expects plates named SERT-..., found none"),
        (Recognise(readings=96), "it expects 96 counted positions, the run has 20"),
    ],
)
def test_each_condition_of_a_protocol_can_refuse_and_says_why(
    recognise: Recognise, why: str
) -> None:
    """Found and expected, in one clause."""
    said = recognised(recognise)
    assert said is not None
    assert why in said


def test_all_that_is_wrong_is_said_at_once() -> None:
    """The person mends the protocol in one go."""
    said = recognised(Recognise(drivers=("tricarb",), program_number="17"))
    assert said == (
        "it reads tricarb, this run came from microbeta; it expects counter program 17, found 16"
    )


def test_a_program_name_is_a_pattern_whose_brackets_are_letters() -> None:
    """[3H] is how a program is named, not one of the letters 3 and H."""
    program = Program("16", "[3H]Nisoxetine 1 min")
    assert recognised(Recognise(program_name="[3h]nisox*"), program=program) is None
    assert recognised(Recognise(program_name="?3H?NIS*min"), program=program) is None
    assert recognised(Recognise(program_name="[3h]nisox"), program=program) is not None
    assert recognised(Recognise(program_name="*[3H]*"), program=Program("1", "3")) is not None
    assert recognised(Recognise(program_name="*"), program=Program()) is None


def test_a_plate_prefix_is_that_of_the_name_in_the_file_whatever_its_case() -> None:
    """The name is read by the protocol's own pattern."""
    wanted = replace(PROTOCOL.recognise, plate_id_prefix="net-")
    assert recognised(wanted) is None


def test_positions_counted_twice_are_counted_once() -> None:
    """Two counts of 20 wells are 20 positions; a well not counted is none."""
    twice = (*readings(COUNTS), *readings(COUNTS, repeat=2))
    empty = reading("A05", None, plate=1, state=State.NOT_COUNTED)
    wanted = replace(PROTOCOL, recognise=Recognise(readings=20))
    assert why_not(shown(unit((*twice, empty))), wanted) is None


def test_protocol_and_run_sheet_make_an_assay() -> None:
    """With the plate's name, the wells, the bench events, and why."""
    moment = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    found = match(unit(), [PROTOCOL], [SHEET], [event("harvest", moment)])
    assert isinstance(found, Assay)
    assert (found.unit.plate_id, len(found.wells)) == ("NET-0147", 20)
    assert [one.step for one in found.timeline] == ["harvest", "count"]
    assert [(one.name, one.why) for one in found.candidates] == [
        ("net-binding", "recognised by driver microbeta, file name 'NET-0147.txt'"),
        ("day-12", "run sheet of plate NET-0147"),
    ]


def test_a_run_that_nothing_recognises_is_held_with_every_reason() -> None:
    """Which protocols were weighed and why each was not taken."""
    found = held(unit(name="x.txt"), sheets=())
    assert found.because == "no protocol recognises this run"
    assert "a run sheet that names its count file" in found.released_by
    assert [(one.name, one.taken) for one in found.candidates] == [("net-binding", False)]
    assert "'x.txt' does not fit" in found.candidates[0].why


def test_a_recognised_run_waits_for_its_run_sheet() -> None:
    """The plate is named, so that the person knows which to write."""
    found = held(sheets=(replace(SHEET, plate_id="NET-0148"),))
    assert found.because.startswith("no run sheet for plate NET-0147 yet (protocol net-binding")
    assert found.released_by == "a run sheet for plate NET-0147 in the run sheet folder"
    assert found.unit.plate_id == "NET-0147"


def test_a_run_without_a_plates_name_waits_for_its_count_file() -> None:
    """Vials are known by the counter's file."""
    found = held(unit(name="S1.csv"), (OTHER,), ())
    assert "no run sheet for count file S1.csv yet" in found.because


def test_two_protocols_that_claim_a_run_hold_it() -> None:
    """Neither is taken by chance."""
    found = held(protocols=(PROTOCOL, OTHER), sheets=())
    assert found.because == "2 protocols claim this run: net-binding and sert-binding"
    assert "plate NET-0147 that names one of them" in found.released_by
    assert [one.taken for one in found.candidates] == [True, True]


def test_a_run_sheet_settles_between_two_protocols() -> None:
    """The other is told to have been ruled out by it."""
    found = taken(protocols=(OTHER, PROTOCOL))
    assert found.protocol is PROTOCOL
    assert [(one.name, one.taken) for one in found.candidates] == [
        ("sert-binding", False), ("net-binding", True), ("day-12", True),
    ]  # fmt: skip
    assert found.candidates[0].why.endswith("but run sheet day-12 names another")


def test_two_run_sheets_for_one_run_hold_it() -> None:
    """Both are named."""
    found = held(sheets=(replace(SHEET, name="day-12b"), SHEET))
    assert found.because == "2 run sheets claim this run: day-12 and day-12b"


def test_a_run_sheet_whose_protocol_does_not_recognise_the_run_says_so() -> None:
    """Not: no run sheet. It is there, and something else is wrong."""
    strict = replace(PROTOCOL, recognise=replace(PROTOCOL.recognise, readings=96))
    found = held(protocols=(strict, OTHER))
    assert found.because == (
        "run sheet day-12 is for plate NET-0147, but its protocol net-binding does not recognise "
        "this run: it expects 96 counted positions, the run has 20"
    )


def test_a_run_sheet_of_an_unknown_protocol_matches_nothing() -> None:
    """It cannot be followed."""
    lost = replace(SHEET, protocol="gone")
    assert "no run sheet for plate NET-0147 yet" in held(sheets=(lost,)).because


@pytest.mark.parametrize(
    "counted",
    [
        {"count_file": "net-*.TXT"},
        {"count_program": "16"},
        {"count_program": "H-3_NISOXETINE_1_MIN"},
        {"count_date": date(2026, 3, 2)},
        {"count_file": "NET*", "count_program": "16", "count_date": date(2026, 3, 2)},
    ],
)
def test_a_run_sheet_that_names_the_count_needs_no_recognition(counted: dict[str, Any]) -> None:
    """By file, program (number or name) or date; the person has said it."""
    strange = replace(PROTOCOL, recognise=Recognise(drivers=("tricarb",)))
    found = taken(None, (strange,), (replace(SHEET, plate_id=None, **counted),))
    assert found.candidates[0].why == "named by run sheet day-12"
    assert found.candidates[1].why == "run sheet of the count it names"


@pytest.mark.parametrize(
    "counted",
    [
        {"count_file": "NET-0148*"},
        {"count_program": "17"},
        {"count_date": date(2026, 3, 3)},
        {"count_file": "NET*", "count_program": "17"},
        {"count_file": "NET*", "plate": 2},
    ],
)
def test_every_part_of_the_count_that_is_named_must_hold(counted: dict[str, Any]) -> None:
    """One that differs is enough to leave the run sheet out."""
    assert not belongs(shown(unit()), replace(SHEET, plate_id=None, **counted), None)


def test_the_counts_date_is_the_counters_own() -> None:
    """00:30 in Vienna is the day before in UTC."""
    run = counted_run(readings(COUNTS), counted_at=datetime(2026, 3, 3, 0, 30))
    (one,) = units(run, capture(), "microbeta", ZoneInfo("Europe/Vienna"))
    assert belongs(shown(one), replace(NAMED, count_date=date(2026, 3, 3)), None)
    assert not belongs(shown(one), replace(NAMED, count_date=date(2026, 3, 2)), None)


def test_of_several_plates_the_run_sheet_must_say_which() -> None:
    """Plate 2 is not analysed with the run sheet of plate 1, nor both with one that says none."""
    first, second = units_of(counted_run([reading("A01", plate=1), reading("A01", plate=2)]))
    of_two = replace(NAMED, plate=2)
    assert [belongs(shown(one), of_two, None) for one in (first, second)] == [False, True]
    assert not belongs(shown(first), NAMED, None)


def test_a_plate_that_says_its_name_is_not_taken_for_another() -> None:
    """A run sheet of NET-0147 with program 16 does not claim every plate of that program."""
    sheet = replace(SHEET, count_program="16")
    assert belongs(shown(unit()), sheet, "net-0147")
    assert not belongs(shown(unit()), sheet, "NET-0148")
    assert belongs(shown(unit()), sheet, None)


def test_a_file_named_by_the_run_sheet_may_be_misnamed_but_not_its_plate() -> None:
    """The name in the file's name is set right; the name that the report prints is not."""
    sheet = replace(SHEET, count_file="NET-0174.txt")
    assert belongs(shown(unit(name="NET-0174.txt")), sheet, "NET-0174")
    printed = unit([reading("A01", plate=1, plate_id="NET-0174")], name="NET-0174.txt")
    assert not belongs(shown(printed), sheet, "NET-0174")


def test_a_run_sheet_without_any_name_belongs_to_nothing() -> None:
    """Not even to a run without a name."""
    assert not belongs(shown(unit()), replace(SHEET, plate_id=None), None)
    assert not belongs(shown(unit()), replace(SHEET, plate_id=None), "NET-0147")


def test_a_run_sheet_that_does_not_fit_the_run_holds_it() -> None:
    """With the layout's own sentence."""
    short = unit(readings({well: cpm for well, cpm in COUNTS.items() if well != "D06"}))
    found = held(short)
    assert found.because.startswith("1 of the 20 planned positions were not in the run (D06)")
    assert found.released_by == "a run sheet or protocol that fits the run"
    assert [one.taken for one in found.candidates] == [True, True]


def test_the_run_sheet_gives_a_plate_its_name() -> None:
    """Where neither report nor file says one."""
    plan = replace(PROTOCOL, layout=Layout(24, PROTOCOL.layout.roles, PROTOCOL.layout.slots))
    found = assemble(unit(name="x.txt"), plan, replace(SHEET, masks=(Mask("A01", "wet"),)), (), ())
    assert isinstance(found, Assay)
    assert found.unit.plate_id == "NET-0147"


def test_only_the_bench_events_of_the_plate_itself_are_asked_for() -> None:
    """By the name in the file's name, or in the run sheet that belongs to it; under one spelling:
    the database takes no notice of case, and would give each event twice."""
    others = [replace(SHEET, name=f"{n}", plate_id=f"NET-1{n:03}") for n in range(50)]
    assert plates_of(unit(), [PROTOCOL], [SHEET, *others]) == {"NET-0147"}
    counted = replace(NAMED, plate_id="net-0147")
    assert plates_of(unit(), [PROTOCOL], [counted]) == {"net-0147"}
    assert plates_of(unit(name="x.txt"), [PROTOCOL], others) == set()


def test_a_rule_goes_before_recognition() -> None:
    """Two protocols recognise the run; the one that is always used for such runs takes it."""
    rule = Rule("sert", Recognise(drivers=("microbeta",)), "A. Miller", date(2026, 3, 2))
    sert = replace(PROTOCOL, name="sert", always=(rule,))
    sheet = replace(SHEET, protocol="sert")
    found = match(unit(), [PROTOCOL, sert], [sheet], [])
    assert isinstance(found, Assay)
    assert found.protocol.name == "sert"
    (other,) = [one for one in found.candidates if not one.taken]
    assert (other.name, other.why) == ("net-binding", "sert is always used for such runs")


def test_a_run_sheet_that_contradicts_a_rule_holds_the_run() -> None:
    """A person said one thing once for all, and another of this plate."""
    rule = Rule("sert", Recognise(drivers=("microbeta",)), "A. Miller", date(2026, 3, 2))
    found = match(unit(), [PROTOCOL, replace(PROTOCOL, name="sert", always=(rule,))], [SHEET], [])
    assert isinstance(found, Held)
    assert found.because.endswith("this run: sert is always used for such runs")


def test_of_hundreds_of_protocols_the_nearest_are_told() -> None:
    """Those that fail by one condition come before those that fail by two; the rest is counted."""
    one = replace(PROTOCOL, recognise=replace(PROTOCOL.recognise, program_number="17"))
    two = replace(one, recognise=replace(one.recognise, readings=7))
    far = [replace(two, name=f"far-{n}") for n in range(80)]
    near = [replace(one, name=f"near-{n}") for n in range(3)]
    found = match(unit(), [*far, *near, PROTOCOL], [SHEET], [])
    told = [c.name for c in found.candidates if not c.taken]
    assert told == [*(f"near-{n}" for n in range(3)), *(f"far-{n}" for n in range(47)),
                    "33 more protocols"]  # fmt: skip
    assert [c.name for c in found.candidates if c.taken] == ["net-binding", "day-12"]

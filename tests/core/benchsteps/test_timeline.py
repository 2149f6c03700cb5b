"""Bench steps and their times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from labsvc.core.benchsteps.timeline import entries_of, moment_of, one_line, step_findings, timeline
from labsvc.model.assay import BenchEvent
from labsvc.model.protocol import Step
from labsvc.model.result import Finding, Status, TimelineEntry
from tests.core.bench import PROTOCOL, SHEET, event, unit

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INCUBATION = Step("incubation", 120.0, 10.0, begins="reaction_start", ends="harvest")
UPTAKE = Step("uptake", 5.0, maximum_minutes=10.0, begins="reaction_start", ends="harvest")
DARK = Step("dark", maximum_minutes=60.0, begins="reaction_start", ends="harvest")
PLATE = replace(unit(), plate_id="NET-0147")


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def judged(step: Step, minutes: float) -> Finding:
    entries = (TimelineEntry("reaction_start", NINE, "run sheet day-12"),
               TimelineEntry("harvest", after(minutes), "harvester"))  # fmt: skip
    (found,) = step_findings(replace(PROTOCOL, steps=(step,)), entries)
    return found


def told(*events: BenchEvent, times: dict[str, datetime] | None = None) -> list[tuple[str, str]]:
    sheet = replace(SHEET, times=times or {})
    return [(one.step, one.source) for one in timeline(PLATE, PROTOCOL, sheet, events)]


def test_everything_known_of_the_plate_is_told_in_order_of_time() -> None:
    """Run sheet, harvester and counter together, by time and not by who told."""
    harvest = event("harvest", after(121))
    assert told(harvest, times={"reaction_start": NINE, "dried": after(200)}) == [
        ("reaction_start", "run sheet day-12"),
        ("harvest", "harvester"),
        ("dried", "run sheet day-12"),
        ("count", "counter clock"),
    ]


def test_events_of_other_plates_are_left_out_and_case_does_not_matter() -> None:
    """A scanner writes net-0147 where the file says NET-0147."""
    ours, other = event("harvest", NINE, "net-0147"), event("harvest", NINE, "NET-0148")
    assert told(ours, other) == [("harvest", "harvester"), ("count", "counter clock")]


def test_a_run_without_plate_or_clock_has_only_the_run_sheets_times() -> None:
    """Vials have no plate, and some counters print no time."""
    bare = replace(PLATE, plate_id=None, counted_at=None)
    found = timeline(bare, PROTOCOL, SHEET, [event("harvest", NINE)])
    assert found == ()


def test_the_counters_time_is_given_in_utc() -> None:
    """14:00 at UTC+2 is 12:00."""
    local = datetime(2026, 3, 2, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    (count,) = timeline(replace(PLATE, counted_at=local), PROTOCOL, SHEET, ())
    assert count.at == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert count.at.tzinfo is UTC


def test_the_bench_record_counts_before_the_run_sheet_whatever_its_time() -> None:
    """A harvester's clock is nearer than a note."""
    noted = TimelineEntry("harvest", after(130), "run sheet day-12")
    logged = TimelineEntry("harvest", after(121), "harvester")
    assert moment_of((logged, noted), "harvest") is logged


def test_of_several_bench_records_the_latest_counts() -> None:
    """A plate harvested twice was finished the second time."""
    first, second = (TimelineEntry("harvest", after(n), "harvester") for n in (118, 121))
    assert moment_of((first, second), "harvest") is second
    assert moment_of((first, second), "wash") is None


def test_an_entry_without_a_time_is_no_moment() -> None:
    """It is listed, not used."""
    assert moment_of((TimelineEntry("harvest", None, "scanner"),), "harvest") is None


@pytest.mark.parametrize(
    ("step", "minutes", "status"),
    [
        (INCUBATION, 120, Status.PASS), (INCUBATION, 130, Status.PASS),
        (INCUBATION, 110, Status.PASS), (INCUBATION, 130.02, Status.WARN),
        (INCUBATION, 109.9, Status.WARN), (INCUBATION, 150, Status.WARN),
        (INCUBATION, 150.1, Status.FAIL), (INCUBATION, 89.9, Status.FAIL),
        (INCUBATION, -5, Status.FAIL),
        (UPTAKE, 5, Status.PASS), (UPTAKE, 10, Status.PASS), (UPTAKE, 10.1, Status.WARN),
        (UPTAKE, 4.9, Status.WARN), (UPTAKE, -1, Status.FAIL),
        (DARK, 0, Status.PASS), (DARK, 60, Status.PASS), (DARK, 61, Status.WARN),
    ],
)  # fmt: skip
def test_a_step_is_judged_by_its_tolerance_or_its_maximum(
    step: Step, minutes: float, status: Status
) -> None:
    """On the limit it passes; beyond three tolerances, or before it began, it fails."""
    found = judged(step, minutes)
    assert found.status is status
    assert found.value == pytest.approx(minutes)


def test_a_late_step_says_how_long_it_took_and_who_told() -> None:
    """To the second, so that the sentence agrees with the warning."""
    assert judged(INCUBATION, 130.02).sentence == (
        "The incubation took 130.02 min (reaction_start by run sheet day-12, harvest by "
        "harvester); expected 120 ± 10 min."
    )
    assert judged(UPTAKE, 12).sentence.endswith("expected 5 to 10 min.")
    assert judged(DARK, 61).limits == "at most 60 min"


def test_a_step_that_ends_before_it_begins_blames_the_clocks() -> None:
    """A negative duration is no duration."""
    assert "ended 5 min before it began" in judged(INCUBATION, -5).sentence
    assert "a clock is wrong" in judged(INCUBATION, -5).sentence


def test_a_step_whose_events_are_unknown_warns_and_names_them() -> None:
    """Nothing shows that the time was kept."""
    protocol = replace(PROTOCOL, steps=(INCUBATION,))
    (none,) = step_findings(protocol, ())
    (half,) = step_findings(protocol, (TimelineEntry("harvest", NINE, "harvester"),))
    assert (none.status, none.value) == (Status.WARN, None)
    assert "no time is known for reaction_start and harvest." in none.sentence
    assert "no time is known for reaction_start." in half.sentence


def test_steps_that_are_only_described_are_not_judged() -> None:
    """Without events, or without a duration."""
    drying = Step("drying", text="Dry the filter.")
    untimed = Step("wash", begins="harvest", ends="washed")
    assert step_findings(replace(PROTOCOL, steps=(drying, untimed)), ()) == ()


def test_an_event_with_an_end_tells_two_moments() -> None:
    """So that a step may be timed to the end of the washes."""
    harvest = replace(event("harvest", after(121)), ended_at=after(122.5))
    found = timeline(PLATE, PROTOCOL, SHEET, [harvest])
    assert [(one.step, one.at) for one in found[:2]] == [
        ("harvest", after(121)), ("harvest_end", after(122.5)),
    ]  # fmt: skip


def test_a_plate_is_told_in_one_line() -> None:
    """Each step once, by the record that counts, with the time since the step before."""
    entries = (
        TimelineEntry("count", after(4000), "counter clock"),
        TimelineEntry("reaction_start", NINE, "run sheet day-12"),
        TimelineEntry("harvest", after(130), "run sheet day-12"),
        TimelineEntry("harvest", after(121), "harvester"),
        TimelineEntry("dried", after(121 + 234), "bench"),
    )
    assert one_line(entries) == (
        "2026-03-02 UTC: reaction_start 09:00, +121 min harvest 11:01, +3 h 54 min dried 14:55, "
        "+2.5 d count 2026-03-05 03:40"
    )


def test_a_plate_of_which_nothing_is_known_has_no_line() -> None:
    """Nor one whose only entry has no time."""
    assert one_line(()) == one_line((TimelineEntry("count", None, "counter clock"),)) == ""


def test_an_event_that_is_told_again_with_its_orientation_is_one_moment() -> None:
    """The log was completed; the harvest was one."""
    harvest = event("harvest", after(121))
    again = replace(harvest, orientation="mirrored")
    assert told(harvest, again) == [("harvest", "harvester"), ("count", "counter clock")]


def test_washes_stand_behind_their_step() -> None:
    """Also when a later record of the step does not tell of them."""
    entries = (
        TimelineEntry("harvest", after(121), "harvester", washes=3, wash_ml=2.0),
        TimelineEntry("harvest", after(122), "scanner"),
        TimelineEntry("count", after(200), "counter clock"),
    )
    assert one_line(entries) == (
        "2026-03-02 UTC: harvest 11:02 (3 washes of 2 mL), +78 min count 12:20"
    )


def test_an_event_told_again_with_its_washes_is_one_moment() -> None:
    """The fuller one stays."""
    bare = event("harvest", after(121))
    washed = replace(bare, washes=3, wash_ml=2.0)
    found = timeline(replace(PLATE, counted_at=None), PROTOCOL, SHEET, [bare, washed])
    assert [(one.step, one.washes) for one in found] == [("harvest", 3)]


def test_a_timeline_reads_back_from_a_document_with_or_without_washes() -> None:
    """Documents from before they were kept have no such keys."""
    entry = TimelineEntry("harvest", NINE, "log", "late", 3, 2.0)
    told = {"step": "harvest", "at": NINE.isoformat(), "source": "log", "finding": "late"}
    assert entries_of({"timeline": [{**told, "washes": 3, "wash_ml": 2}]}) == (entry,)
    assert entries_of({"timeline": [told]}) == (replace(entry, washes=None, wash_ml=None),)

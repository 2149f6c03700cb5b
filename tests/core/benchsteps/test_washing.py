"""Washes as they were told, against the protocol's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.benchsteps.timeline import BY_HAND
from labsvc.core.benchsteps.washing import Washing, washings
from labsvc.model.protocol import Step
from labsvc.model.result import Finding, Status, TimelineEntry, Verdict
from tests.core.bench import PROTOCOL, SHEET, event, unit

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
THREE = Step("filtration", washes=3, wash_ml=2.0)


def told(
    washes: int | None, wash_ml: float | None = None, *, step: str = "harvest",
    minutes: int = 0, source: str = "harvester",
) -> TimelineEntry:  # fmt: skip
    at = NOON + timedelta(minutes=minutes)
    return TimelineEntry(step, at, source, washes=washes, wash_ml=wash_ml)


def judged(*entries: TimelineEntry) -> Finding:
    (found,) = washings([THREE], entries)
    return found.finding


@pytest.mark.parametrize(
    ("washes", "wash_ml", "status"),
    [(3, 2.0, Status.PASS), (3, None, Status.PASS), (2, 2.0, Status.WARN), (1, None, Status.WARN),
     (4, 2.0, Status.WARN), (3, 1.0, Status.WARN), (0, None, Status.FAIL)],
)  # fmt: skip
def test_other_washing_than_the_protocols_warns_and_none_fails(
    washes: int, wash_ml: float | None, status: Status
) -> None:
    found = judged(told(washes, wash_ml))
    assert (found.check, found.status, found.value) == ("washes_filtration", status, washes)
    assert found.limits == "3 washes of 2 mL"


def test_the_sentence_says_what_was_told_and_by_whom() -> None:
    assert judged(told(1, 2.0)).sentence == (
        "The harvest had 1 wash of 2 mL by harvester; expected 3 washes of 2 mL."
    )
    assert "had no washes by harvester" in judged(told(0)).sentence


def test_a_protocol_without_a_volume_has_only_its_number_checked() -> None:
    (found,) = washings([replace(THREE, wash_ml=None)], [told(3, 9.0)])
    assert (found.finding.status, found.finding.limits) == (Status.PASS, "3 washes")


def test_nothing_known_is_no_finding() -> None:
    """Neither a harvest without washes, nor washes that no protocol asks for."""
    assert washings([THREE], [told(None)]) == ()
    assert washings([THREE], []) == ()
    assert washings([Step("filtration")], [told(3)]) == ()


def test_the_latest_that_tells_of_washes_counts() -> None:
    """A scan of the harvest that tells of none of them takes nothing back."""
    assert judged(told(1), told(3, minutes=5), told(None, minutes=9)).status is Status.PASS


def test_a_person_goes_before_the_log_at_the_same_moment() -> None:
    assert judged(told(1), told(3, source=BY_HAND)).status is Status.PASS


def test_records_that_contradict_each_other_warn() -> None:
    """Neither is believed; a record that lacks the volume contradicts nobody."""
    found = judged(told(3, 2.0), told(1, 2.0, source="scanner"))
    assert (found.status, found.value) == (Status.WARN, None)
    assert "3 washes of 2 mL by harvester and of 1 wash of 2 mL by scanner" in found.sentence
    assert judged(told(3, 2.0), told(3, source="scanner")).status is Status.PASS


def events_of(*steps: Step) -> list[str]:
    entries = [told(3, step=one) for one in ("rinse", "harvest", "stop")]
    return [one.event for one in washings(steps, entries)]


def test_washes_are_those_of_the_event_named_like_the_step_or_ending_it() -> None:
    """Else those of the harvest, where one step only may be meant."""
    rinse, stop = Step("rinse", washes=3), Step("uptake", washes=3, ends="stop")
    assert events_of(rinse, stop) == ["rinse", "stop"]
    assert events_of(THREE) == ["harvest"]
    assert events_of(THREE, rinse) == ["rinse"]


def test_too_few_washes_ask_for_review_and_stand_beside_the_harvest() -> None:
    """With those of the step that was too late, if it was."""
    late = Step("incubation", 120.0, 10.0, begins="reaction_start", ends="harvest")
    protocol = replace(PROTOCOL, steps=(late, THREE))
    sheet = replace(SHEET, times={"reaction_start": NOON - timedelta(minutes=135)})
    washed = replace(event("harvest", NOON), washes=1, wash_ml=2.0)
    found = analyse(unit(), [protocol], [sheet], [washed])
    assert found.verdict is Verdict.REVIEW
    (harvest,) = (one for one in found.timeline if one.step == "harvest")
    assert (harvest.washes, harvest.wash_ml) == (1, 2.0)
    assert "took 135 min" in (harvest.finding or "")
    assert (harvest.finding or "").endswith(Washing(THREE, "harvest", (harvest,)).finding.sentence)

"""Clocks of the bench and of the counter, and the wait between harvest and count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.benchsteps.clocks import (
    AGREE_MINUTES,
    Offset,
    clock_findings,
    clock_operations,
    harvest_to_count,
    offsets,
    waits,
)
from labsvc.model.result import Status, TimelineEntry, Verdict
from tests.core.bench import COUNTED, PROTOCOL, RECEIVED, SHEET, event, unit

HARVESTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


def entry(step: str, at: datetime, source: str) -> TimelineEntry:
    return TimelineEntry(step, at, source)


COUNT = entry("count", COUNTED.replace(tzinfo=UTC), "counter clock")


def test_two_clocks_that_tell_of_one_event_give_their_offset() -> None:
    """The harvester an hour ahead of the run sheet: the summer time that one of them missed."""
    told = (entry("harvest", HARVESTED, "run sheet day-12"),
            entry("harvest", HARVESTED + AN_HOUR, "harvester"))  # fmt: skip
    (found,) = offsets(unit(), told)
    assert found == Offset("harvester", "run sheet day-12", 60.0, "harvest")
    assert found.sentence == (
        "By the harvest the time of harvester is 60 min ahead of that of run sheet day-12, "
        "some 1 h: is one not set to summer time, or to another zone?"
    )


def test_a_count_after_its_report_was_here_shows_a_counter_ahead() -> None:
    """By at least so much: how long the report was under way nobody knows."""
    late = entry("count", RECEIVED + timedelta(minutes=58), "counter clock")
    (found,) = offsets(unit(), (late,))
    assert (found.ahead, found.minutes, found.at_least) == ("counter clock", 58.0, True)
    assert found.sentence.endswith("at least 58 min ahead of that of the clock of labsvc.")


def test_a_count_before_its_harvest_shows_a_counter_behind() -> None:
    """Or a harvester ahead."""
    late = entry("harvest", COUNT.at + AN_HOUR if COUNT.at else RECEIVED, "harvester")
    (found,) = offsets(unit(), (COUNT, late))
    assert (found.ahead, found.behind, found.minutes) == ("harvester", "counter clock", 60.0)


def test_a_day_in_its_order_has_no_offset() -> None:
    """Harvested, counted, received."""
    assert offsets(unit(), (entry("harvest", HARVESTED, "harvester"), COUNT)) == ()


@pytest.mark.parametrize(("minutes", "warned"), [(AGREE_MINUTES, False), (5.1, True)])
def test_only_clocks_that_disagree_are_a_finding(minutes: float, warned: bool) -> None:
    """On the limit they agree; the offset is told anyhow."""
    found = [Offset("a", "b", minutes, "harvest")]
    assert [one.status for one in clock_findings(found)] == [Status.WARN] * warned
    (operation,) = clock_operations(found)
    assert operation.inputs == {"minutes": minutes, "ahead": "a", "behind": "b"}


def test_the_wait_for_the_count_is_told_with_the_decay() -> None:
    """Four hours: 0.0026 % of tritium (half-life 4500 d), 0.8 % of 32P (14.263 d)."""
    told = (entry("harvest", HARVESTED, "harvester"), COUNT)
    (tritium,) = harvest_to_count(told, "3H")
    assert tritium.sentence == (
        "Counted 4 h after the harvest (harvest by harvester, count by counter clock); "
        "0.0026 % of the 3H decayed meanwhile and is not corrected for."
    )
    (phosphorus,) = harvest_to_count(told, "32P")
    assert phosphorus.inputs["left"] == pytest.approx(0.99193, abs=1e-5)


def test_a_wait_that_is_not_known_is_not_told() -> None:
    """No harvest, or a count before it; an isotope without a half-life has no decay."""
    assert harvest_to_count((COUNT,), "3H") == ()
    late = entry("harvest", HARVESTED + timedelta(days=1), "harvester")
    assert harvest_to_count((COUNT, late), "3H") == ()
    (told,) = harvest_to_count((entry("harvest", HARVESTED, "harvester"), COUNT), "99X")
    assert "decayed" not in told.sentence


@pytest.mark.parametrize(
    ("source", "apart", "told"),
    [("harvester-2", 6, 1), ("harvester-2", 5, 0), ("run sheet x", 16, 1), ("run sheet x", 15, 0)],
)
def test_a_note_is_given_more_room_than_a_clock(source: str, apart: int, told: int) -> None:
    """People round, and write down later."""
    entries = (entry("harvest", HARVESTED, "harvester"),
               entry("harvest", HARVESTED + timedelta(minutes=apart), source))  # fmt: skip
    assert len(clock_findings(offsets(unit(), entries))) == told


def test_a_counter_an_hour_fast_is_seen_in_the_result() -> None:
    """As a finding that sends it to review, among the operations, and no time is changed."""
    fast = (RECEIVED + timedelta(minutes=55)).replace(tzinfo=None)
    result = analyse(unit(counted_at=fast), [PROTOCOL], [SHEET], [event("harvest", HARVESTED)])
    (finding,) = [one for one in result.findings if one.check.startswith("clocks")]
    assert (finding.check, finding.value) == ("clocks: count", 55.0)
    assert result.verdict in (Verdict.REVIEW, Verdict.REJECTED)
    assert "clocks at the count" in [one.name for one in result.operations]
    assert [one.at for one in result.timeline if one.step == "count"] == [fast.replace(tzinfo=UTC)]


def test_the_soonest_report_bounds_the_clock_of_its_counter() -> None:
    """Of many runs the soonest: a file may lie for days, but it cannot come before its count."""

    def after(minutes: float) -> tuple[str, datetime, datetime]:
        return "counter-1", HARVESTED, HARVESTED + timedelta(minutes=minutes)

    ((behind,), (ahead,), (unknown,)) = (
        waits([after(300), after(22)]), waits([after(300), after(-58)]), waits([after(2000)]),
    )  # fmt: skip
    assert (behind.soonest_minutes, behind.runs) == (22.0, 2)
    assert "is at most 22 min behind that of labsvc" in behind.sentence
    assert "is at least 58 min ahead of that of labsvc" in ahead.sentence
    assert "cannot be told" in unknown.sentence


def test_each_source_has_its_own_clock() -> None:
    """Two counters are not averaged; without a run there is nothing to tell."""
    told = [(name, HARVESTED, HARVESTED + AN_HOUR) for name in ("b", "a")]
    assert [one.source for one in waits(told)] == ["a", "b"]
    assert waits([]) == ()

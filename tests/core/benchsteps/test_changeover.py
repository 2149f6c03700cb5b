"""Moments that an instrument's clock leaves open on the nights when clocks are changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.benchsteps.changeover import changeover_findings
from labsvc.core.benchsteps.timeline import BY_HAND
from labsvc.model.assay import Unit
from labsvc.model.result import Status, TimelineEntry
from tests.core.bench import PROTOCOL, SHEET, unit

BERLIN = ZoneInfo("Europe/Berlin")
BACK = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
FORWARD = datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)


def counted(at: datetime, *, later: timedelta = timedelta(days=1)) -> Unit:
    """A unit whose report was here so much later than the first of the hours."""
    return replace(unit(), counted_at=at, received_at=at.astimezone(UTC) + later)


def test_a_count_in_the_hour_that_comes_twice_is_said() -> None:
    """With what is taken, and by how much it may be wrong."""
    (found,) = changeover_findings(counted(BACK), ())
    assert (found.check, found.status, found.value) == (
        "clocks: hour of the count", Status.WARN, 60.0,
    )  # fmt: skip
    assert found.sentence == (
        "The time of the count by counter clock, 2026-10-25 02:30, comes twice in Europe/Berlin, "
        "where the clocks go back that night. The first is taken; if it was the second, the count "
        "was 60 min later."
    )


def test_a_report_that_was_here_before_the_second_hour_leaves_nothing_open() -> None:
    """Forty minutes after the first 02:30 the second had not come."""
    assert changeover_findings(counted(BACK, later=timedelta(minutes=40)), ()) == ()
    assert len(changeover_findings(counted(BACK, later=timedelta(minutes=60)), ())) == 1


def test_a_count_in_the_hour_that_is_skipped_shows_a_clock_that_was_not_set() -> None:
    """That time never was."""
    (found,) = changeover_findings(counted(FORWARD), ())
    assert found.sentence.startswith(
        "The time of the count by counter clock, 2026-03-29 02:30, never comes in Europe/Berlin"
    )


@pytest.mark.parametrize(
    "at",
    [BACK - timedelta(hours=1), BACK + timedelta(hours=1), FORWARD - timedelta(hours=1),
     FORWARD + timedelta(hours=1), datetime(2026, 7, 1, 2, 30, tzinfo=BERLIN),
     datetime(2026, 10, 25, 2, 30, tzinfo=UTC)],
)  # fmt: skip
def test_every_other_hour_comes_once(at: datetime) -> None:
    """Also those next to it, and all of them where clocks stay as they are."""
    assert changeover_findings(counted(at), ()) == ()


def test_a_harvester_is_read_like_the_counter_and_people_are_not() -> None:
    """People had to write the offset; a time of receipt is our own clock's."""
    at = BACK.astimezone(UTC)
    told = [
        TimelineEntry("harvest", at, "harvester"),
        TimelineEntry("harvest", at, "run sheet day-12"),
        TimelineEntry("harvest", at, BY_HAND),
        TimelineEntry("harvest", at, "scanner (time of receipt)"),
    ]
    day = counted(BACK + timedelta(hours=5))
    (found,) = changeover_findings(day, told)
    assert found.check == "clocks: hour of the harvest"


def test_a_counter_without_a_clock_leaves_nothing_to_say() -> None:
    """No time, no zone."""
    assert changeover_findings(replace(unit(), counted_at=None), ()) == ()


def test_the_result_says_it() -> None:
    """In the findings, where a person looks."""
    result = analyse(counted(BACK), (PROTOCOL,), (SHEET,), ())
    assert "clocks: hour of the count" in {one.check for one in result.findings}

"""Harvest records as events of the bench."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from labsvc.model.run import HarvestRun
from labsvc.service.work.benchnews import events_of
from tests.bench import NOW, capture, plate_run

PLATE = "NET-0411"
LOG = capture("harvest.csv", b"as copied")
NINE = datetime(2026, 3, 2, 9, 0)


def test_a_harvest_is_an_event_in_utc_and_a_count_is_none() -> None:
    """The source stands in Berlin, an hour ahead in March."""
    harvest = HarvestRun("key", PLATE, started_at=NINE, ended_at=NINE.replace(minute=5))
    ((key, event),) = events_of(LOG, [plate_run(PLATE), harvest])
    assert key == "key"
    assert (event.plate_id, event.at) == (PLATE, NINE.replace(hour=8, tzinfo=UTC))
    assert event.ended_at == NINE.replace(hour=8, minute=5, tzinfo=UTC)


def test_a_bare_scan_has_its_time_of_receipt() -> None:
    """And says so: its driver prints no time."""
    ((_, event),) = events_of(LOG, [HarvestRun("key", PLATE)])
    assert (event.at, event.ended_at) == (NOW, None)
    assert "time of receipt" in event.source


def test_a_log_that_tells_more_afterwards_tells_something_new() -> None:
    """The same record with its orientation has a key of its own."""
    plain = HarvestRun("key", PLATE, started_at=NINE)
    turned = replace(plain, orientation="A01 top left")
    assert len({key for key, _ in events_of(LOG, [plain, turned])}) == 2

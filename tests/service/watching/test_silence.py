"""Stale as a state, with a real database and a clock that is told the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labsvc.service.watching.silence import Hearing, Silences
from labsvc.store.database import Database
from tests.bench import NOW

PATIENCE = {"tricarb": timedelta(hours=8)}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    made.migrate()
    yield made
    made.close()


class Service:
    """Looks every minute, as the running service does, until ``hours`` have passed."""

    def __init__(self, database: Database, told: dict[str, datetime] | None = None) -> None:
        self.clock = Clock()
        self.heard: datetime | None = NOW
        self.silences = Silences(database, self.clock, PATIENCE, told or {})
        self.stale: set[str] = set()

    def runs(self, hours: float) -> set[str]:
        for _ in range(int(hours * 60)):
            self.clock.now += timedelta(minutes=1)
            self.look()
        return self.stale

    def look(self) -> set[str]:
        hearing = Hearing(self.heard, NOW)
        self.stale = self.silences.look({"tricarb": hearing, "resting": hearing})
        return self.stale


def kinds(database: Database) -> list[str]:
    return [owed.alert.kind for owed in database.outbox()]


def test_a_source_is_stale_after_its_patience_and_not_before(database: Database) -> None:
    """One without patience never is."""
    service = Service(database)
    assert service.runs(8) == set()
    assert service.runs(0.1) == {"tricarb"}


def test_a_silence_is_one_message_and_one_more_when_it_is_over(database: Database) -> None:
    """However long it lasts."""
    service = Service(database)
    assert service.runs(48) == {"tricarb"}
    service.heard = service.clock.now
    assert service.runs(1) == set()
    assert kinds(database) == ["source-silent", "source-heard"]
    silent, heard = (owed.alert for owed in database.outbox())
    assert "for longer than its patience of 8 h" in silent.text
    assert "since 2026-03-02 18:00 UTC" in silent.text
    assert "silent from 2026-03-02 18:00 UTC to 2026-03-04 18:01 UTC" in heard.text


def test_a_source_that_was_never_heard_is_told_too(database: Database) -> None:
    """Its cable may never have been in: it is silent since it is listened to."""
    service = Service(database)
    service.heard = None
    assert service.runs(9) == {"tricarb"}


def test_a_machine_that_wakes_looks_through_its_folders_before_it_tells(
    database: Database,
) -> None:
    """After a weekend's sleep the files of the weekend are taken first."""
    service = Service(database)
    service.runs(1)
    service.clock.now += timedelta(hours=60)
    assert service.look() == set()
    service.heard = service.clock.now
    service.runs(1)
    assert kinds(database) == []


def test_a_machine_that_wakes_to_silence_tells_of_it(database: Database) -> None:
    """Once the grace is over."""
    service = Service(database)
    service.runs(1)
    service.clock.now += timedelta(hours=60)
    assert service.runs(0.1) == {"tricarb"}


def test_a_restart_tells_nothing_twice_and_knows_the_end(database: Database) -> None:
    """What was told is handed over from before."""
    before = Service(database)
    before.runs(9)
    after = Service(database, dict(before.silences.told))
    after.clock.now = before.clock.now
    assert after.look() == {"tricarb"}
    after.heard = after.clock.now
    after.runs(1)
    assert kinds(database) == ["source-silent", "source-heard"]

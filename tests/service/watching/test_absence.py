"""Sources that stay away, with a real database and a clock that is told the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labsvc.service.watching.absence import Absences
from labsvc.store.database import Database
from tests.bench import NOW

AWAY = {"microbeta-1": "folder //share/out cannot be read: the share is not connected"}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def absences(database: Database, clock: Clock) -> Absences:
    return Absences(database, clock)


def returns(absences: Absences, clock: Clock) -> None:
    """There again, and there to stay."""
    absences.look({})
    clock.passes(10)
    absences.look({})


def kinds(database: Database) -> list[str]:
    return [owed.alert.kind for owed in database.outbox()]


def test_a_short_absence_is_nobodys_concern(
    absences: Absences, database: Database, clock: Clock
) -> None:
    """Nine minutes, twice: the patience begins anew after a steady time."""
    for _ in range(2):
        absences.look(AWAY)
        clock.passes(9)
        absences.look(AWAY)
        returns(absences, clock)
    assert kinds(database) == []


def test_a_share_that_is_gone_for_hours_is_one_message_and_one_more_when_it_is_back(
    absences: Absences, database: Database, clock: Clock
) -> None:
    """However often it is looked at meanwhile."""
    for _ in range(240):
        absences.look(AWAY)
        clock.passes(0.5)
    returns(absences, clock)
    assert kinds(database) == ["source-away", "source-back"]
    away, back = (owed.alert for owed in database.outbox())
    assert "the share is not connected" in away.text
    assert "since 2026-03-02 18:00 UTC" in away.text
    assert "away from 2026-03-02 18:00 UTC to 2026-03-02 20:10 UTC" in back.text


def test_each_absence_is_told_anew(absences: Absences, database: Database, clock: Clock) -> None:
    """It came back and went again."""
    for _ in range(2):
        absences.look(AWAY)
        clock.passes(11)
        absences.look(AWAY)
        returns(absences, clock)
        clock.passes(1)
    assert kinds(database) == ["source-away", "source-back"] * 2


def test_sources_are_told_apart(absences: Absences, database: Database, clock: Clock) -> None:
    """One returns, the other does not."""
    absences.look({**AWAY, "tricarb": "port gone"})
    clock.passes(11)
    absences.look({**AWAY, "tricarb": "port gone"})
    absences.look(AWAY)
    clock.passes(10)
    absences.look(AWAY)
    assert sorted(kinds(database)) == ["source-away", "source-away", "source-back"]


def test_a_loose_cable_is_one_message(absences: Absences, database: Database, clock: Clock) -> None:
    """A minute there and a minute away, for a day."""
    for _ in range(720):
        for away in (AWAY, {}):
            absences.look(away)
            clock.passes(1)
            absences.look(away)
    assert kinds(database) == ["source-away"]
    returns(absences, clock)
    assert kinds(database) == ["source-away", "source-back"]


def test_a_source_that_was_taken_out_of_the_settings_did_not_come_back(
    absences: Absences, database: Database, clock: Clock
) -> None:
    """While it was away."""
    absences.look(AWAY, {*AWAY})
    clock.passes(11)
    absences.look(AWAY, {*AWAY})
    clock.passes(11)
    absences.look({}, {"tricarb"})
    clock.passes(11)
    absences.look({}, {"tricarb"})
    assert kinds(database) == ["source-away"]

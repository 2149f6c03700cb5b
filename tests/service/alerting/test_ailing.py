"""Our own disk or database fails for long: one message, and one when it is mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.errors import DiskFull, StoreError
from labsvc.model.filing import Alert
from labsvc.service.alerting.ailing import Ailing
from labsvc.store.database import Database

FULL = DiskFull("no room left to write '/home/archive': free some space on that disk")


@dataclass
class Service:
    """A service whose clock is turned by hand; ``posted`` is what was sent past the database."""

    database: Database
    now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    posted: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ailing = Ailing(self.database, self.posted.append, lambda: self.now)

    def fails(self, minutes: int) -> None:
        for _ in range(minutes * 12 + 1):
            self.ailing.failed(FULL)
            self.now += timedelta(seconds=5)

    def passes(self, minutes: float) -> None:
        """Rounds that go well."""
        self.ailing.mended()
        self.now += timedelta(minutes=minutes)
        self.ailing.mended()

    def owed(self) -> list[str]:
        return [one.alert.subject for one in self.database.outbox()]


class Broken(Database):
    """A database that is what fails."""

    def owe(self, alerts: object, at: datetime) -> None:
        raise StoreError("the database is away")


@pytest.fixture
def service(tmp_path: Path) -> Service:
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    database.migrate()
    return Service(database)


def test_a_short_failure_is_nobodys_concern(service: Service) -> None:
    service.ailing.failed(FULL)
    service.now += timedelta(seconds=30)
    service.ailing.failed(FULL)
    service.ailing.mended()
    assert service.owed() == []


def test_an_hour_of_failure_is_one_message_and_one_more_when_it_is_mended(
    service: Service,
) -> None:
    service.fails(minutes=60)
    service.passes(minutes=3)
    service.passes(minutes=3)
    told = service.owed()
    assert [one.split(":")[0] for one in told] == [
        "[labsvc] Nothing can be filed", "[labsvc] Filing goes on"
    ]  # fmt: skip
    texts = [one.alert.text for one in service.database.outbox()]
    assert "free some space" in texts[0]
    assert "from 2026-03-02 12:00 to 2026-03-02 13:00 UTC" in texts[1].replace(" UTC to", " to")


def test_each_failure_is_told_anew(service: Service) -> None:
    for _ in range(2):
        service.fails(minutes=2)
        service.passes(minutes=3)
    assert len(service.owed()) == 4


def test_where_the_database_fails_the_message_is_sent_past_it(tmp_path: Path) -> None:
    """Once."""
    service = Service(Broken(f"sqlite:///{tmp_path / 'labsvc.db'}"))
    service.fails(minutes=10)
    assert [one.subject.split(":")[0] for one in service.posted] == [
        "[labsvc] Nothing can be filed"
    ]


def test_a_disk_that_comes_and_goes_is_one_message(service: Service) -> None:
    """Well for half a minute, and failing again: for an hour."""
    for _ in range(20):
        service.fails(minutes=2)
        service.passes(minutes=0.5)
    assert len(service.owed()) == 1
    service.passes(minutes=3)
    assert len(service.owed()) == 2

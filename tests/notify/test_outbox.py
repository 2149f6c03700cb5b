"""Alerts owed until they are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.mail import ServerAway
from labsvc.notify.outbox import Outbox, wait
from labsvc.store.database import Database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def alert(key: str) -> Alert:
    return Alert(key, "qc-failed", f"[labsvc] {key}", key, f"<p>{key}</p>", NOON)


@dataclass
class Mailroom:
    """A real database, a clock turned by hand, and a mail server that can be told to refuse."""

    database: Database
    now: datetime = NOON
    sent: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    refuses: Callable[[Alert], DeliveryError | None] = lambda alert: None

    def owe(self, *keys: str) -> None:
        self.database.owe([alert(key) for key in keys], self.now)

    def send(self, message: Alert) -> None:
        self.tried.append(message.key)
        refusal = self.refuses(message)
        if refusal:
            raise refusal
        self.sent.append(message.key)

    def outbox(self, most_per_hour: int = 1000) -> Outbox:
        return Outbox(self.database, self.send, lambda: self.now, most_per_hour=most_per_hour)

    def waiting(self) -> list[OwedAlert]:
        return self.database.outbox()


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    database.migrate()
    return Mailroom(database)


def test_an_alert_is_sent_once(room: Mailroom) -> None:
    """Rounds without anything owed send nothing."""
    room.owe("a")
    outbox = room.outbox()
    assert outbox.deliver_due().sent == ["a"]
    assert outbox.deliver_due().sent == []
    assert room.sent == ["a"]


def test_a_crash_before_the_note_sends_it_again(room: Mailroom) -> None:
    """At least once: noted after the sending, never before."""

    def crash(message: Alert) -> DeliveryError | None:
        raise KeyboardInterrupt

    room.owe("a")
    room.refuses = crash
    with pytest.raises(KeyboardInterrupt):
        room.outbox().deliver_due()
    room.refuses = lambda message: None
    assert room.outbox().deliver_due().sent == ["a"]


def test_one_refused_alert_holds_up_no_other(room: Mailroom) -> None:
    """It is tried again later, by itself."""
    room.owe("a", "b", "c")
    room.refuses = lambda message: DeliveryError("450 later") if message.key == "b" else None
    report = room.outbox().deliver_due()
    assert (report.sent, report.failed) == (["a", "c"], ["b"])
    assert [(owed.attempts, owed.last_error) for owed in room.waiting()] == [(1, "450 later")]


def test_an_alert_refused_for_good_is_put_down_as_dead(room: Mailroom) -> None:
    """Shown, and not tried again."""
    room.owe("a")
    room.refuses = lambda message: DeliveryError("550 no such person", permanent=True)
    assert room.outbox().deliver_due().dead == ["a"]
    room.now += timedelta(days=1)
    room.outbox().deliver_due()
    assert room.tried == ["a"]
    assert [owed.dead for owed in room.waiting()] == [True]


def test_a_server_that_is_away_is_asked_once_a_round(room: Mailroom) -> None:
    """And then left in peace for a while, for all messages."""
    room.owe("a", "b", "c")
    room.refuses = lambda message: ServerAway("mail server away")
    report = room.outbox().deliver_due()
    assert (room.tried, report.trouble) == (["a"], "mail server away")
    room.outbox().deliver_due()
    assert room.tried == ["a"]


def test_a_day_without_mail_ends_in_one_digest(room: Mailroom) -> None:
    """With everything in it; nothing is sent twice."""
    room.refuses = lambda message: ServerAway("mail server away")
    for hour in range(24):
        room.now = NOON + timedelta(hours=hour)
        room.owe(f"run-{hour:02}")
        room.outbox().deliver_due()
    room.refuses = lambda message: None
    room.now += timedelta(hours=2)
    assert len(room.outbox().deliver_due().sent) == 24
    assert [key.split(":")[0] for key in room.sent] == ["digest"]
    assert room.waiting() == []


def test_a_few_new_alerts_go_singly_and_a_flood_as_one(room: Mailroom) -> None:
    """First at once and by itself; no storm."""
    room.owe(*(f"few-{number}" for number in range(10)))
    room.outbox().deliver_due()
    assert len(room.sent) == 10
    room.owe(*(f"many-{number}" for number in range(11)))
    room.outbox().deliver_due()
    assert len(room.sent) == 11


def test_two_hundred_failing_runs_in_an_hour_make_no_storm(room: Mailroom) -> None:
    """The first ones singly, at once; never more mails in an hour than are allowed; none lost."""
    room.now, start = NOON, NOON
    for number in range(200):
        room.owe(f"run-{number:03}")
        room.outbox(most_per_hour=12).deliver_due()
        room.now += timedelta(seconds=18)
    assert room.sent == [f"run-{number:03}" for number in range(12)]
    while room.waiting():
        room.now += timedelta(minutes=1)
        room.outbox(most_per_hour=12).deliver_due()
    assert room.now - start < timedelta(hours=1, minutes=2)
    assert len(room.sent) == 13
    assert room.sent[-1].startswith("digest:")


def test_a_clock_set_back_a_day_keeps_no_mail_waiting(room: Mailroom) -> None:
    """What was sent in the time to come does not count."""
    room.owe(*(f"early-{number}" for number in range(3)))
    room.outbox(most_per_hour=3).deliver_due()
    room.now -= timedelta(days=1)
    room.owe("late")
    room.outbox(most_per_hour=3).deliver_due()
    assert room.sent[-1] == "late"


def test_a_digest_that_is_refused_is_tried_as_single_messages(room: Mailroom) -> None:
    """A digest is for the reader's peace; it never costs a message."""
    keys = [f"run-{number:02}" for number in range(12)]
    room.owe(*keys)
    room.refuses = lambda message: (
        DeliveryError("554 too long", permanent=True) if message.kind == "digest" else None
    )
    assert room.outbox().deliver_due().sent == keys
    assert room.sent == keys


def test_waits_double_from_a_minute_to_an_hour() -> None:
    """However often it failed."""
    minutes = [wait(attempts) / timedelta(minutes=1) for attempts in (0, 1, 2, 5, 6, 7, 1000)]
    assert minutes == [1, 2, 4, 32, 60, 60, 60]


def test_a_digest_keeps_its_identity_when_it_is_sent_again(room: Mailroom) -> None:
    """A crash between sending and note: the mail program sees the same message."""
    room.owe(*(f"run-{number:02}" for number in range(12)))
    before = replace(room, sent=[], tried=[])
    fails = iter([True])

    class Broken:
        """The database is gone just after the sending."""

        due_alerts = staticmethod(room.database.due_alerts)
        mails_sent = staticmethod(room.database.mails_sent)
        alert_failed = staticmethod(room.database.alert_failed)

        def alert_sent(self, key: str, at: datetime) -> None:
            raise KeyboardInterrupt(next(fails))

    with pytest.raises(KeyboardInterrupt):
        Outbox(Broken(), before.send, lambda: room.now).deliver_due()
    room.outbox().deliver_due()
    assert before.sent == room.sent

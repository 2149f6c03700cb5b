"""Alerts owed until they are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.mail import ServerAway
from labsvc.notify.outbox import Outbox, wait
from labsvc.notify.rules import Destination, Escalation, Quiet, Route, Rules
from labsvc.notify.weektimes import week_span
from labsvc.store.database import Database
from labsvc.store.postroom import Acknowledgement, Postroom

LAB = Rules(recipients=("lab@lab.example",))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def alert(key: str, **about: str) -> Alert:
    kind = about.pop("kind", "qc-failed")
    return Alert(key, kind, f"[labsvc] {key}", key, f"<p>{key}</p>", NOON, **about)  # type: ignore[arg-type]


@dataclass
class Mailroom:
    """A real database, a clock turned by hand, and a mail server that can be told to refuse."""

    database: Database
    now: datetime = NOON
    sent: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    refuses: Callable[[Alert], DeliveryError | None] = lambda alert: None
    rules: Rules = LAB
    doors: list[tuple[str, Destination]] = field(default_factory=list)
    shut: set[str] = field(default_factory=set)

    def owe(self, *keys: str, **about: str) -> None:
        told = [replace(alert(key, **about), created_at=self.now) for key in keys]
        self.database.owe(told, self.now)

    def send(self, message: Alert, place: Destination) -> None:
        self.tried.append(message.key)
        refusal = self.refuses(message)
        if place.door in self.shut:
            refusal = DeliveryError(f"{place.door} refuses", permanent=True)
        if refusal:
            raise refusal
        self.sent.append(message.key)
        self.doors.append((message.key, place))

    def outbox(self, most_per_hour: int = 1000) -> Outbox:
        return Outbox(Postroom(self.database), self.send, lambda: self.now, rules=self.rules,
                      most_per_hour=most_per_hour)  # fmt: skip

    def deliver(self) -> list[str]:
        """One round; the messages that went out, a digest by its beginning."""
        before = len(self.sent)
        self.outbox().deliver_due()
        return [key.split(":")[0] for key in self.sent[before:]]

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

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


def test_a_stop_waits_for_the_message_in_hand_alone(room: Mailroom) -> None:
    """The rest stays owed, and goes out after the next start."""
    room.owe("a", "b", "c")
    outbox = room.outbox()
    room.refuses = lambda message: outbox.end()
    assert outbox.deliver_due().sent == ["a"]
    assert outbox.deliver_due().sent == []
    assert [owed.attempts for owed in room.waiting()] == [0, 0]
    room.refuses = lambda message: None
    assert room.outbox().deliver_due().sent == ["b", "c"]


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

    class Broken(Postroom):
        """The database is gone just after the sending."""

        def went_out(self, keys: Sequence[str], door: str, message: str, at: datetime) -> None:
            raise KeyboardInterrupt(next(fails))

    with pytest.raises(KeyboardInterrupt):
        Outbox(Broken(room.database), before.send, lambda: room.now, rules=room.rules).deliver_due()
    room.outbox().deliver_due()
    assert before.sent == room.sent


def test_what_repeats_comes_at_once_the_first_time_and_then_together(room: Mailroom) -> None:
    """Twenty plates of one bad batch of membranes: one mail, and one an hour."""
    for number in range(20):
        room.owe(f"run-{number:02}", topic="qc-failed:net:microbeta-1")
        room.deliver()
        room.passes(minutes=3)
    assert room.sent == ["run-00"]
    room.passes(minutes=1)
    assert room.deliver() == ["digest"]
    assert room.waiting() == []


def test_what_is_graver_than_what_was_told_comes_at_once(room: Mailroom) -> None:
    room.owe("a", topic="disk", severity="warning")
    room.deliver()
    room.owe("b", topic="disk", severity="warning")
    room.owe("c", topic="disk", severity="critical")
    assert room.deliver() == ["c"]


def test_a_message_goes_through_every_door_once(room: Mailroom) -> None:
    """A door that is shut for a while holds up no other, and nothing goes twice."""
    room.rules = Rules(routes=(Route("all", ("a@lab.example",), channel="phone"),))
    room.owe("a")
    room.refuses = lambda message: (
        DeliveryError("later") if len(room.tried) == 2 else None  # the second door
    )
    room.outbox().deliver_due()
    assert [place.door for _, place in room.doors] == ["mail"]
    room.passes(minutes=2)
    room.outbox().deliver_due()
    assert [place.door for _, place in room.doors] == ["mail", "channel:phone"]
    assert room.waiting() == []


def test_a_door_that_refuses_for_good_is_shown_and_the_others_are_used(room: Mailroom) -> None:
    """The message is put down as given up, after it went where it could."""
    room.rules = Rules(routes=(Route("all", ("a@lab.example",), channel="phone"),))
    room.shut = {"mail"}
    room.owe("a")
    report = room.outbox().deliver_due()
    assert [place.door for _, place in room.doors] == ["channel:phone"]
    assert report.dead == ["a"]
    assert [(one.dead, one.last_error) for one in room.waiting()] == [(True, "mail refuses")]


def test_quiet_hours_end_in_one_digest(room: Mailroom) -> None:
    """What is grave enough comes in the night all the same."""
    room.rules = replace(room.rules, quiet=Quiet((week_span("19:00-07:00"),)))
    room.passes(hours=10)
    room.owe("a", "b", "c")
    room.owe("fire", severity="critical")
    assert room.deliver() == ["fire"]
    room.passes(hours=8)
    assert room.deliver() == []
    room.passes(hours=1)
    assert room.deliver() == ["digest"]


def acknowledge(room: Mailroom, key: str, topic: str, hours: float = 24) -> None:
    until = room.now + timedelta(hours=hours)
    said = Acknowledgement(key, topic, "error", room.now, "Anna", "membranes ordered", until)
    Postroom(room.database).acknowledge(said)


def test_what_was_acknowledged_is_quiet_for_its_time(room: Mailroom) -> None:
    """What came meanwhile comes as one afterwards; what is graver comes at once."""
    room.owe("a", topic="qc")
    room.deliver()
    acknowledge(room, "a", "qc", hours=24)
    for number in range(5):
        room.passes(hours=2)
        room.owe(f"b{number}", topic="qc")
    room.owe("c", topic="qc", severity="critical")
    assert room.deliver() == ["c"]
    room.passes(hours=15)
    assert room.deliver() == ["digest"]


def test_what_nobody_acknowledged_is_told_further_once(room: Mailroom) -> None:
    """After its time, to others; what somebody has acknowledged is not."""
    escalation = Escalation(timedelta(hours=4), ("head@lab.example",))
    room.rules = replace(room.rules, escalation=escalation)
    room.owe("a", "b")
    room.deliver()
    acknowledge(room, "b", "b")
    room.passes(hours=3)
    assert room.deliver() == []
    room.passes(hours=1)
    assert room.deliver() == ["escalation"]
    assert room.doors[-1][1] == Destination("escalation:mail", ("head@lab.example",))
    room.passes(hours=1)
    assert room.deliver() == []


def test_what_is_over_is_told_no_further(room: Mailroom) -> None:
    """The source came back before anybody said so."""
    room.rules = replace(room.rules, escalation=Escalation(timedelta(hours=4), ("head@x.example",)))
    room.owe("away", topic="source-away:microbeta-1", kind="source-away")
    room.deliver()
    room.owe("back", topic="source-away:microbeta-1", severity="info", kind="source-back")
    room.deliver()
    room.passes(hours=5)
    assert room.deliver() == []


def test_a_round_that_looks_at_nothing_new_is_not_needed(room: Mailroom) -> None:
    """What is kept back for hours costs nothing meanwhile."""
    room.rules = replace(room.rules, quiet=Quiet((week_span("00:00-24:00"),)))
    outbox = room.outbox()
    room.owe("a")
    assert outbox.has_new()
    outbox.deliver_due()
    assert not outbox.has_new()
    room.owe("b")
    assert outbox.has_new()


def test_what_somebody_acknowledged_before_it_went_out_is_not_sent(room: Mailroom) -> None:
    """It is put down with who had seen to it."""
    room.owe("a", "b")
    acknowledge(room, "a", "a")
    assert room.deliver() == ["b"]
    assert [owed.last_error for owed in room.waiting()] == ["not sent: Anna acknowledged it before"]


def test_the_mail_has_its_words_and_its_picture(room: Mailroom) -> None:
    """What is looked at in each round has neither: hundreds may wait."""
    picture = replace(alert("a"), figure_png=b"png")
    room.database.owe([picture], room.now)
    (light,) = Postroom(room.database).due_alerts(room.now)
    assert (light.alert.text, light.alert.figure_png) == ("", None)
    got: list[Alert] = []
    Outbox(Postroom(room.database), lambda one, place: got.append(one), lambda: room.now,
           rules=room.rules).deliver_due()  # fmt: skip
    assert [(one.text, one.html, one.figure_png) for one in got] == [("a", "<p>a</p>", b"png")]

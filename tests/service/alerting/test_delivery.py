"""The delivery of a service's alerts, in one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.model.filing import Alert
from labsvc.notify.mail import ServerAway
from labsvc.notify.outbox import Outbox
from labsvc.notify.rules import Destination, Rules
from labsvc.service.alerting.delivery import Delivery
from labsvc.service.vitals.tally import Tally
from labsvc.store.database import Database
from labsvc.store.postroom import Postroom
from tests.patience import PATIENCE

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Send = Callable[[Alert, Destination], None]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    made.migrate()
    made.owe([Alert("a", "qc-failed", "subject", "text", "<p>text</p>", NOON)], NOON)
    return made


def delivery(database: Database, send: Send) -> Delivery:
    rules = Rules(recipients=("lab@lab.example",))
    return Delivery(Outbox(Postroom(database), send, lambda: NOON, rules=rules), Tally())


def away(_alert: Alert, _place: Destination) -> None:
    raise ServerAway("the server does not answer")


def test_what_was_sent_is_counted_and_nothing_is_due_after(database: Database) -> None:
    one = delivery(database, lambda alert, place: None)
    assert one.due
    one.deliver()
    assert (one.tally.mails_sent, one.due, one.trouble) == (1, False, None)


def test_messages_that_wait_are_told_with_the_reason_until_one_goes_out(
    database: Database,
) -> None:
    one = delivery(database, away)
    one.deliver()
    assert one.trouble == "messages wait: the server does not answer"
    one.outbox = delivery(database, lambda alert, place: None).outbox
    database.owe([Alert("b", "qc-failed", "s", "t", "<p>t</p>", NOON)], NOON)
    one.deliver()
    assert one.trouble is None


def test_nothing_is_due_while_somebody_sends(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_alert: Alert, _place: Destination) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    one = delivery(database, slow)
    sending = threading.Thread(target=one.deliver)
    sending.start()
    assert begun.wait(PATIENCE)
    assert not one.due
    go_on.set()
    sending.join(PATIENCE)
    assert one.tally.mails_sent == 1


def test_without_anybody_to_tell_nothing_happens() -> None:
    one = Delivery(None, Tally())
    one.deliver()
    assert not one.due


def test_nothing_goes_out_after_the_end(database: Database) -> None:
    one = delivery(database, lambda alert, place: None)
    one.end()
    one.deliver()
    assert (one.tally.mails_sent, one.due) == (0, False)

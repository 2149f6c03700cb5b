"""The outbox: what is owed, due, sent and given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from labsvc.model.filing import Alert
from labsvc.store.database import Database
from labsvc.store.postroom import Postroom

MakeAlert = Callable[..., Alert]


def test_an_alert_is_owed_once_whatever_is_done_twice(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    """Also after it was sent."""
    database.owe([make_alert("stale counter-1"), make_alert("stale counter-1")], noon)
    room = Postroom(database)
    room.alerts_sent(["stale counter-1"], noon)
    room.alerts_sent(["stale counter-1"], noon + timedelta(days=1))
    database.owe([make_alert("stale counter-1")], noon)
    assert database.outbox() == []
    [sent] = database.outbox(with_sent=True)
    assert (sent.sent_at, sent.attempts) == (noon, 1)


def test_an_alert_that_failed_is_due_again_when_its_time_has_come(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert()], noon)
    later = noon + timedelta(minutes=5)
    database.alert_failed("qc run00001", "451 busy", next_attempt_at=later, dead=False)
    assert database.due_alerts(noon) == []
    [owed] = database.due_alerts(later)
    assert (owed.attempts, owed.last_error, owed.alert.figure_png) == (1, "451 busy", b"PNG")


def test_a_dead_alert_is_shown_and_never_due(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert()], noon)
    database.alert_failed("qc run00001", "550 no such user", next_attempt_at=noon, dead=True)
    assert database.due_alerts(noon + timedelta(days=9)) == []
    assert [owed.dead for owed in database.outbox()] == [True]
    assert database.totals()["alerts_dead"] == 1


def test_a_new_alert_is_due_even_when_the_clock_has_stepped_back(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert(created_at=noon + timedelta(days=1))], noon)
    assert len(database.due_alerts(noon)) == 1

"""What went out through which door, and what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from labsvc.errors import ConfigError
from labsvc.model.filing import Alert, Filing
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.postroom import Acknowledgement, Postroom

MakeAlert = Callable[..., Alert]
HOUR = timedelta(hours=1)


@pytest.fixture
def room(database: Database) -> Postroom:
    return Postroom(database)


def said(key: str, noon: datetime, topic: str = "") -> Acknowledgement:
    return Acknowledgement(key, topic or key, "error", noon, "Anna", "seen", noon + HOUR)


def test_alerts_that_went_out_as_one_are_one_mail(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert(key) for key in ("a", "b", "c")], noon)
    room.went_out(["a", "b"], "mail", "digest:1", noon)
    room.went_out(["c"], "mail", "c", noon + HOUR / 2)
    assert room.mails_sent(noon, noon + HOUR) == 2
    assert room.mails_sent(noon + HOUR / 4, noon + HOUR) == 1
    assert room.mails_sent(noon - 2 * HOUR, noon - HOUR) == 0


def test_what_went_through_one_door_is_known_until_all_are_settled(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    """Noted twice is noted once."""
    database.owe([make_alert("a")], noon)
    for _ in range(2):
        room.went_out(["a"], "mail", "a", noon)
    room.refused("a", "channel:phone", noon, "no such number")
    assert room.settled() == {("a", "mail"): None, ("a", "channel:phone"): "no such number"}
    room.alerts_sent(["a"], noon)
    assert room.settled() == {}
    assert database.verify() == []


def test_what_waits_is_listed_without_its_pictures(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    """A thousand may wait over a week-end, each with 200 kB; each is fetched when it goes."""
    heavy = replace(make_alert("a"), text="t", html="h", figure_png=b"p" * 200_000)
    database.owe([heavy, make_alert("b")], noon)
    database.alert_failed("b", "550", next_attempt_at=noon, dead=True)
    for listed in (room.waiting()[0], room.due_alerts(noon)[0]):
        assert (listed.alert.text, listed.alert.html, listed.alert.figure_png) == ("", "", None)
    assert [(one.alert.key, one.dead) for one in room.waiting()] == [("a", False), ("b", True)]
    assert room.whole("a") == heavy


def test_of_a_kind_those_are_open_that_nothing_ended(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    """Two counts are warned of, one is filed; what is older is not asked for."""
    for run in ("run00001", "run00002"):
        topic = f"interim:tricarb:{run}:rack"
        told = replace(make_alert(topic), kind="interim", topic=topic, created_at=noon)
        database.owe([told], noon)
    ended = replace(make_alert("interim-over:1"), kind="interim-over", severity="info",
                    topic="interim:tricarb:run00001:rack")  # fmt: skip
    database.owe([ended], noon)
    assert [one.alert.key for one in room.unended("interim", noon)] == [topic]
    assert room.unended("interim", noon + HOUR) == []


def test_the_last_of_a_topic_is_told_by_door(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    told = [replace(make_alert(key), topic="qc", severity="error") for key in ("a", "b")]
    database.owe(told, noon)
    room.went_out(["a"], "mail", "a", noon)
    room.went_out(["b"], "mail", "b", noon + HOUR)
    assert room.last_sent(noon, noon + HOUR)["qc", "mail"].at == noon + HOUR
    assert room.last_sent(noon + 2 * HOUR, noon + 3 * HOUR) == {}


def test_an_acknowledgement_is_on_record_with_who_and_why(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert("a")], noon)
    room.acknowledge(said("a", noon))
    (deed, *_) = database.trail("a")
    assert deed.what == "alert acknowledged"
    assert ("Anna" in deed.detail, "seen" in deed.detail) == (True, True)
    assert room.acknowledged(["a", "b"]) == {"a": said("a", noon)}
    assert database.verify() == []


def test_a_second_person_is_told_who_was_first(room: Postroom, noon: datetime) -> None:
    room.acknowledge(said("a", noon))
    with pytest.raises(ConfigError, match="already, by Anna"):
        room.acknowledge(said("a", noon))


def test_a_topic_is_silent_until_its_time(room: Postroom, noon: datetime) -> None:
    room.acknowledge(said("a", noon, "qc"))
    assert set(room.silences(noon + HOUR / 2)) == {"qc"}
    assert room.silences(noon + HOUR) == {}


def test_a_run_with_a_later_revision_waits_for_nobody(
    room: Postroom,
    database: Database,
    make_alert: MakeAlert,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
    noon: datetime,
) -> None:
    """Somebody has seen to it: it was analysed again."""
    owed = replace(make_alert("qc-failed:run00001:1"), thread="run00001")
    database.file(make_filing("11" * 32, make_result("run00001"), alerts=(owed,)))
    room.alerts_sent([owed.key], noon)
    assert [one.alert.key for one in room.unanswered(noon, noon)] == [owed.key]
    superseded = replace(owed, key="qc-failed:run00001:0")
    database.owe([superseded], noon)
    room.alerts_sent([superseded.key], noon)
    assert [one.alert.key for one in room.unanswered(noon, noon)] == [owed.key]


def test_an_alert_is_found_by_its_beginning_or_whole(
    room: Postroom, database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert(key) for key in ("run:1", "run:12")], noon)
    assert [one.alert.key for one in room.known("run:1")] == ["run:1"]
    assert [one.alert.key for one in room.known("run")] == ["run:1", "run:12"]

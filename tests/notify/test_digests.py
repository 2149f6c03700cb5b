"""Several messages as one."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta

from labsvc.model.filing import Alert
from labsvc.notify.alerts import for_quarantine
from labsvc.notify.digests import LISTED, digest, escalated

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def alert(name: str) -> Alert:
    return for_quarantine(f" {name} ", "counter-1", name, "cut short.", at=NOON)


def test_a_digest_lists_every_message() -> None:
    """In order, with their times; the same messages have the same key."""
    owed = [alert(f"P{number}") for number in range(3)]
    many = digest(owed, at=NOON)
    assert many.key == digest(owed, at=NOON).key
    assert [many.text.count(f" P{number} ") for number in range(3)] == [1, 1, 1]
    assert many.subject.startswith("[labsvc] 3 messages")


def test_a_flood_is_cut_and_says_so() -> None:
    """Ten thousand lines are read by nobody."""
    many = digest([alert(f"P{number}") for number in range(LISTED + 5)], at=NOON)
    assert "and 5 more" in many.text
    assert len(many.text) < 40_000


def test_what_nobody_acknowledged_says_how_it_is_done() -> None:
    """With all that was sent."""
    told = escalated([alert("P1")], timedelta(hours=4), at=NOON)
    assert told.subject.startswith("[labsvc] Not acknowledged for 4 h: File set aside: P1")
    assert "labsvc alerts ack quarantine:P1 --by" in told.text
    assert "cut short" in told.text


def test_a_key_that_is_copied_into_a_shell_runs_nothing() -> None:
    """It may hold the name of a source, which somebody typed."""
    told = escalated([alert("x'; rm -rf ~ #\nP1")], timedelta(hours=4), at=NOON)
    words = told.text.partition("labsvc alerts ack ")[2].partition(" --by")[0]
    assert shlex.split(words) == ["quarantine:x'; rm -rf ~ # P1"]

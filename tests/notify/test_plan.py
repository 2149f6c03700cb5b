"""Which alert goes when: a table of what is due, what was told, and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.plan import Hushed, Known, Told, plan, unanswered
from labsvc.notify.rules import Escalation, Quiet, Route, Rules
from labsvc.notify.weektimes import week_span

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LAB = Rules(recipients=("lab@x.example",))
NIGHT = replace(LAB, quiet=Quiet((week_span("11:00-13:00"),)))
EARLIER = {("qc", "mail"): Told(NOON - 30 * MINUTE, "error", "qc-failed")}
LONG_AGO = {("qc", "mail"): Told(NOON - 2 * HOUR, "error", "qc-failed")}


def owed(key: str, *, ago: timedelta = MINUTE, attempts: int = 0, kind: str = "qc-failed",
         topic: str | None = "qc", severity: str = "error") -> OwedAlert:  # fmt: skip
    alert = Alert(key, kind, key, key, key, NOON - ago, severity=severity, topic=topic)
    return OwedAlert(alert, attempts, NOON)


def planned(due: list[OwedAlert], known: Known = Known(), rules: Rules = LAB,
            at_once: int = 3, left: int = 100) -> list[str]:  # fmt: skip
    """Each message as ``why:key+key``."""
    found = plan(due, known, rules, NOON, at_once=at_once, left=left)
    return [f"{one.why}:{'+'.join(each.alert.key for each in one.alerts)}" for one in found]


CASES = [
    ("first of its topic", [owed("a")], Known(), LAB, ["new:a"]),
    ("the second of a topic waits", [owed("a"), owed("b")], Known(), LAB, ["new:a"]),
    ("two topics", [owed("a"), owed("b", topic="x")], Known(), LAB, ["new:a", "new:b"]),
    ("no topic repeats nothing", [owed("a", topic=None), owed("b", topic=None)], Known(), LAB,
     ["new:a", "new:b"]),
    ("told half an hour ago", [owed("a")], Known(told=EARLIER), LAB, []),
    ("graver than what was told", [owed("a", severity="critical")], Known(told=EARLIER), LAB,
     ["new:a"]),
    ("told two hours ago", [owed("a")], Known(told=LONG_AGO), LAB, ["new:a"]),
    ("kept since what was told", [owed("a", ago=90 * MINUTE), owed("b")], Known(told=LONG_AGO),
     LAB, ["kept:a"]),
    ("the end of a trouble waits for nothing",
     [owed("a", kind="source-back", severity="info")], Known(told=EARLIER), LAB, ["new:a"]),
    ("after its end it is new", [owed("a")],
     Known(told={("qc", "mail"): Told(NOON - MINUTE, "info", "source-back")}), LAB, ["new:a"]),
    ("quiet hours", [owed("a"), owed("b", severity="critical", topic="x")], Known(), NIGHT,
     ["new:b"]),
    ("old", [owed("a", ago=3 * HOUR), owed("b", ago=4 * HOUR, topic="x")], Known(), LAB,
     ["kept:a+b"]),
    ("it went out through this door", [owed("a")], Known(settled=frozenset({("a", "mail")})),
     LAB, []),
    ("tried before", [owed("a", attempts=1), owed("b", attempts=2), owed("c", topic="x")],
     Known(), LAB, ["waited:a+b", "new:c"]),
    ("acknowledged topic", [owed("a")],
     Known(hushed={"qc": Hushed(NOON - HOUR, "error")}), LAB, []),
    ("graver than acknowledged", [owed("a", severity="critical")],
     Known(hushed={"qc": Hushed(NOON - HOUR, "error")}), LAB, ["new:a"]),
    ("older than its acknowledgement", [owed("a", ago=90 * MINUTE)],
     Known(hushed={"qc": Hushed(NOON - HOUR, "error")}), LAB, ["new:a"]),
    ("nobody to tell", [owed("a")], Known(), Rules(), []),
    ("no repeats are kept back", [owed("a"), owed("b")], Known(told=EARLIER),
     replace(LAB, repeats=timedelta(0)), ["new:a", "new:b"]),
]  # fmt: skip


@pytest.mark.parametrize(("due", "known", "rules", "told"), [one[1:] for one in CASES],
                         ids=[one[0] for one in CASES])  # fmt: skip
def test_what_goes_now(due: list[OwedAlert], known: Known, rules: Rules, told: list[str]) -> None:
    """By the table at the head of the module."""
    assert planned(due, known, rules) == told


def test_a_flood_of_new_ones_is_one() -> None:
    flood = [owed(f"{n}", topic=f"{n}") for n in range(4)]
    assert planned(flood) == ["many:0+1+2+3"]


def test_what_is_more_than_is_left_is_one_for_each_place() -> None:
    """In the order of their coming."""
    due = [owed("b", attempts=1), owed("a", topic="x"), owed("c", topic="y")]
    assert planned(due, left=2) == ["many:b+a+c"]


def test_people_who_are_told_of_different_things_get_their_own_digests() -> None:
    rules = replace(LAB, routes=(Route("pi", ("pi@x.example",), kind=("run-held",)),))
    due = [owed(f"{n}", kind="run-held" if n % 2 else "qc-failed", topic=f"{n}") for n in range(8)]
    assert planned(due, rules=rules) == ["many:0+2+4+6", "many:1+3+5+7"]


@pytest.mark.parametrize(
    ("sent", "kind", "told"),
    [(5, "qc-failed", True), (4, "qc-failed", True), (3, "qc-failed", False),
     (5, "run-held", False), (5, "source-back", False)],
)  # fmt: skip
def test_what_nobody_acknowledged_goes_further_after_its_time(
    sent: int, kind: str, told: bool
) -> None:
    rules = replace(LAB, escalation=Escalation(4 * HOUR, ("head@x.example",), "phone"))
    severity = {"run-held": "warning", "source-back": "info"}.get(kind, "error")
    one = replace(owed("a", kind=kind, severity=severity), sent_at=NOON - sent * HOUR)
    found = unanswered([one], rules, NOON)
    doors = ["escalation:mail", "escalation:channel:phone"]
    assert [parcel.destination.door for parcel in found] == (doors if told else [])


def test_an_escalation_waits_for_the_end_of_quiet_hours() -> None:
    rules = replace(NIGHT, escalation=Escalation(HOUR, ("head@x.example",)))
    late = replace(owed("a"), sent_at=NOON - 2 * HOUR)
    assert unanswered([late], rules, NOON) == []
    assert len(unanswered([late], rules, NOON + HOUR)) == 1

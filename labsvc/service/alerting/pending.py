"""What was told and waits for somebody: not acknowledged, not over, not made good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from labsvc.errors import ConfigError
from labsvc.model.filing import OwedAlert
from labsvc.model.result import Verdict
from labsvc.notify.alerts import KIND_OF
from labsvc.notify.rules import ENDS, OF_KIND, SUMMARY
from labsvc.notify.words import bare, one_line
from labsvc.store.database import Database
from labsvc.store.postroom import Acknowledgement, Postroom
from labsvc.store.revisions import SHORTEST_PREFIX

NEWS: Final = frozenset({*ENDS, SUMMARY, "qc-passed", "test"})
"""Kinds that nobody need answer."""
TELLING: Final = tuple(f"{kind}:" for kind in KIND_OF.values())
_WAITING: Final = ("waiting", "not sent yet", "could not be sent")


@dataclass(frozen=True, slots=True)
class Pending:
    """One alert as a person sees it. ``state``: waiting, not sent yet, could not be sent,
    acknowledged, over or news."""

    key: str
    topic: str
    severity: str
    at: datetime
    what: str
    state: str
    acknowledged: Acknowledgement | None = None


def pending(database: Database, since: datetime, *, everything: bool = False) -> list[Pending]:
    """Of what was told since then, oldest first, what waits; or all of it."""
    room = Postroom(database)
    told = room.newest(since)
    said = room.acknowledged([one.alert.key for one in told])
    over = room.over(told)
    rows = [_pending(one, said.get(one.alert.key), one.alert.key in over) for one in told]
    return [one for one in rows if everything or one.state in _WAITING]


def found(database: Database, word: str) -> Pending:
    """The one alert meant by a key, its beginning, or the id of a run.

    A run that waits and of which nobody was told has a key too. ConfigError when there is none, or
    several: then with their keys.
    """
    asked = word.strip()
    told = Postroom(database).known(asked) if len(asked) >= SHORTEST_PREFIX else []
    if told and len({one.alert.thread or one.alert.key for one in told}) == 1:
        return _pending(told[-1], None, over=False)
    if told:
        keys = ", ".join(one_line(one.alert.key) for one in told[:5])
        raise ConfigError(f"{len(told)} alerts begin with {one_line(asked)!r}: {keys}")
    run = _run(database, asked)
    if run is None:
        raise ConfigError(f"no alert has the key {one_line(asked)!r}; see: labsvc alerts list")
    return run


def key_of_run(run_id: str, revision: int, verdict: str) -> str:
    """The key of the alert that a run owes, or would owe."""
    return f"{KIND_OF[Verdict(verdict)]}:{run_id}:{revision}"


def _run(database: Database, word: str) -> Pending | None:
    """By its id, or by the key that its alert would have."""
    whole = word.partition(":")[2] if word.startswith(TELLING) else word
    run = whole.partition(":")[0]
    stored = database.result(run) if len(run) >= SHORTEST_PREFIX else None
    if stored is None or stored.verdict == Verdict.ACCEPTED.value:
        return None
    key = key_of_run(stored.run_id, stored.revision, stored.verdict)
    severity = OF_KIND[key.partition(":")[0]]
    return Pending(key, key, severity, stored.filed_at, stored.title, "waiting")


def _pending(owed: OwedAlert, said: Acknowledgement | None, over: bool) -> Pending:
    alert = owed.alert
    return Pending(
        key=alert.key,
        topic=alert.topic or alert.key,
        severity=alert.severity or OF_KIND.get(alert.kind, "error"),
        at=alert.created_at,
        what=bare(alert.subject),
        state=_state(owed, said, over),
        acknowledged=said,
    )


def _state(owed: OwedAlert, said: Acknowledgement | None, over: bool) -> str:
    if said is not None:
        return f"acknowledged by {said.by}"
    if owed.alert.kind in NEWS:
        return "news"
    if over:
        return "over"
    if owed.dead:
        return "could not be sent"
    return "waiting" if owed.sent_at is not None else "not sent yet"

"""What went out through which door, and what people have acknowledged: the outbox's other half.

A door is ``mail``, ``channel:NAME`` or an escalation of these. An alert is sent when all doors
that it goes to are settled: it went out there, or was refused for good.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, or_, select, true

from labsvc.errors import ConfigError, IntegrityError
from labsvc.model.filing import Alert, OwedAlert
from labsvc.store import owed
from labsvc.store.audit import Deed
from labsvc.store.database import Database
from labsvc.store.seals import seal_of_row, sealed
from labsvc.store.tables import Words, acknowledgements, outbox, sendings
from labsvc.store.vouched import ACKNOWLEDGED

ESCALATED: Final = "escalation:"
"""What the doors of an escalation begin with."""
ENDED: Final = "info"
"""The severity of the message that ends the trouble of its topic."""
_MANY = 500
"""So many keys are asked for at once."""
_HEAVY = ("text", "html", "figure_png")
_LIGHT = [column for column in outbox.columns if column.name not in _HEAVY]
_later = outbox.alias("later")
_ENDED_LATER = exists().where(
    _later.c.topic == outbox.c.topic,
    _later.c.severity == ENDED,
    _later.c.sequence > outbox.c.sequence,
)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person has seen to it. Until ``quiet_until`` messages of its topic that are no graver than
    ``severity`` are kept back."""

    key: str
    topic: str
    severity: str
    at: datetime
    by: str
    why: str
    quiet_until: datetime


@dataclass(frozen=True, slots=True)
class LastSent:
    """The last message of a topic through a door."""

    at: datetime
    severity: str | None
    kind: str


class Postroom:
    """The outbox of one database as its sender needs it. Everything raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.alert_failed = database.alert_failed

    def due_alerts(self, now: datetime) -> list[OwedAlert]:
        """What is to be sent now, oldest first, without text and pictures: see ``whole``."""
        return self._alerts(owed.due(now))

    def whole(self, key: str) -> Alert:
        """An alert with its text and picture. IntegrityError when it is gone."""
        found = self._database.alerts(outbox.c.key == key)
        if not found:
            raise IntegrityError(f"the alert '{key}' is gone from the database")
        return found[0].alert

    def due_keys(self, now: datetime) -> set[str]:
        """Of ``due_alerts``, without their words and pictures."""
        return {row.key for row in self._database.rows(select(outbox.c.key).where(owed.due(now)))}

    def mails_sent(self, since: datetime, until: datetime) -> int:
        """How many messages went out from then until then; a digest is one."""
        during = and_(sendings.c.at.between(since, until), sendings.c.error.is_(None))
        once = select(sendings.c.door, sendings.c.message, sendings.c.at).where(during).distinct()
        (row,) = self._database.rows(select(func.count()).select_from(once.subquery()))
        return int(row[0])

    def settled(self) -> dict[tuple[str, str], str | None]:
        """Of the alerts not sent yet: (key, door) -> why it was refused there; None: it went."""
        query = (
            select(sendings.c.key, sendings.c.door, sendings.c.error)
            .join(outbox, outbox.c.key == sendings.c.key)
            .where(owed.UNSENT, ~outbox.c.dead)
        )
        return {(row.key, row.door): row.error for row in self._database.rows(query)}

    def last_sent(self, since: datetime, until: datetime) -> dict[tuple[str, str], LastSent]:
        """By topic and door, of what went out from then until then."""
        query = (
            select(outbox.c.topic, sendings.c.door, sendings.c.at, outbox.c.severity, outbox.c.kind)
            .join(outbox, outbox.c.key == sendings.c.key)
            .where(sendings.c.at.between(since, until), outbox.c.topic.is_not(None))
            .where(sendings.c.error.is_(None))
            .order_by(sendings.c.at, outbox.c.sequence)
        )
        return {
            (row.topic, row.door): LastSent(row.at, row.severity, row.kind)
            for row in self._database.rows(query)
        }

    def went_out(self, keys: Sequence[str], door: str, message: str, at: datetime) -> None:
        """One message with these alerts in it; noted after the sending."""
        self._note(keys, door, message, at, None)

    def refused(self, key: str, door: str, at: datetime, error: str) -> None:
        """For good, by this door: it is not tried again."""
        self._note([key], door, key, at, error)

    def alerts_sent(self, keys: Sequence[str], at: datetime) -> None:
        """Marked when all their doors are settled. Marking twice is marking once."""

        def mark(connection: Connection) -> list[Deed]:
            return [
                Deed("alert sent", key)
                for key in keys
                if owed.tried(connection, and_(outbox.c.key == key, owed.UNSENT),
                              sent_at=at, last_error=None)
            ]  # fmt: skip

        if keys:
            self._database.write(mark, at)

    def unanswered(self, since: datetime, until: datetime) -> list[OwedAlert]:
        """Sent from then until then, and neither acknowledged nor escalated, ended or made good.

        A trouble ends with a later message of its topic that says so; a run is seen to when it has
        a later revision.
        """
        query = and_(
            outbox.c.sent_at.between(since, until),
            ~exists().where(acknowledgements.c.key == outbox.c.key),
            ~exists().where(sendings.c.key == outbox.c.key,
                            sendings.c.door.startswith(ESCALATED)),
            ~_ENDED_LATER,
        )  # fmt: skip
        return [one for one in self._alerts(query) if not self._is_superseded(one)]

    def waiting(self) -> list[OwedAlert]:
        """What was not sent, or was given up; oldest first, without text and pictures."""
        return self._alerts(owed.UNSENT)

    def unended(self, kind: str, since: datetime) -> list[OwedAlert]:
        """Of a kind whose topics begin with its name: those owed since then that are not over."""
        # By the index of topics alone: past the pictures no row is read that is not meant.
        named = select(outbox.c.sequence).where(outbox.c.topic.startswith(f"{kind}:"))
        mine = outbox.c.sequence.in_(named) & (outbox.c.kind == kind)
        return self._alerts(mine & (outbox.c.created_at >= since) & ~_ENDED_LATER)

    def newest(self, since: datetime) -> list[OwedAlert]:
        """What was owed since then, oldest first, whatever became of it."""
        return self._alerts(outbox.c.created_at >= since)

    def over(self, told: Sequence[OwedAlert]) -> set[str]:
        """The keys of those whose trouble has ended, or whose run has a later revision."""
        keys = [one.alert.key for one in told]
        ended = (
            select(outbox.c.key).where(outbox.c.key.in_(part), _ENDED_LATER)
            for part in _parts(keys)
        )
        found = {row.key for query in ended for row in self._database.rows(query)}
        return found | {one.alert.key for one in told if self._is_superseded(one)}

    def known(self, word: str) -> list[OwedAlert]:
        """The alert of this key; else those whose key, or whose run's id, begins so."""
        if exact := self._alerts(outbox.c.key == word):
            return exact
        begins = [
            func.substr(column, 1, len(word), type_=Words) == word
            for column in (outbox.c.key, outbox.c.thread)
        ]
        return self._alerts(or_(*begins))

    def acknowledge(self, said: Acknowledgement) -> None:
        """On record in the audit trail. ConfigError when it is acknowledged already."""

        def write(connection: Connection) -> list[Deed]:
            row = asdict(said)
            there = select(acknowledgements.c.by).where(acknowledgements.c.key == said.key)
            if (before := connection.execute(there).scalar_one_or_none()) is not None:
                raise ConfigError(f"'{said.key}' is acknowledged already, by {before}")
            connection.execute(insert(acknowledgements).values(**row))
            seal = seal_of_row(acknowledgements, row)
            told = {"by": said.by, "why": said.why, "topic": said.topic,
                    "quiet_until": said.quiet_until.isoformat(), "seal": seal}  # fmt: skip
            return [Deed(ACKNOWLEDGED, said.key, json.dumps(told))]

        self._database.write(write, said.at)

    def acknowledged(self, keys: Collection[str] | None = None) -> dict[str, Acknowledgement]:
        """All that was acknowledged, or these of it, by key."""
        wanted = acknowledgements.c.key
        asked = [wanted.in_(part) for part in _parts(keys)] if keys is not None else [true()]
        return {said.key: said for which in asked for said in self._said(which)}

    def silences(self, now: datetime) -> dict[str, Acknowledgement]:
        """By topic, what keeps its messages back now."""
        return {said.topic: said for said in self._said(acknowledgements.c.quiet_until > now)}

    def _said(self, which: ColumnElement[bool]) -> list[Acknowledgement]:
        columns = [acknowledgements.c[name] for name in Acknowledgement.__dataclass_fields__]
        query = select(*columns).where(which).order_by(acknowledgements.c.sequence)
        return [Acknowledgement(**row._mapping) for row in self._database.rows(query)]

    def _note(
        self, keys: Sequence[str], door: str, message: str, at: datetime, error: str | None
    ) -> None:
        def note(connection: Connection) -> list[Deed]:
            for key in keys:
                itself = (sendings.c.key == key, sendings.c.door == door)
                if connection.execute(select(sendings.c.at).where(*itself)).first():
                    continue
                row = {"key": key, "door": door, "message": message, "at": at, "error": error}
                connection.execute(insert(sendings).values(**sealed(sendings, row)))
            return []

        self._database.write(note, at)

    def _alerts(self, which: ColumnElement[bool]) -> list[OwedAlert]:
        """Light: hundreds may wait for hours, each with a picture of 200 kB."""
        query = select(*_LIGHT).where(which).order_by(outbox.c.sequence)
        return [_light(row) for row in self._database.rows(query)]

    def _is_superseded(self, one: OwedAlert) -> bool:
        """A later revision of the run is filed: ``KIND:RUN:REVISION`` names this one's."""
        _, _, revision = one.alert.key.rpartition(":")
        if one.alert.thread is None or not revision.isdecimal():
            return False
        return len(self._database.digests(one.alert.thread)) > int(revision)


def _light(row: Row[Any]) -> OwedAlert:
    told = row._mapping
    names = (one for one in Alert.__dataclass_fields__ if one not in _HEAVY)
    alert = Alert(**{name: told[name] for name in names}, text="", html="")
    rest = (one for one in OwedAlert.__dataclass_fields__ if one != "alert")
    return OwedAlert(alert, **{name: told[name] for name in rest})


def _parts(keys: Iterable[str]) -> list[list[str]]:
    whole = list(keys)
    return [whole[start : start + _MANY] for start in range(0, len(whole), _MANY)]

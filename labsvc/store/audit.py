"""What was written, in order, each row chained to the one before by its hash.

    hash = SHA-256 of the hash before + the row as JSON [sequence, at, what, key, detail]

``audit_head`` holds the last sequence and hash. Its one row is what writers wait for, so that
two of them on PostgreSQL never take the same number; and a chain cut short at the end shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from labsvc.store.tables import Words, audit, audit_head, storable
from labsvc.store.vouched import faults_of_rows

START = "0" * 64
"""The hash before the first row."""

ARCHIVED = "folder archived"

# Built once: every filing executes them.
_HEAD = select(audit_head.c.sequence, audit_head.c.hash)
_TURN = _HEAD.with_for_update()
_APPEND = insert(audit)
_MOVE_HEAD = update(audit_head)


@dataclass(frozen=True, slots=True)
class Trailed:
    """One row of the trail. ``detail`` is JSON, or a word or sentence."""

    sequence: int
    at: datetime
    what: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done: ``what`` to ``key``, with ``detail`` as JSON or a sentence."""

    what: str
    key: str
    detail: str = ""


@dataclass(slots=True)
class Turn:
    """One writer's turn at the end of the chain, which ends with its transaction."""

    _connection: Connection
    _sequence: int
    _last: str

    def append(self, at: datetime, deeds: Sequence[Deed]) -> None:
        """Add ``deeds``, done ``at``, to the chain."""
        self.append_all([(at, deeds)])

    def append_all(self, done: Iterable[tuple[datetime, Sequence[Deed]]]) -> None:
        """As ``append`` for each moment and its deeds, in this order."""
        rows = [self._row(at, deed) for at, deeds in done for deed in deeds]
        if rows:
            self._connection.execute(_APPEND, rows)
            self._connection.execute(_MOVE_HEAD, {"sequence": self._sequence, "hash": self._last})

    def _row(self, at: datetime, deed: Deed) -> dict[str, Any]:
        # What is hashed is what the database will give back.
        what, key, detail = storable(deed.what), storable(deed.key), storable(deed.detail)
        self._sequence += 1
        self._last = chained(self._last, self._sequence, at, what, key, detail)
        return {"sequence": self._sequence, "at": at, "what": what, "key": key, "detail": detail,
                "hash": self._last}  # fmt: skip


def take_turn(connection: Connection) -> Turn:
    """Wait until no other writer is at work. First in every transaction that appends."""
    head = connection.execute(_TURN).one()
    return Turn(connection, head.sequence, head.hash)


def chained(before: str, sequence: int, at: datetime, what: str, key: str, detail: str) -> str:
    """The hash of one row after the hash ``before``, both as 64 hexadecimal digits."""
    row = json.dumps([sequence, at.astimezone(UTC).isoformat(), what, key, detail])
    return hashlib.sha256(f"{before}{row}".encode()).hexdigest()


def faults_of(connection: Connection) -> Iterator[str]:
    """What is wrong with the chain, or with the documents and rows that it vouches for.

    A chain that is broken vouches for nothing: then its first fault is the only one told.
    """
    broken = _fault_of_chain(connection)
    if broken is not None:
        yield broken
        return
    yield from faults_of_rows(connection)


def trail(connection: Connection, beginning: str, last: int) -> list[Trailed]:
    """The newest rows, at most ``last``, whose key begins so; the newest first."""
    columns = [audit.c[name] for name in Trailed.__dataclass_fields__]
    # Not LIKE: SQLite's takes no notice of case.
    begins = func.substr(audit.c.key, 1, len(beginning), type_=Words) == beginning
    newest = select(*columns).order_by(audit.c.sequence.desc()).limit(last)
    found = connection.execute(newest.where(begins) if beginning else newest)
    return [Trailed(**row._mapping) for row in found]


def archived(connection: Connection) -> dict[str, str]:
    """The folders of the archive by the trail, each with the SHA-256 of its manifest."""
    told = select(audit.c.key, audit.c.detail).where(audit.c.what == ARCHIVED)
    return {row.key: row.detail for row in connection.execute(told.order_by(audit.c.sequence))}


def _fault_of_chain(connection: Connection) -> str | None:
    last, sequence = START, 0
    for row in connection.execute(select(audit).order_by(audit.c.sequence)):
        sequence += 1
        if row.sequence != sequence:
            return f"the audit trail lacks row {sequence}: it was removed"
        last = chained(last, sequence, row.at, row.what, row.key, row.detail)
        if row.hash != last:
            return f"row {sequence} of the audit trail ('{row.what}') was altered"
    head = connection.execute(_HEAD).one_or_none()
    if head is None or (head.sequence, head.hash) != (sequence, last):
        return f"the audit trail ends at row {sequence}, not where its head says: it was cut"
    return None

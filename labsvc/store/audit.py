"""What was written, in order, each row chained to the one before by its hash.

    hash = SHA-256 of the hash before + the row as JSON [sequence, at, what, key, detail]

``audit_head`` holds the last sequence and hash. Its one row is what writers wait for, so that
two of them on PostgreSQL never take the same number; and a chain cut short at the end shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from labsvc.store.tables import audit, audit_head, results, storable

START = "0" * 64
"""The hash before the first row."""

FILED = "result filed"

# Built once: every filing executes them.
_TURN = select(audit_head.c.id).with_for_update()
_HEAD = select(audit_head.c.sequence, audit_head.c.hash)
_APPEND = insert(audit)
_MOVE_HEAD = update(audit_head)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done: ``what`` to ``key``, with ``detail`` as JSON or a sentence."""

    what: str
    key: str
    detail: str = ""


def take_turn(connection: Connection) -> None:
    """Wait until no other writer is at work. First in every transaction that appends."""
    connection.execute(_TURN).all()


def append(connection: Connection, at: datetime, deeds: Sequence[Deed]) -> None:
    """Add ``deeds``, done ``at``, to the chain. ``take_turn`` comes before."""
    if not deeds:
        return
    head = connection.execute(_HEAD).one()
    sequence, last = head.sequence, head.hash
    rows = []
    for deed in deeds:
        sequence += 1
        # What is hashed is what the database will give back.
        words = {name: storable(text) for name, text in asdict(deed).items()}
        last = chained(last, sequence, at, **words)
        rows.append({"sequence": sequence, "at": at, **words, "hash": last})
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_HEAD, {"sequence": sequence, "hash": last})


def chained(before: str, sequence: int, at: datetime, what: str, key: str, detail: str) -> str:
    """The hash of one row after the hash ``before``, both as 64 hexadecimal digits."""
    row = json.dumps([sequence, at.astimezone(UTC).isoformat(), what, key, detail])
    return hashlib.sha256(f"{before}{row}".encode()).hexdigest()


def result_key(run_id: str, revision: int) -> str:
    return f"{run_id} revision {revision}"


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def fault_of(connection: Connection) -> str | None:
    """The first thing wrong with the chain or the documents it vouches for; None: all is well."""
    fault, documents = _chain(connection)
    return fault or _documents(connection, documents)


def _chain(connection: Connection) -> tuple[str | None, dict[str, str]]:
    """The first fault, and the digest of each result's document by its key."""
    last, sequence, documents = START, 0, dict[str, str]()
    for row in connection.execute(select(audit).order_by(audit.c.sequence)):
        sequence += 1
        if row.sequence != sequence:
            return f"the audit trail lacks row {sequence}: it was removed", documents
        last = chained(last, sequence, row.at, row.what, row.key, row.detail)
        if row.hash != last:
            return f"row {sequence} of the audit trail ('{row.what}') was altered", documents
        if row.what == FILED:
            documents[row.key] = json.loads(row.detail)["document"]
    return _head_fault(connection, sequence, last), documents


def _head_fault(connection: Connection, sequence: int, last: str) -> str | None:
    head = connection.execute(_HEAD).one_or_none()
    if head is None or (head.sequence, head.hash) != (sequence, last):
        return f"the audit trail ends at row {sequence}, not where its head says: it was cut"
    return None


def _documents(connection: Connection, documents: dict[str, str]) -> str | None:
    stored = connection.execute(select(results.c.run_id, results.c.revision, results.c.document))
    unvouched = dict(documents)
    for row in stored:
        key = result_key(row.run_id, row.revision)
        if unvouched.pop(key, None) != digest(row.document):
            return f"the result '{key}' in the database is not the one that was filed"
    if unvouched:
        return f"the result '{next(iter(unvouched))}' was filed and is gone from the database"
    return None

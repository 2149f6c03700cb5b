"""When what came last came: for what should have come, for the counters' clocks, for summaries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from labsvc.store.database import Database
from labsvc.store.tables import Words, audit, captures, outbox, results


def last_run(database: Database, source: str | None, protocol: str | None) -> datetime | None:
    """When the newest capture with a run of this source and protocol was received; None given: of
    any. One that was analysed again is not newer by that."""
    query = (
        select(captures.c.received_at)
        .join(results, results.c.sha256 == captures.c.sha256)
        .order_by(captures.c.sequence.desc())
        .limit(1)
    )
    if source is not None:
        query = query.where(results.c.source == source)
    if protocol is not None:
        query = query.where(results.c.protocol == protocol)
    found = database.rows(query)
    return found[0].received_at if found else None


def newest_documents(database: Database, source: str, limit: int) -> list[tuple[datetime, str]]:
    """When they were received, and the first revisions of the newest runs of a source, oldest
    first."""
    query = (
        select(captures.c.received_at, results.c.document)
        .join(captures, results.c.sha256 == captures.c.sha256)
        .where(results.c.source == source, results.c.revision == 1)
        .order_by(results.c.sequence.desc())
        .limit(limit)
    )
    return [(row.received_at, row.document) for row in database.rows(query)][::-1]


def began(database: Database) -> datetime | None:
    """When the first row of the audit trail was written; None: nothing was done yet."""
    found = database.rows(select(audit.c.at).where(audit.c.sequence == 1))
    return found[0].at if found else None


def newest_result(database: Database) -> int:
    """A number that grows with every result that is filed."""
    (row,) = database.rows(select(func.max(results.c.sequence)))
    return int(row[0] or 0)


def last_key(database: Database, beginning: str) -> str | None:
    """The key of the newest alert whose key begins so; None: there was none."""
    begins = func.substr(outbox.c.key, 1, len(beginning), type_=Words) == beginning
    query = select(outbox.c.key).where(begins).order_by(outbox.c.sequence.desc()).limit(1)
    found = database.rows(query)
    return str(found[0].key) if found else None

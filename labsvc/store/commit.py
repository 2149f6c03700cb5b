"""A Filing as rows, and the rows into the database: what one commit writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, select, update

from labsvc.errors import ArchiveConflict
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing
from labsvc.store import changes
from labsvc.store.audit import ARCHIVED, Deed
from labsvc.store.rows import PARTS, keep
from labsvc.store.seals import digest, result_key, seal_of_alert, seal_of_row
from labsvc.store.tables import bench_events, captures, outbox, results
from labsvc.store.vouched import FILED

Row = dict[str, Any]

# Built once: each execution then only looks its text up.
_STATE = select(captures.c.state).where(captures.c.sha256 == bindparam("sha256"))
_FILED = select(results.c.sha256, results.c.readings_digest, results.c.document).where(
    results.c.run_id == bindparam("run_id"), results.c.revision == bindparam("revision")
)
_DOCUMENT = select(results.c.document).where(
    results.c.run_id == bindparam("run_id"), results.c.revision == bindparam("revision")
)
_INSERTS = {table: insert(table) for table in (captures, results)}
_MAY_CHANGE = ("state", "folder", "driver", "reason")
"""Of a capture in the quarantine that is understood after all."""


def write_filing(connection: Connection, filing: Filing) -> list[Deed]:
    """Insert what is not there yet; the deeds that were done, none when all was there.

    ArchiveConflict when a (run, revision) is there with another content: it never changes.
    """
    deeds = [*_write_capture(connection, filing)]
    for filed in filing.results:
        deeds += _write_result(connection, filing, filed)
    if deeds:
        deeds += [Deed(ARCHIVED, folder, manifest) for folder, manifest in filing.manifests]
    deeds += write_events(connection, filing.events)
    deeds += write_alerts(connection, filing.alerts)
    return deeds


def _write_capture(connection: Connection, filing: Filing) -> Iterator[Deed]:
    state = connection.execute(_STATE, {"sha256": filing.sha256}).scalar_one_or_none()
    changed: Row = {}
    row: Row = {
        "state": filing.state.value,
        "folder": filing.folder,
        "driver": filing.driver,
        "filed_at": filing.filed_at,
        "reason": filing.reason,
    }
    if state is None:
        same = {
            "sha256": filing.sha256,
            "name": filing.name,
            "source": filing.source,
            "received_at": filing.received_at,
            "size": filing.size,
        }
        row = {**same, **row}
        connection.execute(_INSERTS[captures], row)
    elif state == CaptureState.QUARANTINED != filing.state:
        # Understood after all: a driver was mended, and a person released the bytes.
        mine = captures.c.sha256 == filing.sha256
        before = connection.execute(select(captures).where(mine)).one()._mapping
        changed = changes.of_columns(before, row, _MAY_CHANGE)
        connection.execute(update(captures).where(mine).values(**row))
        row = {**connection.execute(select(captures).where(mine)).one()._mapping}
    else:
        return
    told = {"name": row["name"], "reason": filing.reason, "by": filing.by,
            "seal": seal_of_row(captures, row), **changed}  # fmt: skip
    yield Deed(f"capture {filing.state.value}", filing.sha256, json.dumps(told))


def _write_result(connection: Connection, filing: Filing, filed: FiledResult) -> list[Deed]:
    result, kept = filed.result, filed.kept or keep(filed)
    document = kept.document
    key = result_key(result.run_id, filed.revision)
    whose = {"run_id": result.run_id, "revision": filed.revision}
    there = connection.execute(_FILED, whose).one_or_none()
    if there is not None:
        if tuple(there) != (filing.sha256, filed.readings_digest, document):
            raise ArchiveConflict(
                f"the result '{key}' is in the database with other contents: it is never "
                f"overwritten; file '{filing.name}' as the next revision"
            )
        return []
    row = _result_row(filing, filed, document)
    connection.execute(_INSERTS[results], row)
    for table in PARTS:
        if rows := kept.rows[table.name]:
            connection.exec_driver_sql(_insertion(table, connection.dialect), list(rows))
    vouched = {
        "verdict": result.verdict.value,
        "document": digest(document),
        "folder": filed.folder,
        "reason": filed.reason,
        "by": filing.by,
        "seal": seal_of_row(results, row),
        **_changed(connection, result.run_id, filed.revision, document),
    }
    return [Deed(FILED, key, json.dumps(vouched))]


def _changed(connection: Connection, run_id: str, revision: int, document: str) -> Row:
    """What a revision changed in the one before it; nothing of a first one, which is all new."""
    if revision == 1:
        return {}
    whose = {"run_id": run_id, "revision": revision - 1}
    before = connection.execute(_DOCUMENT, whose).scalar_one_or_none()
    return {} if before is None else changes.between(before, document)


@lru_cache(maxsize=32)
def _insertion(table: Table, dialect: Dialect) -> str:
    """The SQL that inserts whole rows, their values in the order of the columns: hundreds a plate,
    which need no more binding."""
    return str(insert(table).compile(dialect=dialect))


def _result_row(filing: Filing, filed: FiledResult, document: str) -> Row:
    result = filed.result
    return {
        "run_id": result.run_id,
        "revision": filed.revision,
        "sha256": filing.sha256,
        "source": filing.source,
        "run_key": result.run_key,
        "instrument": result.instrument,
        "plate": result.plate,
        "plate_id": result.plate_id,
        "protocol": result.protocol,
        "protocol_version": result.protocol_version,
        "protocol_digest": result.protocol_digest,
        "verdict": result.verdict.value,
        "title": result.title,
        "folder": filed.folder,
        "readings_digest": filed.readings_digest,
        "filed_at": filing.filed_at,
        "simulated": result.simulated,
        "reason": filed.reason,
        "document": document,
    }


def write_events(
    connection: Connection, events: Sequence[tuple[str, BenchEvent]]
) -> Iterator[Deed]:
    """Insert the bench events that are not there: run key, plate and step make one itself."""
    for key, event in events:
        itself = {"event_key": key, "plate_id": event.plate_id, "step": event.step}
        where = [bench_events.c[name] == value for name, value in itself.items()]
        if connection.execute(select(bench_events.c.step).where(*where)).first():
            continue
        row = {**itself, **asdict(event)}
        connection.execute(insert(bench_events).values(**row))
        told = {"key": key, "by": event.source, **_event_words(event),
                "seal": seal_of_row(bench_events, row)}  # fmt: skip
        yield Deed("bench event", f"{event.plate_id} {event.step}", json.dumps(told))


def _event_words(event: BenchEvent) -> Row:
    """When and how, as far as it was told: an event is new, and never changes."""
    ended = event.ended_at.isoformat() if event.ended_at is not None else None
    told = {"at": event.at.isoformat(), "ended_at": ended, "orientation": event.orientation,
            "washes": event.washes, "wash_ml": event.wash_ml}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def write_alerts(connection: Connection, alerts: Sequence[Alert]) -> Iterator[Deed]:
    """Owe the alerts whose keys are not owed or sent already."""
    for alert in alerts:
        if connection.execute(select(outbox.c.key).where(outbox.c.key == alert.key)).first():
            continue
        row = _outbox_row(alert)
        connection.execute(insert(outbox).values(**row, seal=seal_of_row(outbox, row)))
        told = {"subject": alert.subject, "seal": seal_of_alert(row)}
        yield Deed("alert owed", alert.key, json.dumps(told))


def _outbox_row(alert: Alert) -> Row:
    return {
        **asdict(alert),
        "attempts": 0,
        "next_attempt_at": alert.created_at,
        "dead": False,
    }

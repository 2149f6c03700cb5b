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
_STATES = select(captures.c.sha256, captures.c.state).where(
    captures.c.sha256.in_(bindparam("digests", expanding=True))
)
_FILED = select(
    results.c.run_id,
    results.c.revision,
    results.c.sha256,
    results.c.readings_digest,
    results.c.document,
).where(
    results.c.run_id.in_(bindparam("runs", expanding=True)),
    results.c.revision.in_(bindparam("revisions", expanding=True)),
)
_DOCUMENT = select(results.c.document).where(
    results.c.run_id == bindparam("run_id"), results.c.revision == bindparam("revision")
)
_SAME = ("sha256", "name", "source", "received_at", "size")
"""Of a capture for as long as it is kept."""
_INSERTS = {table: insert(table) for table in (captures, results)}
_MAY_CHANGE = ("state", "folder", "driver", "reason")
"""Of a capture in the quarantine that is understood after all."""


def write_filings(connection: Connection, filings: Sequence[Filing]) -> list[list[Deed]]:
    """Insert what is not there yet; the deeds that were done for each, none where all was there.

    ArchiveConflict when a (run, revision) is there with another content: it never changes.
    """
    writing = _Writing(connection, filings)
    filed = [list(writing.filing(one)) for one in filings]
    writing.insert()
    return [
        [*done, *write_events(connection, one.events), *write_alerts(connection, one.alerts)]
        for one, done in zip(filings, filed, strict=True)
    ]


class _Writing:
    """The rows of several filings, gathered: a statement for each table, not for each filing."""

    def __init__(self, connection: Connection, filings: Sequence[Filing]) -> None:
        self._connection = connection
        self._captures: list[Row] = []
        self._results: list[Row] = []
        self._parts: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in PARTS}
        asked = {"digests": [one.sha256 for one in filings]}
        self._states = {row.sha256: row.state for row in connection.execute(_STATES, asked)}
        self._there = self._filed([result for one in filings for result in one.results])

    def _filed(self, wanted: Sequence[FiledResult]) -> dict[tuple[str, int], tuple[str, ...]]:
        """What is there of these, by run and revision: capture, readings' digest, document."""
        if not wanted:
            return {}
        runs = {one.result.run_id for one in wanted}
        asked = {"runs": list(runs), "revisions": list({one.revision for one in wanted})}
        return {(row[0], row[1]): tuple(row[2:]) for row in self._connection.execute(_FILED, asked)}

    def filing(self, filing: Filing) -> Iterator[Deed]:
        """The deeds of one, its rows gathered."""
        captured = list(self._capture(filing))
        filed = [deed for one in filing.results for deed in self._result(filing, one)]
        yield from (*captured, *filed)
        if captured or filed:
            yield from (Deed(ARCHIVED, folder, digest) for folder, digest in filing.manifests)

    def insert(self) -> None:
        """Write what was gathered: captures first, to which the others refer."""
        for table, rows in ((captures, self._captures), (results, self._results)):
            if rows:
                self._connection.execute(_INSERTS[table], rows)
        for table, values in self._parts.items():
            if values:
                words = _insertion(table, self._connection.dialect)
                self._connection.exec_driver_sql(words, values)
        self._captures, self._results, self._parts = [], [], {table: [] for table in PARTS}

    def _capture(self, filing: Filing) -> Iterator[Deed]:
        state, changed = self._states.get(filing.sha256), Row()
        row: Row = {
            "state": filing.state.value,
            "folder": filing.folder,
            "driver": filing.driver,
            "filed_at": filing.filed_at,
            "reason": filing.reason,
        }
        if state is None:
            same = {name: getattr(filing, name) for name in _SAME}
            row = {**same, **row}
            self._captures.append(row)
        elif state == CaptureState.QUARANTINED != filing.state:
            # Understood after all: a driver was mended, and a person released the bytes.
            row, changed = _understood(self._connection, filing.sha256, row)
        else:
            return
        self._states[filing.sha256] = filing.state.value
        told = {"name": row["name"], "reason": filing.reason, "by": filing.by,
                "seal": seal_of_row(captures, row), **changed}  # fmt: skip
        yield Deed(f"capture {filing.state.value}", filing.sha256, json.dumps(told))

    def _result(self, filing: Filing, filed: FiledResult) -> Iterator[Deed]:
        result, kept = filed.result, filed.kept or keep(filed)
        document, whose = kept.document, (result.run_id, filed.revision)
        key, content = result_key(*whose), (filing.sha256, filed.readings_digest, document)
        there = self._there.setdefault(whose, content)
        if there is not content:
            if there != content:
                raise ArchiveConflict(
                    f"the result '{key}' is in the database with other contents: it is never "
                    f"overwritten; file '{filing.name}' as the next revision"
                )
            return
        row = _result_row(filing, filed, document)
        vouched = {
            "verdict": result.verdict.value,
            "document": digest(document),
            "folder": filed.folder,
            "reason": filed.reason,
            "by": filing.by,
            "seal": seal_of_row(results, row),
            **self._changed(*whose, document),
        }
        self._results.append(row)
        for table, rows in self._parts.items():
            rows.extend(kept.rows[table.name])
        yield Deed(FILED, key, json.dumps(vouched))

    def _changed(self, run_id: str, revision: int, document: str) -> Row:
        """What a revision changed in the one before it; nothing of a first one, which is all
        new."""
        if revision == 1:
            return {}
        self.insert()  # the one before may be among what was gathered
        whose = {"run_id": run_id, "revision": revision - 1}
        before = self._connection.execute(_DOCUMENT, whose).scalar_one_or_none()
        return {} if before is None else changes.between(before, document)


def _understood(connection: Connection, sha256: str, row: Row) -> tuple[Row, Row]:
    """The row of a capture that was set aside, changed to ``row``, and what that changed."""
    mine = captures.c.sha256 == sha256
    before = connection.execute(select(captures).where(mine)).one()._mapping
    connection.execute(update(captures).where(mine).values(**row))
    now = connection.execute(select(captures).where(mine)).one()._mapping
    return {**now}, changes.of_columns(before, row, _MAY_CHANGE)


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

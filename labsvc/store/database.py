"""The database: what was captured, filed, judged and owed. ``Database.file`` is the commit point.

SQLite by default, PostgreSQL by its URL; one code for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from labsvc.errors import InputError
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, CaptureState, Filing, OwedAlert, SeenFile, StoredResult
from labsvc.model.result import Verdict
from labsvc.store import audit
from labsvc.store.commit import write_alerts, write_events, write_filing
from labsvc.store.engine import copy_sqlite, open_engine, reading, writing
from labsvc.store.migrate import migrate
from labsvc.store.seals import SEAL, seal_of_row
from labsvc.store.tables import Words, bench_events, captures, outbox, results, seen_files

SHORTEST_PREFIX = 4
"""A run may be named by this many characters of its id, when they fit one run only."""
WHOLE_ID = 12
"""A run's id has this many characters: so many of them are no beginning of a longer one."""

_RESULT = [results.c[name] for name in StoredResult.__dataclass_fields__]
_later = results.alias("later")
_LATEST = ~exists().where(_later.c.run_id == results.c.run_id).where(
    _later.c.revision > results.c.revision
)


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """What became of one capture. ``folder`` is in the archive or in the quarantine."""

    sha256: str
    name: str
    source: str
    received_at: datetime
    size: int
    driver: str | None
    state: CaptureState
    folder: str
    filed_at: datetime
    reason: str | None


_CAPTURE = [captures.c[name] for name in StoredCapture.__dataclass_fields__]

# What is asked for every capture, built once: to build a query costs more than its answer.
_CAPTURE_OF = select(*_CAPTURE).where(captures.c.sha256 == bindparam("sha256"))
_FOLDER_KNOWN = select(
    or_(
        exists().where(captures.c.folder == bindparam("folder")),
        exists().where(results.c.folder == bindparam("folder")),
    )
)
_DIGESTS_OF = (
    select(results.c.readings_digest)
    .where(results.c.run_id == bindparam("run_id"))
    .order_by(results.c.revision)
)
_EVENTS_ON = (
    select(*[bench_events.c[name] for name in BenchEvent.__dataclass_fields__])
    .where(bench_events.c.plate_id.in_(bindparam("spelled", expanding=True)))
    .order_by(bench_events.c.at, bench_events.c.event_key)
)


class Database:
    """One database, used from any thread.

    Everything here raises DatabaseBusy, DiskFull, IntegrityError or StoreError, and nothing of
    the library below; the constructor raises ConfigError for a URL it cannot use.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def migrate(self) -> None:
        """Bring the tables to their newest form; a few milliseconds when they are."""
        migrate(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    # What was filed

    def file(self, filing: Filing) -> None:
        """THE commit point: all of the filing in one transaction, or nothing of it.

        The same filing again changes nothing. A capture once filed keeps its row; one that was
        quarantined takes the new state. ArchiveConflict when a revision is there with other
        contents.
        """
        with writing(self._engine) as connection:
            audit.take_turn(connection)
            audit.append(connection, filing.filed_at, write_filing(connection, filing))

    def capture_state(self, sha256: str) -> CaptureState | None:
        """What became of these bytes; None: never seen."""
        stored = self.capture(sha256)
        return stored.state if stored else None

    def capture(self, sha256: str) -> StoredCapture | None:
        rows = self._rows(_CAPTURE_OF, sha256=sha256)
        return _capture(rows[0]) if rows else None

    def captures(self, limit: int = 50) -> list[StoredCapture]:
        """Newest first, by the order of their filing."""
        newest = select(*_CAPTURE).order_by(captures.c.sequence.desc()).limit(limit)
        return [_capture(row) for row in self._rows(newest)]

    def set_aside(self) -> list[StoredCapture]:
        """All captures in the quarantine, the oldest first."""
        aside = captures.c.state == CaptureState.QUARANTINED.value
        rows = self._rows(select(*_CAPTURE).where(aside).order_by(captures.c.sequence))
        return [_capture(row) for row in rows]

    def folder_known(self, folder: str) -> bool:
        """Whether a committed capture or result lies in this folder of the archive."""
        return bool(self._rows(_FOLDER_KNOWN, folder=folder)[0][0])

    def folders(self) -> set[str]:
        """Every folder of the archive that a capture or result lies in."""
        filed = select(captures.c.folder).where(captures.c.state != CaptureState.QUARANTINED.value)
        return {row[0] for row in self._rows(filed.union(select(results.c.folder)))}

    # Results

    def revisions(self, run_id: str) -> list[StoredResult]:
        """All revisions of one run, oldest first; none when there is no such run."""
        whole = self._whole_id(run_id)
        return self._results(select(*_RESULT).where(results.c.run_id == whole).order_by(
            results.c.revision
        ))  # fmt: skip

    def digests(self, run_id: str) -> tuple[str, ...]:
        """The digest of the readings of each revision of a run, by its whole id, oldest first."""
        return tuple(row[0] for row in self._rows(_DIGESTS_OF, run_id=run_id))

    def result(self, run_id: str, revision: int | None = None) -> StoredResult | None:
        """One revision, the latest by default.

        ``run_id`` may be its beginning, of four characters or more: InputError when several runs
        begin so.
        """
        found = self.revisions(run_id)
        if revision is None:
            return found[-1] if found else None
        return next((one for one in found if one.revision == revision), None)

    def results(self, *, limit: int = 50, verdict: str | None = None) -> list[StoredResult]:
        """The latest revision of each run, the newest filed first."""
        latest = self._latest().limit(limit)
        return self._results(latest if verdict is None else _judged(latest, verdict))

    def held(self) -> list[StoredResult]:
        """The runs that wait for a protocol or a run sheet, the newest filed first."""
        return self._results(_judged(self._latest(), Verdict.HELD.value))

    def on_plate(self, plate_id: str) -> list[StoredResult]:
        """The latest revision of each run of this plate, the newest filed first."""
        return self._results(self._latest().where(results.c.plate_id.in_(_spelled(plate_id))))

    def _latest(self) -> Select[Any]:
        return select(*_RESULT).where(_LATEST).order_by(results.c.sequence.desc())

    def _whole_id(self, beginning: str) -> str:
        exact = select(results.c.run_id).where(results.c.run_id == beginning).limit(1)
        if not SHORTEST_PREFIX <= len(beginning) < WHOLE_ID or self._rows(exact):
            return beginning
        # Not LIKE: SQLite's takes no notice of case.
        begins = func.substr(results.c.run_id, 1, len(beginning), type_=Words) == beginning
        found = [row[0] for row in self._rows(select(results.c.run_id).where(begins).distinct())]
        if len(found) > 1:
            shown = ", ".join(f"'{one}'" for one in sorted(found)[:3])
            raise InputError(f"'{beginning}' fits {len(found)} runs ({shown} ...): give more of it")
        return found[0] if found else beginning

    # The bench

    def events(self, plate_id: str) -> tuple[BenchEvent, ...]:
        """What happened to a plate, oldest first."""
        rows = self._rows(_EVENTS_ON, spelled=_spelled(plate_id))
        return tuple(BenchEvent(**row._mapping) for row in rows)

    def record_events(self, events: Sequence[tuple[str, BenchEvent]], at: datetime) -> None:
        """Bench events that came with no capture, each with the key that makes it itself."""
        with writing(self._engine) as connection:
            audit.take_turn(connection)
            audit.append(connection, at, list(write_events(connection, events)))

    # Watched folders

    def seen(self, source: str) -> dict[str, SeenFile]:
        """The files of a watched folder that were taken, by path."""
        columns = [seen_files.c[name] for name in SeenFile.__dataclass_fields__]
        rows = self._rows(select(*columns).where(seen_files.c.source == source))
        return {row.path: SeenFile(**row._mapping) for row in rows}

    def remember(self, source: str, files: Sequence[SeenFile]) -> None:
        """Remember that these files were taken, as they are now; all in one transaction."""
        rows = [_sealed(seen_files, {"source": source, **asdict(file)}) for file in files]
        mine = [seen_files.c[name] == bindparam(f"this_{name}") for name in ("source", "path")]
        before = [{"this_source": source, "this_path": file.path} for file in files]
        with writing(self._engine) as connection:
            connection.execute(delete(seen_files).where(*mine), before)
            connection.execute(insert(seen_files), rows)

    # The outbox

    def owe(self, alerts: Sequence[Alert], at: datetime) -> None:
        """Owe alerts that came with no filing; a key owed or sent before is owed no more."""
        with writing(self._engine) as connection:
            audit.take_turn(connection)
            audit.append(connection, at, list(write_alerts(connection, alerts)))

    def due_alerts(self, now: datetime) -> list[OwedAlert]:
        """What is to be sent now, oldest first. What was never tried is due whatever the clock."""
        due = or_(outbox.c.attempts == 0, outbox.c.next_attempt_at <= now)
        return self._alerts(and_(outbox.c.sent_at.is_(None), ~outbox.c.dead, due))

    def mails_sent(self, since: datetime, until: datetime) -> int:
        """How many mails went out from then until then: alerts marked at one moment were one."""
        during = outbox.c.sent_at.between(since, until)
        return int(self._rows(select(func.count(outbox.c.sent_at.distinct())).where(during))[0][0])

    def outbox(self, *, with_sent: bool = False) -> list[OwedAlert]:
        """What waits and what was given up, oldest first; with ``with_sent`` all there ever was."""
        return self._alerts(true() if with_sent else outbox.c.sent_at.is_(None))

    def alert_sent(self, key: str, at: datetime) -> None:
        """Marked after the sending. Marking twice is marking once."""
        waiting = and_(outbox.c.key == key, outbox.c.sent_at.is_(None))
        with writing(self._engine) as connection:
            audit.take_turn(connection)
            if _tried(connection, waiting, sent_at=at, last_error=None):
                audit.append(connection, at, [audit.Deed("alert sent", key)])

    def alert_failed(self, key: str, error: str, *, next_attempt_at: datetime, dead: bool) -> None:
        """One more try that failed. ``dead``: given up, shown and not tried again."""
        with writing(self._engine) as connection:
            _tried(
                connection,
                outbox.c.key == key,
                last_error=error,
                next_attempt_at=next_attempt_at,
                dead=dead,
            )

    # The whole

    def totals(self) -> dict[str, int]:
        """How many: ``captures_<state>``, ``results_<verdict>``, ``alerts_waiting``, ``_dead``.

        Results are counted by their latest revision. What there is none of is 0.
        """
        count = func.count()
        by_state = select(captures.c.state, count).group_by(captures.c.state)
        by_verdict = select(results.c.verdict, count).where(_LATEST).group_by(results.c.verdict)
        unsent = select(outbox.c.dead, count).where(outbox.c.sent_at.is_(None))
        with reading(self._engine) as connection:
            states = {row[0]: row[1] for row in connection.execute(by_state)}
            verdicts = {row[0]: row[1] for row in connection.execute(by_verdict)}
            dead = {row[0]: row[1] for row in connection.execute(unsent.group_by(outbox.c.dead))}
        return {
            **{f"captures_{one.value}": states.get(one.value, 0) for one in CaptureState},
            **{f"results_{one.value}": verdicts.get(one.value, 0) for one in Verdict},
            "alerts_waiting": dead.get(False, 0),
            "alerts_dead": dead.get(True, 0),
        }

    def verify_audit(self) -> str | None:
        """The first thing wrong with the audit trail or a filed row; None: all is well."""
        return next(iter(self.verify()), None)

    def trail(self, beginning: str = "", last: int = 50) -> list[audit.Trailed]:
        """The newest rows of the audit trail, of keys that begin so, the newest first."""
        with reading(self._engine) as connection:
            return audit.trail(connection, beginning, last)

    def verify(self) -> list[str]:
        """One sentence for each row of any table that is not as it was written."""
        found: list[str] = []
        with reading(self._engine) as connection:
            try:
                found.extend(audit.faults_of(connection))
            except (ValueError, TypeError, LookupError) as error:
                found.append(f"a value in the database cannot be read: {error}")
        return found

    def copy_to(self, path: Path) -> bool:
        """Copy the database to a new file, as it is at one moment, while others go on writing.

        False, and no file, for PostgreSQL, which has tools of its own.
        """
        return copy_sqlite(self._engine, path)

    def archived(self) -> dict[str, str]:
        """The folders of the archive that were filed, each with its manifest's SHA-256."""
        with reading(self._engine) as connection:
            return audit.archived(connection)

    def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """What a query of another module of the store gives, in one look at the database."""
        return self._rows(query)

    def _rows(self, query: Any, **values: Any) -> Sequence[Row[Any]]:
        with reading(self._engine) as connection:
            rows: Sequence[Row[Any]] = connection.execute(query, values).all()
        return rows

    def _results(self, query: Select[Any]) -> list[StoredResult]:
        return [StoredResult(**row._mapping) for row in self._rows(query)]

    def _alerts(self, condition: Any) -> list[OwedAlert]:
        rows = self._rows(select(outbox).where(condition).order_by(outbox.c.sequence))
        return [_owed(row) for row in rows]


def _tried(connection: Connection, which: ColumnElement[bool], **changes: Any) -> bool:
    """One more try of the alert ``which`` selects, with its changes, sealed; False: none such."""
    row = connection.execute(select(outbox).where(which).with_for_update()).one_or_none()
    if row is None:
        return False
    tried = {**row._mapping, **changes, "attempts": row.attempts + 1}
    mine = update(outbox).where(outbox.c.sequence == row.sequence)
    connection.execute(mine.values(**_sealed(outbox, tried)))
    return True


def _sealed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, SEAL: seal_of_row(table, row)}


def _judged(query: Select[Any], verdict: str) -> Select[Any]:
    return query.where(results.c.verdict == verdict)


def _capture(row: Row[Any]) -> StoredCapture:
    return StoredCapture(**{**row._mapping, "state": CaptureState(row.state)})


def _owed(row: Row[Any]) -> OwedAlert:
    alert = Alert(**{name: row._mapping[name] for name in Alert.__dataclass_fields__})
    return OwedAlert(
        alert=alert,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        sent_at=row.sent_at,
        dead=row.dead,
        last_error=row.last_error,
    )


def _spelled(plate_id: str) -> tuple[str, ...]:
    """A plate's name as people, scanners and counters may write it: an index finds each."""
    return tuple(dict.fromkeys((plate_id, plate_id.upper(), plate_id.lower())))

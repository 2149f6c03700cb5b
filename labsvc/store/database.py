"""The database: what was captured, filed, judged and owed. ``Database.file`` is the commit point.

SQLite by default, PostgreSQL by its URL; one code for both.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    select,
    true,
)

from labsvc.model.assay import BenchEvent
from labsvc.model.filing import (
    Alert,
    CaptureState,
    Filing,
    OwedAlert,
    SeenFile,
    StoredCapture,
    StoredResult,
)
from labsvc.model.result import Verdict
from labsvc.store import audit, lookups, owed, revisions, seenfiles
from labsvc.store.commit import write_alerts, write_filings
from labsvc.store.engine import copy_sqlite, open_engine, reading, writing
from labsvc.store.migrate import migrate
from labsvc.store.shape import shape_of
from labsvc.store.tables import captures, outbox, results
from labsvc.store.totals import totals


class Database:
    """One database, used from any thread.

    Everything here raises DatabaseBusy, DiskFull, IntegrityError or StoreError, and nothing of
    the library below; the constructor raises ConfigError for a URL it cannot use.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._look = threading.local()

    def migrate(self) -> None:
        """Bring the tables to their newest form; a few milliseconds when they are."""
        migrate(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def one_look(self) -> Iterator[None]:
        """Inside, this thread reads one state of the database, in one transaction for all."""
        with reading(self._engine) as connection:
            self._look.connection = connection
            try:
                yield
            finally:
                del self._look.connection

    # What was filed

    def file(self, *filings: Filing) -> None:
        """THE commit point: all of the filing, or of several, in one transaction, or nothing of it.

        The same filing again changes nothing. A capture once filed keeps its row; one that was
        quarantined takes the new state. ArchiveConflict when a revision is there with other
        contents.
        """
        with writing(self._engine) as connection:
            turn = audit.take_turn(connection)
            done = write_filings(connection, filings)
            turn.append_all(zip((one.filed_at for one in filings), done, strict=True))

    def capture_state(self, sha256: str) -> CaptureState | None:
        """What became of these bytes; None: never seen."""
        stored = self.capture(sha256)
        return stored.state if stored else None

    def capture(self, sha256: str) -> StoredCapture | None:
        rows = self._rows(lookups.CAPTURE_OF, sha256=sha256)
        return lookups.capture_of(rows[0]) if rows else None

    def captures(self, limit: int = 50) -> list[StoredCapture]:
        """Newest first, by the order of their filing."""
        newest = select(*lookups.CAPTURE).order_by(captures.c.sequence.desc()).limit(limit)
        return [lookups.capture_of(row) for row in self._rows(newest)]

    def known(
        self, captures: Collection[str], runs: Collection[str], plates: Collection[str]
    ) -> lookups.Known:
        """What there is of these captures (by SHA-256), runs and plates, as it is now."""
        with reading(self._engine) as connection:
            return lookups.known(connection, captures, runs, plates)

    def set_aside(self) -> list[StoredCapture]:
        """All captures in the quarantine, the oldest first."""
        aside = captures.c.state == CaptureState.QUARANTINED.value
        rows = self._rows(select(*lookups.CAPTURE).where(aside).order_by(captures.c.sequence))
        return [lookups.capture_of(row) for row in rows]

    def folder_known(self, folder: str) -> bool:
        """Whether a committed capture or result lies in this folder of the archive."""
        return bool(self._rows(lookups.FOLDER_KNOWN, folder=folder)[0][0])

    def folders(self) -> set[str]:
        """Every folder of the archive that a capture or result lies in."""
        filed = select(captures.c.folder).where(captures.c.state != CaptureState.QUARANTINED.value)
        return {row[0] for row in self._rows(filed.union(select(results.c.folder)))}

    # Results

    def revisions(self, run_id: str) -> list[StoredResult]:
        """All revisions of one run, oldest first; none when there is no such run."""
        with reading(self._engine) as connection:
            whole = revisions.whole_id(connection, run_id)
        return self._results(revisions.of_run(whole))

    def digests(self, run_id: str) -> tuple[str, ...]:
        """The digest of the readings of each revision of a run, by its whole id, oldest first."""
        return tuple(row[0] for row in self._rows(revisions.DIGESTS_OF, run_id=run_id))

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
        return self._results(revisions.latest(verdict).limit(limit))

    def held(self) -> list[StoredResult]:
        """The runs that wait for a protocol or a run sheet, the newest filed first."""
        return self._results(revisions.latest(Verdict.HELD.value))

    def on_plate(self, plate_id: str) -> list[StoredResult]:
        """The latest revision of each run of this plate, the newest filed first."""
        return self._results(
            revisions.latest().where(results.c.plate_id.in_(lookups.spellings(plate_id)))
        )

    # The bench

    def events(self, plate_id: str) -> tuple[BenchEvent, ...]:
        """What happened to a plate, oldest first."""
        rows = self._rows(lookups.EVENTS_ON, spelled=lookups.spellings(plate_id))
        return lookups.events_of(rows)

    # Watched folders

    def seen(self, source: str) -> dict[str, SeenFile]:
        """The files of a watched folder that were taken, by path."""
        with reading(self._engine) as connection:
            return seenfiles.seen(connection, source)

    def remember(self, source: str, files: Sequence[SeenFile]) -> None:
        """Remember that these files were taken, as they are now; all in one transaction."""
        with writing(self._engine) as connection:
            seenfiles.remember(connection, source, files)

    def forget(self, source: str, paths: Sequence[str]) -> None:
        """These files of a watched folder were taken long ago and have left it."""
        with writing(self._engine) as connection:
            seenfiles.forget(connection, source, paths)

    # The outbox

    def owe(self, alerts: Sequence[Alert], at: datetime) -> None:
        """Owe alerts that came with no filing; a key owed or sent before is owed no more."""
        with writing(self._engine) as connection:
            turn = audit.take_turn(connection)
            turn.append(at, list(write_alerts(connection, alerts)))

    def due_alerts(self, now: datetime) -> list[OwedAlert]:
        """What is to be sent now, oldest first. What was never tried is due whatever the clock."""
        return self.alerts(owed.due(now))

    def outbox(self, *, with_sent: bool = False) -> list[OwedAlert]:
        """What waits and what was given up, oldest first; with ``with_sent`` all there ever was."""
        return self.alerts(true() if with_sent else owed.UNSENT)

    def alert_failed(self, key: str, error: str, *, next_attempt_at: datetime, dead: bool) -> None:
        """One more try that failed. ``dead``: given up, shown and not tried again."""
        with writing(self._engine) as connection:
            owed.tried(
                connection,
                outbox.c.key == key,
                last_error=error,
                next_attempt_at=next_attempt_at,
                dead=dead,
            )

    # The whole

    def totals(self) -> dict[str, int]:
        """How many captures of each state, results of each verdict, alerts that wait: by name."""
        with reading(self._engine) as connection:
            return totals(connection)

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

    def shape(self) -> dict[str, Any]:
        """Its tables, how many rows each has, and its triggers; nothing of what is in them."""
        with reading(self._engine) as connection:
            return shape_of(connection)

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

    def write(self, done: Callable[[Connection], Sequence[audit.Deed]], at: datetime) -> None:
        """What another module of the store writes, and its deeds in the trail: one transaction."""
        with writing(self._engine) as connection:
            audit.take_turn(connection).append(at, done(connection))

    def _rows(self, query: Any, **values: Any) -> Sequence[Row[Any]]:
        held: Connection | None = getattr(self._look, "connection", None)
        if held is not None:
            return held.execute(query, values).all()
        with reading(self._engine) as connection:
            rows: Sequence[Row[Any]] = connection.execute(query, values).all()
        return rows

    def _results(self, query: Select[Any]) -> list[StoredResult]:
        return [StoredResult(**row._mapping) for row in self._rows(query)]

    def alerts(self, which: ColumnElement[bool]) -> list[OwedAlert]:
        """Those that a condition of another module of the store selects, oldest first."""
        with reading(self._engine) as connection:
            return owed.alerts(connection, which)

"""The way to the databases, and what their errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, event, text

from labsvc.errors import ConfigError, DatabaseBusy, DiskFull, IntegrityError, StoreError
from labsvc.model.filing import Filing
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.engine import KEPT, open_engine, reading, sqlite_url, writing

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]


@pytest.fixture
def full_after() -> Iterator[Callable[[Engine, int], None]]:
    """Make SQLite refuse, as on a full disk, to grow the database past so many pages."""
    listeners = []

    def limit(engine: Engine, pages: int) -> None:
        def set_limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count={pages}")

        event.listen(engine, "connect", set_limit)
        listeners.append((engine, set_limit))
        engine.dispose()

    yield limit
    for engine, listener in listeners:
        event.remove(engine, "connect", listener)


@pytest.mark.parametrize(
    "url", ["", "labsvc.db", "mysql://lab@host/x", "sqlite://", "postgresql+nodriver://host/x"]
)
def test_a_url_that_is_no_database_of_ours_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:////|postgresql\+psycopg://"):
        open_engine(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(ConfigError) as told:
        open_engine("mysql://lab:secret@host/x")
    assert "secret" not in str(told.value)


def test_sqlite_keeps_what_it_committed_through_a_power_cut(tmp_path: Path) -> None:
    """WAL with synchronous=FULL (2), and foreign keys are held to."""
    engine = open_engine(f"sqlite:///{tmp_path / 'a' / 'labsvc.db'}")
    names = ("journal_mode", "synchronous", "foreign_keys")
    with reading(engine) as connection:
        found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]
    engine.dispose()
    assert found == ["wal", 2, 1]


def test_a_connection_keeps_a_megabyte_of_pages(tmp_path: Path) -> None:
    """Several are open for weeks, and each is full by then: 256 pages of 4 KB at most."""
    engine = open_engine(f"sqlite:///{tmp_path / 'labsvc.db'}")
    with reading(engine) as connection:
        kept = connection.execute(text("PRAGMA cache_size")).scalar_one()
        page = connection.execute(text("PRAGMA page_size")).scalar_one()
    engine.dispose()
    assert (kept, page) == (-1000, 4096)


def test_a_database_that_stays_locked_is_busy(tmp_path: Path) -> None:
    """And what was to be written is not there."""
    path = tmp_path / "labsvc.db"
    engine = open_engine(f"sqlite:///{path}", wait_seconds=0)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="locked"), writing(engine) as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    other.close()
    engine.dispose()


def test_a_reader_is_not_stopped_by_a_writer(url: str) -> None:
    """A report reads one state while a filing is being written."""
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
    with writing(engine) as writer, reading(engine) as reader:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
    engine.dispose()


def test_a_reader_sees_one_state_throughout(url: str) -> None:
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
    with reading(engine) as reader:
        before = reader.execute(text("SELECT count(*) FROM t")).scalar()
        with writing(engine) as writer:
            writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == before
    engine.dispose()


def test_threads_that_file_at_once_all_get_through(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """Writers wait for each other, and the audit trail stays one chain."""

    def file_ten(thread: int) -> None:
        for n in range(10):
            run = make_result(f"run-{thread}-{n}")
            database.file(make_filing(f"{thread}{n}".ljust(64, "0"), run))

    threads = [Thread(target=file_ten, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.totals()["captures_filed"] == 40
    assert database.verify() == []


def test_a_disk_that_fills_at_any_page_leaves_all_or_nothing(
    tmp_path: Path,
    make_filing: MakeFiling,
    make_result: MakeResult,
    full_after: Callable[[Engine, int], None],
) -> None:
    """SQLite's own SQLITE_FULL, at every page from none to enough."""
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    database.migrate()
    filing = make_filing("11" * 32, *(make_result(f"run{n:05}") for n in range(12)))
    with reading(database._engine) as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    refused = 0
    while database.capture_state(filing.sha256) is None:
        full_after(database._engine, pages + refused)
        try:
            database.file(filing)
        except DiskFull:
            refused += 1
            assert database.results() == []
            assert database.verify() == []
    assert refused > 10
    assert len(database.results()) == 12
    assert database.verify() == []
    database.close()


def test_a_file_that_is_no_database_is_an_integrity_error(tmp_path: Path) -> None:
    (tmp_path / "labsvc.db").write_bytes(b"not a database at all" * 100)
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    with pytest.raises(IntegrityError, match="restore its backup"):
        database.totals()
    database.close()


def test_a_database_that_is_away_is_a_store_error() -> None:
    pytest.importorskip("psycopg", reason="no psycopg: PostgreSQL is not tried here")
    database = Database("postgresql+psycopg://lab:secret@127.0.0.1:1/labsvc")
    with pytest.raises(StoreError, match="refused") as told:
        database.totals()
    assert "secret" not in str(told.value)
    database.close()


def test_a_time_without_a_zone_is_refused(
    database: Database, make_filing: MakeFiling, noon: datetime
) -> None:
    """Guessing a zone would move a run by hours, unseen."""
    with pytest.raises(StoreError, match="without a zone"):
        database.file(make_filing(received_at=noon.replace(tzinfo=None)))
    assert database.captures() == []


def test_many_threads_at_once_leave_few_connections_behind(tmp_path: Path) -> None:
    """Each has its own while it reads; what stays open keeps a cache for as long as we live."""
    engine, closed = open_engine(f"sqlite:///{tmp_path}/labsvc.db"), []
    event.listen(engine, "close", lambda *_: closed.append(1))
    many = 3 * KEPT
    together, read = Barrier(many), []

    def look() -> None:
        with reading(engine) as connection:
            together.wait(30)
            read.append(connection.execute(text("SELECT 1")).scalar())

    threads = [Thread(target=look) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = many - len(closed)
    engine.dispose()
    assert read == [1] * many
    assert left == KEPT


def test_what_is_read_one_after_the_other_is_read_by_one_connection(tmp_path: Path) -> None:
    """To open one for each question would cost half a millisecond."""
    engine, opened = open_engine(f"sqlite:///{tmp_path}/labsvc.db"), []
    event.listen(engine, "connect", lambda *_: opened.append(1))
    for _ in range(5):
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
    engine.dispose()
    assert opened == [1]


def test_a_path_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    """By its own bytes, or by a locale that is not UTF-8: it is named, and what helps."""
    home = tmp_path / os.fsdecode(b"Z\xe4hler")
    with pytest.raises(ConfigError, match=r"Z\\xe4hler.* start labsvc with a UTF-8 locale"):
        sqlite_url(home / "labsvc.db")

"""The way to SQLite and PostgreSQL: connections, transactions, and what their errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from labsvc.errors import ConfigError, DatabaseBusy, DiskFull, IntegrityError, StoreError
from labsvc.store.durable import make_folder, our_disk
from labsvc.store.mounts import network_filesystem

WAIT_SECONDS = 5
"""How long a statement waits for another's lock before it is DatabaseBusy."""

CACHE = "cache_size=-1000"
"""1,000 KiB of pages for each connection: half of SQLite's own. What it reads lies in the system's
cache in any case, and a service that runs for weeks fills it."""
KEPT = 2
"""So many connections stay open: the worker's, and one for all others. More are opened where they
are needed at the same time, in half a millisecond, and closed again: each would keep 1.4 MB."""

_READING: Final = {
    "sqlite": "BEGIN",
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}
_WRITING: Final = {"sqlite": "BEGIN IMMEDIATE"}
"""How a transaction begins. IMMEDIATE: a writer waits for the lock at its beginning, where waiting
is possible. PostgreSQL's driver begins one by itself."""

# What the two databases call it: SQLite's error names, PostgreSQL's SQLSTATE.
_FULL = ("SQLITE_FULL", "53100")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001", "57014")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002")


def sqlite_url(path: Path) -> str:
    """The URL of a database file, whatever signs its folder's name has: ``a?b`` and ``c#d`` too.

    ConfigError where the name is no text: by the locale, or because its bytes are no UTF-8.
    """
    if not _is_text(str(path)):
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise ConfigError(
            f"the path '{shown}' cannot be read as text where names of files are "
            f"{sys.getfilesystemencoding()}: start labsvc with a UTF-8 locale (LC_ALL=C.UTF-8), or "
            "give its folders names of plain letters"
        )
    return URL.create("sqlite", database=str(path)).render_as_string()


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def open_engine(url: str, *, wait_seconds: float = WAIT_SECONDS) -> Engine:
    """An engine for ``sqlite:////path`` or ``postgresql+psycopg://...``.

    A statement waits ``wait_seconds`` for another's lock. ConfigError when the URL is none of
    these, or names a place where SQLite is not safe.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The text may hold a password: it is not quoted.
        raise ConfigError(
            "the database URL cannot be read: expected sqlite:////path/labsvc.db "
            "or postgresql+psycopg://user@host/name"
        ) from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database:
            return _sqlite(parsed, Path(parsed.database), wait_seconds)
        case "postgresql":
            return _postgresql(parsed, wait_seconds)
    shown = parsed.render_as_string(hide_password=True)
    raise ConfigError(
        f"the database URL '{shown}' is neither sqlite:////path/labsvc.db "
        f"nor postgresql+psycopg://user@host/name"
    )


def _sqlite(url: URL, path: Path, wait_seconds: float) -> Engine:
    where = network_filesystem(path)
    if where is not None:
        raise ConfigError(
            f"the database '{path}' lies on a network share ({where}), where SQLite loses what it "
            f"wrote: give it a local disk, or a postgresql+psycopg:// URL"
        )
    make_folder(path.parent)
    # The connection used last is used next: each fills a cache of its own, and keeps it.
    engine = create_engine(
        url,
        connect_args={"timeout": wait_seconds},
        pool_use_lifo=True,
        pool_size=KEPT,
        max_overflow=30,
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    # Transactions are begun by us: the driver's own rule begins them too late to read safely.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: URL, wait_seconds: float) -> Engine:
    limits = f"-c lock_timeout={int(wait_seconds * 1000)}"
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            paramstyle="format",  # so that rows may be tuples, as in SQLite
            connect_args={"connect_timeout": 10, "options": limits},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise ConfigError(
            f"the database driver '{url.drivername}' is not installed: "
            f"write postgresql+psycopg:// and install the package psycopg"
        ) from error
    return engine


def copy_sqlite(engine: Engine, path: Path) -> bool:
    """SQLite's online backup into a new file, held to its own check; False: another database."""
    if engine.dialect.name != "sqlite":
        return False
    with _meaning(engine), engine.connect() as connection, our_disk(path):
        source = connection.connection.driver_connection
        assert source is not None
        try:
            with contextlib.closing(sqlite3.connect(path)) as target:
                source.backup(target)
                sound = target.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.Error as error:
            raise translated(DBAPIError("backup", None, error), str(path)) from error
    if sound != "ok":
        raise IntegrityError(f"the database '{engine.url.database}' is damaged: {sound}")
    return True


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout."""
    with _meaning(engine), engine.begin() as connection:
        _begin(connection, _READING)
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it at the end of the block, or nothing."""
    with _meaning(engine), engine.begin() as connection:
        _begin(connection, _WRITING)
        yield connection


def _begin(connection: Connection, words: Mapping[str, str]) -> None:
    """Said here, not by a listener of the engine: every statement would ask whether there is one
    for it, which is a quarter of what it costs."""
    said = words.get(connection.dialect.name)
    if said is not None:
        connection.exec_driver_sql(said)


@contextlib.contextmanager
def _meaning(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise translated(error, engine.url.render_as_string(hide_password=True)) from error


def translated(error: SQLAlchemyError, shown: str) -> StoreError:
    """The StoreError for a database's complaint, by its code. ``shown`` names the database."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
    why = str(cause or error).strip().split("\n")[0]
    if code.startswith(_FULL):
        return DiskFull(f"no room left for the database '{shown}' ({why}): free some space")
    if code.startswith(_BUSY):
        return DatabaseBusy(
            f"the database '{shown}' stayed locked for too long ({why}): "
            f"see which other program uses it"
        )
    if code.startswith(_DAMAGED):
        return IntegrityError(f"the database '{shown}' is damaged ({why}): restore its backup")
    return StoreError(f"the database '{shown}' refused: {why}")

"""A home: the folders, the stores and the settings of one labsvc."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from labsvc.errors import ConfigError, StoreError
from labsvc.service.settings import Settings, read_settings
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.durable import sweep_half_written
from labsvc.store.engine import sqlite_url
from labsvc.store.inbox import Inbox
from labsvc.store.quarantine import Quarantine

SETTINGS_FILE = "labsvc.yaml"


@dataclass(frozen=True, slots=True)
class Home:
    """Everything of ours on disk, opened. ``close`` lets the database go."""

    root: Path
    settings: Settings
    inbox: Inbox
    archive: Archive
    quarantine: Quarantine
    database: Database

    @property
    def database_url(self) -> str:
        return _database_url(self.root, self.settings)

    @property
    def protocols(self) -> Path:
        return self.root / "protocols"

    @property
    def runsheets(self) -> Path:
        return self.root / "runsheets"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    def sweep(self) -> None:
        """At the start of the service: remove what a crash left half-written."""
        self.inbox.sweep()
        self.archive.sweep()
        self.quarantine.sweep()
        sweep_half_written(self.root)

    def close(self) -> None:
        self.database.close()


def find_home(named: Path | None) -> Path:
    """The home meant: the one named, $LABSVC_HOME, ./labsvc-home, else the system place."""
    if named is not None:
        return named
    if from_environment := os.environ.get("LABSVC_HOME"):
        return Path(from_environment)
    here = Path("labsvc-home")
    if here.is_dir():
        return here
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "labsvc"
    return Path("/var/lib/labsvc")


def open_home(root: Path) -> Home:
    """Open an existing home; ConfigError when there is none."""
    if not _is_home(root):
        raise ConfigError(
            f"there is no {SETTINGS_FILE} in {root}; make a home with: labsvc init {root}"
        )
    root = root.absolute()
    settings = read_settings(root / SETTINGS_FILE)
    for name in ("protocols", "runsheets", "inbox", "archive", "quarantine", "spool"):
        _make_folder(root / name)
    database = Database(_database_url(root, settings))
    database.migrate()
    return Home(
        root=root,
        settings=settings,
        inbox=Inbox(root / "inbox"),
        archive=Archive(root / "archive"),
        quarantine=Quarantine(root / "quarantine"),
        database=database,
    )


def _database_url(root: Path, settings: Settings) -> str:
    """With its password, which is read now. ConfigError when it cannot be had."""
    if settings.database is None or settings.database_secret is None:
        return settings.database or sqlite_url(root / "labsvc.db")
    secret = settings.database_secret.read()
    url = _url(settings.database).set(password=secret)
    return url.render_as_string(hide_password=False)


def _url(text: str) -> URL:
    try:
        return make_url(text)
    except ArgumentError as error:
        raise ConfigError(
            "the database URL cannot be read: expected postgresql+psycopg://user@host/name "
            "beside a database password"
        ) from error


def _is_home(root: Path) -> bool:
    try:
        return (root / SETTINGS_FILE).is_file()
    except OSError as error:
        raise ConfigError(f"the home {root} cannot be read: {error.strerror}") from error


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder {path}: {error.strerror}") from error

"""A copy of a home from which it can be had again, taken while the service is at work.

    BACKUP/  labsvc.db  archive/  inbox/  parts/  quarantine/  spool/  labsvc.yaml  protocols/ ...
             backup.json    SHA-256 of every file; written last

What waits in the inbox is copied before and after the database, and the archive last, as far as the
copied database knows it: what is filed meanwhile is in the copy whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from labsvc.errors import ConfigError, IntegrityError, StoreError
from labsvc.store.archive import MANIFEST, Archive
from labsvc.store.database import Database
from labsvc.store.durable import make_folder, our_disk, sync_folder, write_durably
from labsvc.store.engine import sqlite_url
from labsvc.store.inbox import Inbox
from labsvc.store.parts import PARTS, Parts
from labsvc.store.quarantine import Quarantine
from labsvc.store.verify import differences

LIST = "backup.json"
DATABASE = "labsvc.db"
QUEUE, KEPT_ASIDE, FILED = "inbox", "quarantine", "archive"
NOT_COPIED = (
    "labsvc.db",
    "labsvc.db-wal",
    "labsvc.db-shm",
    "labsvc.lock",
    "sources.json",
    "absent.json",
    "troubles.json",
    "starts.json",
    "http.token",
)
"""The database, which is copied by itself, and what only the service that runs now needs."""
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied: how many files and bytes, whether the database is among them, and what
    was found to be not as it was filed."""

    files: int
    size: int
    database: bool
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Copy:
    """A backup in the making. ``files``: name -> SHA-256."""

    place: Path
    files: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def file(self, source: Path, name: str) -> None:
        """One file; none when it is gone by now, or copied already."""
        target = self.place / name
        if name in self.files:
            return
        with suppress(FileNotFoundError, NotADirectoryError):
            content = source.read_bytes()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            self.files[name] = hashlib.sha256(content).hexdigest()
            self.size += len(content)

    def folder(self, source: Path, name: str) -> None:
        """All plain files below ``source``. An inbox's content comes before its label: by name."""
        for path in sorted(source.rglob("*")):
            below = path.relative_to(source)
            hidden = any(part.startswith(".") for part in below.parts)
            if not hidden and path.is_file() and not path.is_symlink():
                self.file(path, f"{name}/{below.as_posix()}")

    def known(self, name: str) -> None:
        """Take in a file that was written here by others."""
        self.files[name] = _digest_of(self.place / name)
        self.size += (self.place / name).stat().st_size


def back_up(home: Path, settings: str, database: Database, to: Path, at: datetime) -> Backup:
    """Copy the home to the new folder ``to``, which appears whole or not at all.

    ``settings`` is the name of its settings file. A PostgreSQL database is not copied. ConfigError
    when something lies there already, or when the place is inside the home.
    """
    _check_place(to, home, settings)
    with _made_aside(to) as place:
        copy = _Copy(place)
        copy.folder(home / QUEUE, QUEUE)
        _copy_lying(home, copy)
        inside = database.copy_to(place / DATABASE)
        # Once more and at once: the copied database says of these too that they were taken.
        copy.folder(home / QUEUE, QUEUE)
        faults = tuple(_copy_filed(home, database, copy, inside=inside))
        _list(copy, at, database=inside)
    return Backup(len(copy.files), copy.size, inside, faults)


def restore(backup: Path, settings: str, home: Path) -> Backup:
    """Lay a backup out as the home ``home``, which must be empty or not there yet.

    Every file is hashed against the backup's list first: IntegrityError, and no home, when one is
    missing or altered.
    """
    _check_empty(home)
    listed, inside = _load_list(backup)
    if settings not in listed:
        raise IntegrityError(f"the backup '{backup}' holds no {settings}: it is no copy of a home")
    with _made_aside(home) as place:
        copy = _Copy(place)
        for name, digest in listed.items():
            copy.file(backup / _below(name), name)
            if copy.files.get(name) != digest:
                raise IntegrityError(
                    f"'{backup / name}' is missing or altered: its SHA-256 is not the one in "
                    f"{LIST}; use another backup"
                )
        _sync(copy)
    return Backup(len(copy.files), copy.size, inside)


def _below(name: str) -> Path:
    """A name of the list as a path below the backup; IntegrityError when it leads elsewhere."""
    path = Path(name)
    if path.anchor or ".." in path.parts or "\0" in name:
        raise IntegrityError(f"{LIST} names '{name}', which is no file of a backup")
    return path


def _check_place(to: Path, home: Path, settings: str) -> None:
    if not (home / settings).is_file():
        raise ConfigError(f"'{home}' has no {settings}: it is no home")
    if to.exists():
        raise ConfigError(f"'{to}' is there already: give a backup a new folder of its own")
    if to.resolve().is_relative_to(home.resolve()):
        raise ConfigError(f"'{to}' lies inside the home '{home}': give a place on another disk")


def _check_empty(home: Path) -> None:
    with our_disk(home):
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise ConfigError(
                f"'{home}' is not empty: a backup is restored into a new home only; "
                f"move the old one away first"
            )


@contextmanager
def _made_aside(destination: Path) -> Iterator[Path]:
    """A folder beside the destination, which gets its name at the end of the block."""
    make_folder(destination.absolute().parent)
    aside = destination.absolute().parent / f".{uuid.uuid4().hex}.part"
    try:
        with our_disk(destination):
            aside.mkdir(mode=0o700)
            yield aside
            if destination.exists():
                destination.rmdir()
            aside.rename(destination)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    sync_folder(destination.absolute().parent)


def _copy_lying(home: Path, copy: _Copy) -> None:
    """All that lies in the home beside the archive and the inbox: what people and sources made."""
    with our_disk(home):
        there = sorted(home.iterdir())
    for path in there:
        if path.is_dir() and path.name not in (QUEUE, FILED):
            copy.folder(path, path.name)
        elif path.is_file() and path.name not in NOT_COPIED:
            copy.file(path, path.name)


def _copy_filed(home: Path, database: Database, copy: _Copy, *, inside: bool) -> Iterator[str]:
    """The archive as far as the database knows it; then the copy is held against the database."""
    filed = Database(sqlite_url(copy.place / DATABASE)) if inside else database
    try:
        for folder in filed.archived():
            for name in (MANIFEST, *_names(home / FILED, folder)):
                copy.file(home / FILED / folder / name, f"{FILED}/{folder}/{name}")
        # What was set aside since the first copy of it, and before that of the database.
        copy.folder(home / KEPT_ASIDE, KEPT_ASIDE)
        # Files that wait for others of their run: those the copied database says were taken.
        copy.folder(home / PARTS, PARTS)
        stores = (Inbox(copy.place / QUEUE), Archive(copy.place / FILED),
                  Quarantine(copy.place / KEPT_ASIDE))  # fmt: skip
        yield from differences(*stores, filed, Parts(copy.place / PARTS))
    finally:
        if inside:
            filed.close()


def _names(archive: Path, folder: str) -> list[str]:
    try:
        return Archive(archive).names(folder)
    except StoreError:  # damaged: it is told when the copy is looked at
        return []


def _list(copy: _Copy, at: datetime, *, database: bool) -> None:
    if database:
        copy.known(DATABASE)
    _sync(copy)
    listed = {"made_at": at.isoformat(), "database": database, "files": copy.files}
    write_durably(copy.place / LIST, json.dumps(listed, indent=1, sort_keys=True).encode("ascii"))


def _sync(copy: _Copy) -> None:
    for name in copy.files:
        with (copy.place / name).open("rb+") as file:
            os.fsync(file.fileno())
    for path in [copy.place, *copy.place.rglob("*")]:
        if path.is_dir():
            sync_folder(path)


def _load_list(backup: Path) -> tuple[Mapping[str, str], bool]:
    try:
        listed = json.loads((backup / LIST).read_bytes())
        return {str(name): str(one) for name, one in listed["files"].items()}, listed["database"]
    except OSError as error:
        raise ConfigError(
            f"'{backup}' is no backup: its {LIST} cannot be read ({error})"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(
            f"'{backup / LIST}' is damaged: {error}; use another backup"
        ) from error


def _digest_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()

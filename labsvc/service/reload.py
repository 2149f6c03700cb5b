"""New settings while the service runs: all of them are taken into force, or none, with the reason.

They are read and tried where a person asks. The worker takes them up between two captures.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime

import structlog

from labsvc.errors import ConfigError, StoreError
from labsvc.model.filing import Alert
from labsvc.notify.alerts import for_trouble
from labsvc.service.home import SETTINGS_FILE, Home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.settings import Settings, read_settings
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.watching.inlets import Inlets
from labsvc.store.database import Database

log = structlog.get_logger("labsvc.reload")

AT_THE_START = ("database", "database_secret", "http")
"""Settings that other parts hold on to as long as the service runs."""

Open = Callable[[Home, Registry], Inlets]


@dataclass(frozen=True, slots=True)
class Renewed:
    """What comes into force next. Its sources are not started."""

    home: Home
    registry: Registry
    inlets: Inlets


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the new settings are good, and what changes; if not, what is wrong."""

    taken: bool
    said: tuple[str, ...]


class Reloading:
    """Tries the settings of a home anew on request, and keeps the good ones until fetched.

    ``trouble`` is what was wrong with the last ones; None when they were good.
    """

    def __init__(self, open_inlets: Open) -> None:
        self._open = open_inlets
        self._due: Renewed | None = None
        self._lock = threading.Lock()
        self.trouble: str | None = None
        self.taken = 0
        self.refused = 0

    def ask(self, home: Home, registry: Registry) -> Answer:
        """Try what the settings file says now against what is in force; from any thread."""
        with self._lock:
            try:
                settings = read_settings(home.root / SETTINGS_FILE)
                _refuse(home.settings, settings)
                drivers = load_drivers(
                    home.root / TABLES, safe=registry.safe, seconds=settings.deadline_seconds
                )
                new = replace(home, settings=settings)
                self._due = Renewed(new, drivers, self._open(new, drivers))
            except ConfigError as error:
                self._due, self.trouble = None, str(error)
                self.refused += 1
                return Answer(False, (str(error),))
            self.trouble = None
            self.taken += 1
            said = (*changed(home.settings, settings), *_drivers(registry, drivers))
            return Answer(True, said or ("nothing changed",))

    @property
    def due(self) -> bool:
        """Whether good settings wait to be fetched."""
        return self._due is not None

    def fetch(self) -> Renewed | None:
        """What is to be taken into force, once."""
        with self._lock:
            due, self._due = self._due, None
        return due


def changed(before: Settings, after: Settings) -> Iterator[str]:
    """What differs, a few words each."""
    old, new = ({one.name: one for one in each.sources} for each in (before, after))
    yield from (f"source {name} removed" for name in old if name not in new)
    yield from (f"source {name} added" for name in new if name not in old)
    yield from (f"source {name} changed" for name in new if name in old and new[name] != old[name])
    for name in _differing(before, after):
        if name != "sources":
            yield f"{_key(name)} changed"


def _refuse(before: Settings, after: Settings) -> None:
    held = [name for name in _differing(before, after) if name in AT_THE_START]
    if held:
        raise ConfigError(
            f"{_key(held[0])} is read at the start only; start the service again, or undo that "
            "change and reload",
            file=SETTINGS_FILE,
        )


def _differing(before: Settings, after: Settings) -> list[str]:
    names = [one.name for one in fields(Settings)]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _key(name: str) -> str:
    """As it is spelled in the file."""
    return {"database_secret": "the place of the database password"}.get(
        name, name.removesuffix("_seconds")
    )


def _drivers(before: Registry, after: Registry) -> Iterator[str]:
    """Tables come, go and break; programs are loaded once."""
    yield from (f"driver {name} is new" for name in after.drivers if name not in before.drivers)
    yield from (f"driver {name} is gone" for name in before.drivers
                if name not in after.drivers and name not in after.disabled)  # fmt: skip
    yield from (f"driver {name} is disabled: {why}" for name, why in after.disabled.items()
                if before.disabled.get(name) != why)  # fmt: skip


def tell(answer: Answer, database: Database, now: datetime) -> None:
    """Log what came of it; settings that were refused are told the lab as well."""
    if answer.taken:
        log.info("settings read anew", changes=list(answer.said))
        return
    log.error("settings not taken into force", reason=answer.said[0])
    try:
        database.owe([_refused(answer.said[0], now)], now)
    except StoreError as error:
        log.error("alert not owed", reason=str(error))


def _refused(reason: str, at: datetime) -> Alert:
    """What the lab is told of settings that were not taken into force; once for its words."""
    key = f"settings:{hashlib.sha256(reason.encode()).hexdigest()[:32]}"
    return for_trouble("Not taken into force", SETTINGS_FILE, reason, key=key, at=at,
                       advice="The last good settings stay in force. Mend the file, then reload "
                       "again: systemctl reload labsvc.")  # fmt: skip

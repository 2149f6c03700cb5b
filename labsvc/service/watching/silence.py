"""Sources that have gone quiet: stale is a state, told once, and once more when it is over.

A counter may rest for a weekend, so only the lab knows for how long silence is right: each source
may have a ``patience``. Silence is no error, and nothing is closed because of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from labsvc.notify.sourcealerts import for_source_heard, for_source_silent
from labsvc.store.database import Database

GRACE = timedelta(minutes=2)
"""After a start, and after this machine slept, folders are looked through first."""

log = structlog.get_logger("labsvc.silence")


@dataclass(frozen=True, slots=True)
class Hearing:
    """When a source was last heard (None: never), and since when it is listened to."""

    last: datetime | None
    since: datetime

    @property
    def silent_from(self) -> datetime:
        return self.last or self.since


class Silences:
    """Which sources are silent for longer than their ``patience``; ``told``: the known ones."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        patience: Mapping[str, timedelta],
        told: Mapping[str, datetime],
    ) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience
        self._told = dict(told)
        self._awake_since = self._looked = clock()

    @property
    def told(self) -> Mapping[str, datetime]:
        """The sources the lab was told of, each with when its silence began."""
        return dict(self._told)

    def look(self, heard: Mapping[str, Hearing]) -> set[str]:
        """The stale ones among them; the lab is told of each change. Raises StoreError."""
        now = self._clock()
        if now - self._looked > GRACE:
            self._awake_since = now
        self._looked = now
        awake = now - self._awake_since >= GRACE
        stale = set()
        for source, hearing in heard.items():
            over = self._is_over(source, hearing)
            if over:
                self._tell_heard(source, hearing, now)
            elif source in self._told:
                stale.add(source)
            elif awake and self._is_stale(source, hearing, now):
                self._tell_silent(source, hearing, now)
                stale.add(source)
        return stale

    def _is_stale(self, source: str, hearing: Hearing, now: datetime) -> bool:
        patience = self._patience.get(source)
        return patience is not None and now - hearing.silent_from > patience

    def _is_over(self, source: str, hearing: Hearing) -> bool:
        began = self._told.get(source)
        return began is not None and hearing.last is not None and hearing.last > began

    def _tell_silent(self, source: str, hearing: Hearing, now: datetime) -> None:
        began = hearing.silent_from
        alert = for_source_silent(source, began, self._patience[source], at=now)
        self._database.owe([alert], now)
        self._told[source] = began
        log.warning("source stale", source=source, silent_since=began.isoformat())

    def _tell_heard(self, source: str, hearing: Hearing, now: datetime) -> None:
        self._database.owe([for_source_heard(source, self._told[source], at=now)], now)
        del self._told[source]
        log.info("source heard again", source=source)

"""Sources that stay away: the lab is told once, and once more when they are back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from labsvc.notify.alerts import for_source_away, for_source_back
from labsvc.store.database import Database

PATIENCE = timedelta(minutes=10)
"""A share that is gone for less is nobody's concern: what lies on it is taken when it is back."""

log = structlog.get_logger("labsvc.absence")


class Absences:
    """Since when each source has been away, and whether the lab knows."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._since: dict[str, datetime] = {}
        self._told: set[str] = set()

    def look(self, away: Mapping[str, str]) -> None:
        """Take note of the sources that are ``away`` now, each with why. Raises StoreError."""
        now = self._clock()
        for source, why in away.items():
            since = self._since.setdefault(source, now)
            if now - since >= PATIENCE and source not in self._told:
                self._database.owe([for_source_away(source, why, since, at=now)], now)
                self._told.add(source)
                log.error("source stays away", source=source, reason=why)
        for source in self._since.keys() - away.keys():
            if source in self._told:
                back = for_source_back(source, self._since[source], at=now)
                self._database.owe([back], now)
                self._told.discard(source)
            del self._since[source]

"""Sources that stay away: the lab is told once, and once more when they are back for good."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from labsvc.notify.sourcealerts import for_source_away, for_source_back
from labsvc.service.alerting.episodes import Episodes
from labsvc.store.database import Database

PATIENCE = timedelta(minutes=10)
"""A share that is gone for less is nobody's concern: what lies on it is taken when it is back."""
STEADY = timedelta(minutes=10)
"""It is back when it was there for so long: a loose cable makes one message, not one a minute."""

log = structlog.get_logger("labsvc.absence")


class Absences:
    """Since when each source has been away, and whether the lab knows; ``file`` keeps that."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        steady: timedelta = STEADY,
        file: Path | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._episodes = Episodes(clock, patience=PATIENCE, steady=steady, file=file)
        self._why: Mapping[str, str] = {}

    def look(self, away: Mapping[str, str], known: Collection[str] | None = None) -> None:
        """Take note of the sources that are ``away`` now, each with why. Raises StoreError.

        ``known``: all there are; one that is none of them did not come back.
        """
        self._why = away
        if known is not None:
            self._episodes.keep_to(known)
        self._episodes.look(away, tell=self._tell, over=self._over)

    def _tell(self, source: str, since: datetime) -> None:
        why, now = self._why[source], self._clock()
        self._database.owe([for_source_away(source, why, since, at=now)], now)
        log.error("source stays away", source=source, reason=why)

    def _over(self, source: str, since: datetime) -> None:
        now = self._clock()
        self._database.owe([for_source_back(source, since, at=now)], now)

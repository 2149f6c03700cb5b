"""Our own disk or database that stays unusable: the lab is told, and told when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from labsvc.errors import StoreError
from labsvc.model.filing import Alert
from labsvc.notify.alerts import for_trouble
from labsvc.store.database import Database

PATIENCE = timedelta(minutes=1)
"""A lock that is gone sooner is nobody's concern."""
WAITING = (
    "No run is filed meanwhile. None is lost: what came lies in the inbox or in the instrument's "
    "folder, and is filed when this is mended. Look at the room on the disk, and at the database."
)
MENDED = "Nothing to do: what had come meanwhile is being filed."

log = structlog.get_logger("labsvc.ailing")


class Ailing:
    """Since when our store has been failing, and whether the lab knows.

    What cannot be owed, because the database is what fails, is given to ``post`` to be sent at
    once: it must not raise.
    """

    def __init__(
        self, database: Database, post: Callable[[Alert], None], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._post = post
        self._clock = clock
        self._since: datetime | None = None
        self._told = False

    def failed(self, error: StoreError) -> None:
        """One more round that failed."""
        now = self._clock()
        self._since = min(self._since or now, now)
        if self._told or now - self._since < PATIENCE:
            return
        self._told = True
        alert = self._alert("Nothing can be filed", str(error), WAITING, "failed", now)
        try:
            self._database.owe([alert], now)
        except StoreError:
            self._post(alert)

    def mended(self) -> None:
        """A round that passed. Raises StoreError when it cannot be owed after all."""
        if self._since is None:
            return
        now = self._clock()
        if self._told:
            reason = f"It failed from {_minute(self._since)} to {_minute(now)}."
            alert = self._alert("Filing goes on", reason, MENDED, "mended", now)
            self._database.owe([alert], now)
            log.info("store mended", since=self._since.isoformat())
        self._since, self._told = None, False

    def _alert(self, headline: str, reason: str, advice: str, kind: str, at: datetime) -> Alert:
        assert self._since is not None
        key = f"store-{kind}:{self._since.isoformat()}"
        return for_trouble(headline, "disk and database", reason, key=key, advice=advice, at=at)


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

"""Our own disk or database that stays unusable: the lab is told, and told when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from labsvc.errors import StoreError
from labsvc.model.filing import Alert
from labsvc.notify.alerts import for_trouble, for_trouble_over
from labsvc.notify.steady import Episode, step
from labsvc.notify.words import when
from labsvc.store.database import Database

PATIENCE = timedelta(minutes=1)
"""A lock that is gone sooner is nobody's concern."""
STEADY = timedelta(minutes=2)
"""It is mended when it went well for so long."""
ABOUT: Final = "disk and database"
TOPIC: Final = "store"
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
        self._episode: Episode | None = None

    def failed(self, error: StoreError) -> None:
        """One more round that failed."""
        now = self._clock()
        self._episode, word = step(self._episode, now, there=True, patience=PATIENCE,
                                   steady=STEADY)  # fmt: skip
        if word != "tell" or self._episode is None:
            return
        alert = for_trouble("Nothing can be filed", ABOUT, str(error), advice=WAITING, at=now,
                            key=f"store-failed:{self._episode.since.isoformat()}",
                            severity="critical", topic=TOPIC)  # fmt: skip
        try:
            self._database.owe([alert], now)
        except StoreError:
            self._post(alert)

    def mended(self) -> None:
        """A round that passed. Raises StoreError when it cannot be owed after all."""
        before = self._episode
        if before is None:
            return
        now = self._clock()
        after, word = step(before, now, there=False, patience=PATIENCE, steady=STEADY)
        if word == "over":
            ended = before.gone_since or now
            alert = for_trouble_over(
                "Filing goes on", ABOUT, f"It failed from {when(before.since)} to {when(ended)}.",
                key=f"store:{before.since.isoformat()}", at=now, topic=TOPIC, advice=MENDED,
            )  # fmt: skip
            self._database.owe([alert], now)
            log.info("store mended", since=before.since.isoformat())
        self._episode = after

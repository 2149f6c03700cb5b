"""How interim warnings end where the count's own filing did not end them.

A count that is filed ends its warnings at once (see ``work.interim``). Here is the rest: what was
set aside, what was filed as held and has not grown since, and what a service that was killed left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from labsvc.model.filing import Alert, StoredResult
from labsvc.model.result import Verdict
from labsvc.notify.interimalerts import for_ended
from labsvc.store.database import Database
from labsvc.store.postroom import Postroom

RESTED: Final = timedelta(hours=1)
"""A count that was filed as held and has not grown for so long is over. Vials are counted for
minutes, seldom for an hour."""
OPEN_FOR: Final = timedelta(days=14)
"""What was told longer ago is looked at no more."""


@dataclass(frozen=True, slots=True)
class InterimEnds:
    """Ends the open warnings of one home whose run is filed."""

    database: Database
    clock: Callable[[], datetime]

    def look(self) -> None:
        """Raises StoreError."""
        now = self.clock()
        for warning in _open(self.database, now):
            filed = self.database.result(warning.thread or "")
            if filed is not None and _is_final(filed, warning, now):
                how = f"filed as {filed.verdict}"
                self.database.owe([for_ended(warning, how, at=now)], now)


def end_set_aside(
    database: Database, source: str, runs: Collection[str] | None, *, name: str, at: datetime
) -> None:
    """What came of a count was set aside. ``runs``: those it may be; None: all of the source.

    Raises StoreError.
    """
    over = [
        for_ended(one, f"set aside, {name}", at=at)
        for one in _open(database, at)
        if one.source == source and (runs is None or one.thread in runs)
    ]
    if over:
        database.owe(over, at)


def _open(database: Database, now: datetime) -> list[Alert]:
    return [owed.alert for owed in Postroom(database).unended("interim", now - OPEN_FOR)]


def _is_final(filed: StoredResult, warning: Alert, now: datetime) -> bool:
    if filed.filed_at <= warning.created_at:
        return False
    return filed.verdict != Verdict.HELD.value or now - filed.filed_at >= RESTED

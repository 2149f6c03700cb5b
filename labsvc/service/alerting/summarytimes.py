"""When the summaries are made: at their time by the lab's clock, and once where it was missed.

What was sent last is in the outbox: each summary has its time in its key, so that it is owed once
however often it is looked for, and begins where the last one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from labsvc.notify.rules import SUMMARY
from labsvc.notify.summary import Kind
from labsvc.notify.weektimes import WeekTime
from labsvc.service.guards.ownprocess import OwnProcess
from labsvc.service.home import Home
from labsvc.store.arrivals import began, last_key

FARTHEST: Final = timedelta(days=31)
"""A summary after a long pause goes back no further."""
PATIENCE_SECONDS: Final = 120.0

log = structlog.get_logger("labsvc.summaries")


@dataclass(frozen=True, slots=True)
class Due:
    """A summary that is to be made: of the time from ``begins`` to ``at``."""

    kind: Kind
    begins: datetime
    at: datetime


@dataclass(slots=True)
class SummaryTimes:
    """Has the summaries of one home made whenever ``look`` finds them due."""

    home: Home
    clock: Callable[[], datetime]
    make: Callable[[Home, Due], bool] | None = None
    """Makes one, or gives it up (False). By default in a process of its own."""
    _made: dict[Kind, datetime] = field(default_factory=dict, init=False)
    _process: OwnProcess = field(
        default_factory=lambda: OwnProcess("labsvc.service.alerting.summary"), init=False
    )

    def look(self) -> None:
        """Make what is due. Raises StoreError: it is tried again at the next look."""
        for due in self._due():
            told = {"kind": due.kind, "due": due.at.isoformat()}
            if not (self.make or self.in_own_process)(self.home, due):
                log.info("summary given up until the next start", **told)
                return
            self._made[due.kind] = due.at
            log.info("summary made", **told)

    def close(self) -> None:
        """The service ends: one that is being made is given up, and made after the next start."""
        self._process.close()

    def in_own_process(self, home: Home, due: Due) -> bool:
        """To make it everything ever filed is looked at: the memory for that is given back."""
        return self._process.run(
            f"the {due.kind} summary", str(home.root), due.kind, due.begins.isoformat(),
            due.at.isoformat(), patience_seconds=PATIENCE_SECONDS,
        )  # fmt: skip

    def _due(self) -> Iterator[Due]:
        summaries, zone = self.home.settings.alerts.summaries, ZoneInfo(self.home.settings.timezone)
        times: tuple[tuple[Kind, WeekTime | None], ...] = (
            ("daily", summaries.daily),
            ("weekly", summaries.weekly),
        )
        for kind, at in times:
            if at is None:
                continue
            moment = at.latest(self.clock(), zone)
            if self._made.get(kind) == moment:
                continue
            due = self._unmade(kind, at, moment, zone)
            if due is None:
                self._made[kind] = moment
            else:
                yield due

    def _unmade(self, kind: Kind, at: WeekTime, moment: datetime, zone: ZoneInfo) -> Due | None:
        """None where it was made, or was due before there was anything to tell."""
        before = last_key(self.home.database, f"{SUMMARY}:{kind}:")
        last = datetime.fromisoformat(before.split(":", 2)[2]) if before else None
        since = began(self.home.database)
        if (last is not None and last >= moment) or since is None or since > moment:
            return None
        usual = at.latest(moment - timedelta(microseconds=1), zone)
        begins = min(last, usual) if last is not None else usual
        return Due(kind, max(begins, moment - FARTHEST), moment)

"""How many processes work captures out: called up when something comes, sent home at rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from labsvc.errors import StoreError
from labsvc.service.work import memory
from labsvc.service.work.crew import Crew
from labsvc.service.work.line import Line
from labsvc.service.work.members import most

BACKLOG = 16
"""So many captures must wait before other processes pay: each takes up to a second to start."""
STAYS_SECONDS = 60.0
"""How long after the last capture the process of a service stays that works them out. A capture
that comes later waits a second for it; at rest the service is as small as before its first one."""

log = structlog.get_logger("labsvc.staff")


@dataclass(slots=True)
class Staff:
    """The crew, as large as what comes is worth: of a backlog as many as there are cores."""

    hands: int = 0
    """So many work out whatever comes: then their own process never loads what that needs. With
    none, what is no backlog is worked out there."""
    stays: float = 0.0
    """Seconds after the last capture for which they stay."""
    backlog: int = BACKLOG
    coming: Callable[[], int] = lambda: 0
    """How many more are known to come, before they lie in the inbox."""
    crew: Crew = field(default_factory=Crew)
    _called_at: float = field(default=0.0, init=False)
    _alone: Line | None = field(default=None, init=False)
    """The line that no other process can work for."""

    def call_up(self, line: Line, waiting: int) -> None:
        """Those that so many captures, and those that come, are worth; they start meanwhile."""
        if waiting or self.coming():
            self.stand_by(line, waiting)
        else:
            self.send_home(line)

    def stand_by(self, line: Line, waiting: int = 1) -> None:
        """As ``call_up``, also where nothing comes yet."""
        self._called_at = monotonic()
        hands = self.hands if self._alone is not line else 0
        is_backlog = waiting + self.coming() >= self.backlog
        self.crew.muster(line, max(most() if is_backlog else 0, hands))

    def have_hands(self, line: Line) -> None:
        """Wait until one takes orders, where the process itself is to work nothing out."""
        if not self.hands or self._alone is line or self.crew.ready():
            return
        self.stand_by(line)  # one that was lost just now says nothing of the next
        if not self.crew.ready():
            log.warning("captures are worked out by this process: no other one does it")
            self._alone = line

    def for_review(self, line: Line) -> Crew | None:
        """Those that analyse a filed run again; None where the process itself does."""
        if self.hands and not self.crew.members:
            self.stand_by(line)
            self.have_hands(line)
        return self.crew if self.hands else None

    def send_home(self, line: Line) -> None:
        """Where nothing comes for long enough: what they take of the memory is not needed."""
        if not self.coming() and monotonic() - self._called_at >= self.stays:
            self.close(line)

    def close(self, line: Line) -> None:
        """End them, whatever they are doing."""
        if self.crew.members:
            self.crew.close()
            with suppress(StoreError):  # then the next start does it
                line.home.archive.sweep()  # what they had made ready and nobody fetched
            memory.give_back()

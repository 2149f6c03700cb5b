"""The processes that work captures out, as a crew: called up, given orders, sent home."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import structlog

from labsvc.service.work import members
from labsvc.service.work.ahead import IN_HAND, START_SECONDS, Ahead
from labsvc.service.work.draft import Revision, Worked
from labsvc.service.work.line import Line
from labsvc.service.work.members import Member
from labsvc.service.work.messages import Review
from labsvc.service.work.together import MOST
from labsvc.store.inbox import Entry

log = structlog.get_logger("labsvc.crew")


@dataclass(slots=True)
class Crew:
    """They start in about a second; none is needed."""

    members: list[Ahead] = field(default_factory=list)
    spare: list[Member] = field(default_factory=list)
    """Processes that were started before it was known whether they have something to do."""
    _whose: dict[str, Ahead] = field(default_factory=dict)

    def muster(self, line: Line, size: int) -> None:
        """Have at least so many of them for this line. Those that are gone, or were started for
        another line, are sent home."""
        if any(one.gone or one.line is not line for one in self.members):
            self.close()
        wanted = max(0, size - len(self.members))
        at_hand, self.spare = self.spare[:wanted], self.spare[wanted:]
        self._dismiss_spare()
        try:
            started = [*at_hand, *members.start(wanted - len(at_hand))]
        except OSError as error:
            log.warning("no process to work captures out", reason=str(error))
            started = at_hand
        self.members += [Ahead(line, member) for member in started]

    def ready(self) -> bool:
        """Whether one of them takes orders, once it has had its time to start."""
        return any(one.ready(START_SECONDS) for one in self.members)

    @property
    def in_hand(self) -> int:
        """How many captures were ordered and not fetched."""
        return sum(one.in_hand for one in self.members)

    def offer(self, waiting: Iterable[Entry]) -> None:
        """Order the drafts of these captures, the next ones first, as many as may be in hand."""
        # What has stopped the service before is looked at by itself.
        for entry in (one for one in waiting if one.key not in self._whose and one.attempts == 0):
            member = self._least_busy()
            if member is None or member.in_hand >= IN_HAND:
                return
            member.order(entry)
            self._whose[entry.key] = member

    def forget(self) -> None:
        """Nothing that was ordered is wanted any more; once it is answered, that is forgotten."""
        for one in self.members:
            one.forget()
        self._whose.clear()

    def works_on(self, entry: Entry) -> bool:
        """Whether a draft of this capture was ordered."""
        return entry.key in self._whose

    def next_of(self, left: deque[Entry]) -> Iterator[tuple[Entry, Worked | None]]:
        """The next capture, and those after it that are being worked out ahead, taken out of
        ``left``.

        Of one by itself nothing is fetched yet: what else it needs is done meanwhile.
        """
        self.offer(islice(left, self._most()))
        if len(left) == 1:
            yield left.popleft(), None
            return
        for _ in range(MOST):
            entry = left.popleft()
            worked = self.draft(entry)
            # Ordered before this one is filed: then all work at the same time.
            self.offer(islice(left, self._most()))
            yield entry, worked
            if worked is None or not left or not self.works_on(left[0]):
                return

    def _most(self) -> int:
        return IN_HAND * len(self.members)

    def draft(self, entry: Entry) -> Worked | None:
        """What was made of this capture, if it was ordered and the book is still the same."""
        member = self._whose.pop(entry.key, None)
        return member.draft(entry) if member else None

    def anew(self, entry: Entry) -> Worked | None:
        """What is made of it with what is in force and filed now."""
        member = self._least_busy()
        if member is None:
            return None
        member.order(entry)
        return member.draft(entry)

    def again(self, review: Review) -> tuple[Revision, ...] | None:
        """What comes of a filed run analysed again; None where only the line can say.

        InputError when a process does not come back from it.
        """
        member = self._least_busy()
        return member.again(review) if member else None

    def lost_with(self, entry: Entry) -> bool:
        """Whether a process that had this capture in hand did not come back from it."""
        return any(entry.key in one.lost_with for one in self.members)

    def close(self) -> None:
        self._dismiss_spare()
        for member in self.members:
            member.close()
        self.members.clear()
        self._whose.clear()

    def _dismiss_spare(self) -> None:
        for member in self.spare:
            members.dismiss(member)
        self.spare.clear()

    def _least_busy(self) -> Ahead | None:
        """Whoever has the least to do of those that take orders."""
        return min((one for one in self.members if one.ready()),
                   key=lambda one: one.in_hand, default=None)  # fmt: skip

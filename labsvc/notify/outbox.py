"""Alerts owed, until they are sent: at least once, noted after the sending.

Nothing is kept in memory: what is owed, how often it was tried and when it is tried again are
rows of the store, so that a crash or a day without mail costs no message and delays no run.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.alerts import digest
from labsvc.notify.mail import ServerAway

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
# More messages than this at once become one.
AT_ONCE: Final = 10
HOUR: Final = timedelta(hours=1)
MOST_PER_HOUR: Final = 20


class Store(typing.Protocol):
    """What the outbox asks of the database."""

    def due_alerts(self, now: datetime) -> list[OwedAlert]: ...

    def mails_sent(self, since: datetime, until: datetime) -> int: ...

    def alert_sent(self, key: str, at: datetime) -> None: ...

    def alert_failed(
        self, key: str, error: str, *, next_attempt_at: datetime, dead: bool
    ) -> None: ...


@dataclass(slots=True)
class DeliveryReport:
    """What one round did, by key. ``trouble`` is why the round ended early; None: it did not."""

    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    trouble: str | None = None
    mails: int = 0
    """The messages that went out: a digest is one."""


class Outbox:
    """Sends what is due. ``send`` raises DeliveryError, or ServerAway when nothing can go out."""

    def __init__(
        self,
        store: Store,
        send: Callable[[Alert], object],
        clock: Callable[[], datetime],
        *,
        at_once: int = AT_ONCE,
        most_per_hour: int = MOST_PER_HOUR,
    ) -> None:
        self._store = store
        self._send = send
        self._clock = clock
        self._at_once = at_once
        self._most = most_per_hour

    def deliver_due(self) -> DeliveryReport:
        """One round. A message that fails holds up no other; a server that is away ends it.

        Messages that waited for the server go out as one digest, new ones singly. Never more than
        the most in any hour: the last of them is a digest of what is due then, and what comes
        after it waits for the next.
        """
        report = DeliveryReport()
        now = self._clock()
        due = self._store.due_alerts(now)
        left = self._most - self._store.mails_sent(now - HOUR, now) if due else 0
        if left <= 0:
            return report
        waited = [owed for owed in due if owed.attempts > 0]
        fresh = [owed for owed in due if owed.attempts == 0]
        try:
            if len(due) > left:
                waited, fresh = due, []
            self._deliver(waited, report, singly=1, left=left)
            self._deliver(fresh, report, singly=self._at_once, left=left)
        except ServerAway as away:
            report.trouble = str(away)
            self._put_off(due, away, report)
        return report

    def _deliver(
        self, due: Sequence[OwedAlert], report: DeliveryReport, *, singly: int, left: int
    ) -> None:
        if len(due) > singly and self._sent_as_one(due, report):
            return
        for owed in due:
            if report.mails >= left:
                return
            self._deliver_one(owed, report)

    def _sent_as_one(self, due: Sequence[OwedAlert], report: DeliveryReport) -> bool:
        """False when the server will not have the digest: then each is tried by itself."""
        try:
            self._send(digest([owed.alert for owed in due], at=self._clock()))
        except ServerAway:
            raise
        except DeliveryError:
            return False
        at = self._clock()
        for owed in due:
            self._sent(owed, report, at)
        report.mails += 1
        return True

    def _deliver_one(self, owed: OwedAlert, report: DeliveryReport) -> None:
        try:
            self._send(owed.alert)
        except ServerAway:
            raise
        except DeliveryError as error:
            self._failed(owed, error, report)
        else:
            self._sent(owed, report, self._clock())
            report.mails += 1

    def _sent(self, owed: OwedAlert, report: DeliveryReport, at: datetime) -> None:
        self._store.alert_sent(owed.alert.key, at)
        report.sent.append(owed.alert.key)

    def _failed(self, owed: OwedAlert, error: DeliveryError, report: DeliveryReport) -> None:
        self._store.alert_failed(
            owed.alert.key,
            str(error),
            next_attempt_at=self._clock() + wait(owed.attempts),
            dead=error.permanent,
        )
        (report.dead if error.permanent else report.failed).append(owed.alert.key)

    def _put_off(self, due: Sequence[OwedAlert], away: ServerAway, report: DeliveryReport) -> None:
        """What was not reached in this round waits too, so that a dead server is left in peace."""
        done = {*report.sent, *report.failed, *report.dead}
        for owed in due:
            if owed.alert.key not in done:
                self._failed(owed, away, report)


def wait(attempts: int) -> timedelta:
    """How long after ``attempts`` earlier failures: one minute, doubled each time, to an hour."""
    return min(FIRST_WAIT * (1 << min(attempts, 10)), LONGEST_WAIT)

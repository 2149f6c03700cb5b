"""Alerts owed, until they are sent: at least once, noted after the sending.

Nothing is kept in memory: what is owed, through which door it went, how often it was tried and
when it is tried again are rows of the store, so that a crash or a day without mail costs no message
and delays no run. Which message goes when and to whom is said by ``plan``.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.digests import digest, escalated
from labsvc.notify.mail import ServerAway
from labsvc.notify.plan import LONGEST_REPEATS, Hushed, Known, Parcel, Told, plan, unanswered
from labsvc.notify.round import DeliveryReport, Round
from labsvc.notify.rules import Destination, Rules

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
# More messages than this at once become one.
AT_ONCE: Final = 10
HOUR: Final = timedelta(hours=1)
MOST_PER_HOUR: Final = 20
ESCALATED_FOR: Final = timedelta(days=3)
"""What was not acknowledged for so long after its time is told in the summaries only."""


class _Row(typing.Protocol):
    """What went out last, or was acknowledged."""

    @property
    def at(self) -> datetime: ...
    @property
    def severity(self) -> str: ...


class _Said(typing.Protocol):
    @property
    def by(self) -> str: ...


class _Last(typing.Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def severity(self) -> str | None: ...
    @property
    def kind(self) -> str: ...


class Store(typing.Protocol):
    """What the outbox asks of the database."""

    def due_keys(self, now: datetime) -> set[str]: ...

    def due_alerts(self, now: datetime) -> list[OwedAlert]: ...

    def whole(self, key: str) -> Alert: ...

    def acknowledged(self, keys: Collection[str]) -> Mapping[str, _Said]: ...

    def mails_sent(self, since: datetime, until: datetime) -> int: ...

    def settled(self) -> dict[tuple[str, str], str | None]: ...

    def last_sent(self, since: datetime, until: datetime) -> Mapping[tuple[str, str], _Last]: ...

    def silences(self, now: datetime) -> Mapping[str, _Row]: ...

    def unanswered(self, since: datetime, until: datetime) -> list[OwedAlert]: ...

    def went_out(self, keys: Sequence[str], door: str, message: str, at: datetime) -> None: ...

    def refused(self, key: str, door: str, at: datetime, error: str) -> None: ...

    def alerts_sent(self, keys: Sequence[str], at: datetime) -> None: ...

    def alert_failed(
        self, key: str, error: str, *, next_attempt_at: datetime, dead: bool
    ) -> None: ...


class Outbox:
    """Sends what is due. ``send`` raises DeliveryError, or ServerAway when nothing can go out."""

    def __init__(
        self,
        store: Store,
        send: Callable[[Alert, Destination], object],
        clock: Callable[[], datetime],
        *,
        rules: Rules,
        at_once: int = AT_ONCE,
        most_per_hour: int = MOST_PER_HOUR,
    ) -> None:
        self._store = store
        self._send = send
        self._clock = clock
        self._rules = rules
        self._at_once = at_once
        self._most = most_per_hour
        self._looked_at: set[str] = set()
        self._ending = False

    def end(self) -> None:
        """Send nothing after the message in hand, now or later: the rest stays owed."""
        self._ending = True

    def has_new(self) -> bool:
        """Whether there is anything due that the last round did not look at and keep back."""
        return not (self._ending or self._store.due_keys(self._clock()) <= self._looked_at)

    def deliver_due(self) -> DeliveryReport:
        """One round. A message that fails holds up no other; a server that is away ends its part.

        Never more messages than the most in any hour: the last of them is a digest of what is due
        then, and what comes after it waits for the next.
        """
        now = self._clock()
        due, late = self._store.due_alerts(now), self._late(now)
        self._looked_at = {owed.alert.key for owed in due}
        left = self._most - self._store.mails_sent(now - HOUR, now) if due or late else 0
        if left <= 0:
            return DeliveryReport()
        settled = self._store.settled() if due else {}
        this = Round(settled, left)
        due = self._unseen(due, this)
        for owed in due:
            self._settle(owed, this)
        known = self._known(settled, now)
        parcels = plan(due, known, self._rules, now, at_once=self._at_once, left=left)
        for parcel in (*parcels, *unanswered(late, self._rules, now)):
            self._deliver(parcel, this)
        return this.report

    def _unseen(self, due: Sequence[OwedAlert], this: Round) -> list[OwedAlert]:
        """Those that nobody has acknowledged before they went out: the others need not go."""
        said = self._store.acknowledged([owed.alert.key for owed in due]) if due else {}
        for owed in due:
            if owed.alert.key in said:
                by = said[owed.alert.key].by
                self._give_up(owed, f"not sent: {by} acknowledged it before", this)
        return [owed for owed in due if owed.alert.key not in said]

    def _late(self, now: datetime) -> list[OwedAlert]:
        escalation = self._rules.escalation
        if escalation is None:
            return []
        until = now - escalation.after
        return self._store.unanswered(until - ESCALATED_FOR, until)

    def _known(self, settled: Mapping[tuple[str, str], str | None], now: datetime) -> Known:
        last = self._store.last_sent(now - LONGEST_REPEATS, now) if self._rules.repeats else {}
        return Known(
            settled=frozenset(settled),
            told={one: Told(row.at, row.severity, row.kind) for one, row in last.items()},
            hushed={
                topic: Hushed(row.at, row.severity)
                for topic, row in self._store.silences(now).items()
            },
        )

    def _deliver(self, parcel: Parcel, this: Round) -> None:
        if self._ending:
            return
        channel = parcel.destination.channel
        if channel in this.away:
            self._put_off(parcel.alerts, this.away[channel], this, parcel.why)
            return
        try:
            together = parcel.why == "unanswered" or len(parcel.alerts) > 1
            if together and self._sent_as_one(parcel, this):
                return
            for owed in parcel.alerts:
                if self._ending or this.full:
                    return
                self._deliver_one(owed, parcel.destination, this)
        except ServerAway as away:
            this.shut(channel, away)
            self._put_off(parcel.alerts, away, this, parcel.why)

    def _sent_as_one(self, parcel: Parcel, this: Round) -> bool:
        """False when the server will not have the digest: then each is tried by itself."""
        if this.full:
            return True
        alerts = [owed.alert for owed in parcel.alerts]
        message = self._together(alerts, parcel)
        try:
            self._send(message, parcel.destination)
        except ServerAway:
            raise
        except DeliveryError as error:
            if parcel.why != "unanswered":
                return False
            if error.permanent:
                self._refused(parcel.alerts, parcel.destination.door, error)
            return True
        self._went_out(parcel.alerts, parcel.destination.door, message.key, this)
        return True

    def _together(self, alerts: Sequence[Alert], parcel: Parcel) -> Alert:
        at = self._clock()
        if parcel.why == "unanswered" and self._rules.escalation is not None:
            if len(alerts) == 1:
                alerts = [self._store.whole(alerts[0].key)]
            return escalated(alerts, self._rules.escalation.after, at=at)
        return digest(alerts, at=at, why=parcel.why)

    def _deliver_one(self, owed: OwedAlert, place: Destination, this: Round) -> None:
        try:
            self._send(self._store.whole(owed.alert.key), place)
        except ServerAway:
            raise
        except DeliveryError as error:
            self._failed(owed, place.door, error, this)
        else:
            self._went_out([owed], place.door, owed.alert.key, this)

    def _went_out(self, those: Sequence[OwedAlert], door: str, message: str, this: Round) -> None:
        at = self._clock()
        self._store.went_out([owed.alert.key for owed in those], door, message, at)
        this.went_out([owed.alert.key for owed in those], door)
        whole = [owed for owed in those if owed.sent_at is None and self._is_whole(owed, this)]
        self._close(whole, this)

    def _is_whole(self, owed: OwedAlert, this: Round) -> bool:
        """Whether every door it goes to is settled."""
        return this.is_whole(
            owed.alert.key, [one.door for one in self._rules.destinations(owed.alert)]
        )

    def _settle(self, owed: OwedAlert, this: Round) -> None:
        """What a crash left between the last door and the note that it was the last."""
        if self._is_whole(owed, this):
            self._close([owed], this)

    def _close(self, whole: Sequence[OwedAlert], this: Round) -> None:
        """Sent; or, where a door refused it for good, shown as given up."""
        sent = []
        for owed in whole:
            refused = this.refused(owed.alert.key)
            if refused is not None:
                self._give_up(owed, refused, this)
            else:
                sent.append(owed.alert.key)
        self._store.alerts_sent(sent, self._clock())
        this.report.sent += sent

    def _give_up(self, owed: OwedAlert, error: str, this: Round) -> None:
        at = self._clock()
        self._store.alert_failed(owed.alert.key, error, next_attempt_at=at, dead=True)
        this.report.dead.append(owed.alert.key)

    def _refused(self, those: Sequence[OwedAlert], door: str, error: DeliveryError) -> None:
        for owed in those:
            self._store.refused(owed.alert.key, door, self._clock(), str(error))

    def _failed(self, owed: OwedAlert, door: str, error: DeliveryError, this: Round) -> None:
        if not error.permanent:
            self._later(owed, error, this)
            return
        self._refused([owed], door, error)
        this.settled[owed.alert.key, door] = str(error)
        if self._is_whole(owed, this):
            self._close([owed], this)

    def _later(self, owed: OwedAlert, error: DeliveryError, this: Round) -> None:
        self._store.alert_failed(
            owed.alert.key,
            str(error),
            next_attempt_at=self._clock() + wait(owed.attempts),
            dead=False,
        )
        this.report.failed.append(owed.alert.key)

    def _put_off(self, those: Sequence[OwedAlert], away: ServerAway, this: Round, why: str) -> None:
        """What was not reached in this round waits too, so that a dead server is left in peace."""
        if why == "unanswered":
            return
        done = this.report.told_of
        for owed in those:
            if owed.alert.key not in done:
                self._later(owed, away, this)


def wait(attempts: int) -> timedelta:
    """How long after ``attempts`` earlier failures: one minute, doubled each time, to an hour."""
    return min(FIRST_WAIT * (1 << min(attempts, 10)), LONGEST_WAIT)

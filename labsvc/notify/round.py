"""One round of the outbox: what it did, what is settled by then, and which ways are shut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from labsvc.notify.mail import ServerAway


@dataclass(slots=True)
class DeliveryReport:
    """What one round did, by key. ``trouble`` is why it ended early somewhere; None: it did not."""

    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    trouble: str | None = None
    mails: int = 0
    """The messages that went out: a digest is one."""

    @property
    def told_of(self) -> set[str]:
        """The alerts of which it says what became of them."""
        return {*self.sent, *self.failed, *self.dead}


@dataclass(slots=True)
class Round:
    """``settled``: by alert and door, None where it went out, else why the door refused it for
    good. ``left``: so many messages may go out. ``away``: the channels whose server is away.
    """

    settled: dict[tuple[str, str], str | None]
    left: int
    report: DeliveryReport = field(default_factory=DeliveryReport)
    away: dict[str | None, ServerAway] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether as many messages went out as may."""
        return self.report.mails >= self.left

    def went_out(self, keys: Iterable[str], door: str) -> None:
        """One message with these alerts went out through the door."""
        self.report.mails += 1
        for key in keys:
            self.settled[key, door] = None

    def shut(self, channel: str | None, away: ServerAway) -> None:
        """Nothing more goes this way; the first one is told."""
        self.away[channel] = away
        self.report.trouble = self.report.trouble or str(away)

    def is_whole(self, key: str, doors: Sequence[str]) -> bool:
        """Whether every door that the alert goes to is settled."""
        return bool(doors) and all((key, door) in self.settled for door in doors)

    def refused(self, key: str) -> str | None:
        """Why a door refused the alert for good; None: none did."""
        return next((why for (one, _), why in self.settled.items() if one == key and why), None)

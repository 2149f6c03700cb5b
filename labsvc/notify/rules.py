"""Who is told of what: how grave a message is, its routes, quiet hours, escalation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Final, Literal

from labsvc.model.filing import Alert
from labsvc.notify.weektimes import WeekSpan

Severity = Literal["info", "warning", "error", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "error", "critical")

MAIL: Final = "mail"
SUMMARY: Final = "summary"
OF_KIND: Final[dict[str, Severity]] = {
    "qc-failed": "error", "run-held": "warning", "qc-review": "warning", "qc-passed": "info",
    "quarantine": "error", "trouble": "error", "trouble-over": "info",
    "source-away": "error", "source-back": "info",
    "source-silent": "warning", "source-heard": "info",
    "expected": "error", "expected-came": "info",
    "interim": "error", "interim-over": "info",
    "digest": "warning", "test": "info", SUMMARY: "info",
}  # fmt: skip
"""How grave a message of a kind is, unless it says so itself."""
ENDS: Final[dict[str, str]] = {
    "trouble-over": "trouble", "source-back": "source-away", "source-heard": "source-silent",
    "expected-came": "expected", "interim-over": "interim",
}  # fmt: skip
"""The kinds that tell the end of a trouble, each with the kind that told its beginning."""


def gravity(kind: str, severity: str | None) -> int:
    """0 (info) to 3 (critical). The end of a trouble is told to whoever was told of the trouble."""
    if kind in ENDS:
        return _rank(OF_KIND[ENDS[kind]])
    return _rank(severity or OF_KIND.get(kind, "error"))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES) - 1


def weight(alert: Alert) -> int:
    """The gravity of a message."""
    return gravity(alert.kind, alert.severity)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one message goes: by mail to these addresses, or through a channel.

    ``door`` is what it is noted under: ``mail``, ``channel:NAME``, or one of these after
    ``escalation:``.
    """

    door: str
    addresses: tuple[str, ...] = ()
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Messages of which all that is given holds go to ``to`` and through ``channel``.

    ``protocol``, ``source`` and ``kind`` are globs, of which one must fit; none: any. Who is told
    of a kind is told of its end. A summary goes only where its kind is named.
    """

    name: str
    to: tuple[str, ...] = ()
    channel: str | None = None
    protocol: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    severity: Severity = "info"

    def takes(self, alert: Alert) -> bool:
        if alert.kind == SUMMARY and not self.kind:
            return False
        return (
            weight(alert) >= _rank(self.severity)
            and _fits(alert.protocol, self.protocol)
            and _fits(alert.source, self.source)
            and (_fits(alert.kind, self.kind) or _fits(ENDS.get(alert.kind), self.kind))
        )


def _fits(value: str | None, globs: Sequence[str]) -> bool:
    """Capitals and small letters are alike; what has no value fits no glob."""
    if not globs:
        return True
    told = (value or "").casefold()
    return bool(told) and any(fnmatchcase(told, one.casefold()) for one in globs)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which only what is grave enough goes out at once; the rest is kept back."""

    spans: tuple[WeekSpan, ...]
    passes: Severity = "critical"

    def keeps(self, alert: Alert, at: datetime, zone: tzinfo) -> bool:
        """Whether ``alert`` is kept back at this time. A summary comes when it was asked for."""
        if alert.kind == SUMMARY or weight(alert) >= _rank(self.passes):
            return False
        return any(span.holds(at, zone) for span in self.spans)


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told further when nobody has acknowledged a message ``after`` it went out."""

    after: timedelta
    to: tuple[str, ...] = ()
    channel: str | None = None
    severity: Severity = "error"

    def concerns(self, alert: Alert) -> bool:
        return alert.kind not in (*ENDS, SUMMARY) and weight(alert) >= _rank(self.severity)


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them. ``recipients`` are told of what no route takes.

    ``repeats``: messages of one topic within that time of the last come together when it is over.
    """

    recipients: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    quiet: Quiet | None = None
    escalation: Escalation | None = None
    repeats: timedelta = timedelta(hours=1)
    zone: tzinfo = UTC

    def destinations(self, alert: Alert) -> tuple[Destination, ...]:
        """Mail to everybody who is meant, once, and each channel; nothing where nobody is."""
        taken = [route for route in self.routes if route.takes(alert)]
        addresses = [one for route in taken for one in route.to]
        addresses += (alert.addressed or "").split("\n")
        channels = [route.channel for route in taken if route.channel]
        people = tuple(dict.fromkeys(one for one in addresses if one))
        if not people and not channels:
            people = self.recipients
        return _destinations(people, channels)

    def escalated(self) -> tuple[Destination, ...]:
        """Where an escalation goes."""
        if self.escalation is None:
            return ()
        channels = [self.escalation.channel] if self.escalation.channel else []
        return _destinations(self.escalation.to, channels, "escalation:")

    def keeps_now(self, alert: Alert, at: datetime) -> bool:
        return self.quiet is not None and self.quiet.keeps(alert, at, self.zone)


def _destinations(
    people: tuple[str, ...], channels: Sequence[str], before: str = ""
) -> tuple[Destination, ...]:
    mail = (Destination(f"{before}{MAIL}", people),) if people else ()
    others = (Destination(f"{before}channel:{one}", (), one) for one in dict.fromkeys(channels))
    return (*mail, *others)

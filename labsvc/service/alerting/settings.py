"""``alerts:`` and ``expected:`` of the settings: who is told of what, and what must come when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from labsvc.errors import ConfigError
from labsvc.notify.plan import LONGEST_REPEATS
from labsvc.notify.rules import Escalation, Quiet, Route, Rules, Severity
from labsvc.notify.weektimes import WeekSpan, WeekTime, week_span, week_time
from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import Name, Strict, nearest
from labsvc.service.authoring.yamltext import Document
from labsvc.service.secrets.places import SecretPlace

HERE = "alerts"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A channel beside mail. Its Apprise URL holds passwords, so that it is kept as one."""

    name: str
    url: SecretPlace


@dataclass(frozen=True, slots=True)
class Summaries:
    """When the summaries come (None: not), and to whom; nobody named: the recipients of mail."""

    daily: WeekTime | None = None
    weekly: WeekTime | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """A run that must have come by these times, no longer than ``within`` before."""

    name: str
    by: tuple[WeekTime, ...]
    within: timedelta
    source: str | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """All of ``alerts:``. ``steady``: a trouble is over when it was gone for so long.

    ``disk_free_percent``: less room is told. ``clock``: a counter's clock further off is told.
    """

    rules: Rules
    channels: tuple[ChannelSettings, ...]
    summaries: Summaries
    steady: timedelta
    disk_free_percent: float
    clock: timedelta

    def channel(self, name: str) -> ChannelSettings:
        """ConfigError when there is none."""
        known = {one.name: one for one in self.channels}
        if name not in known:
            raise ConfigError(f"there is no channel {name!r}{nearest(name, list(known))}")
        return known[name]


def _address(text: str) -> str:
    local, sign, domain = text.rpartition("@")
    if not (sign and local and domain) or any(mark.isspace() for mark in text):
        raise ValueError(f"{text!r} is no mail address such as lab@example.org")
    return text


def _no_url(value: object) -> None:
    # What was found is not quoted: the sentence goes into logs.
    raise ValueError(
        "a channel's URL holds a password and must not stand in the settings: put it into a file "
        "(url_file), the environment (url_variable) or the system's keyring (url_keyring)"
    )


def _span_of_time(text: object) -> timedelta:
    return timedelta(minutes=quantities.minutes(text))


NoUrl = Annotated[None, BeforeValidator(_no_url)]
Address = Annotated[Name, AfterValidator(_address)]
Duration = Annotated[timedelta, BeforeValidator(_span_of_time)]
WeekMoment = Annotated[WeekTime, BeforeValidator(week_time)]
WeekHours = Annotated[WeekSpan, BeforeValidator(week_span)]


class RouteText(Strict):
    name: Name
    to: list[Address] = Field(default_factory=list)
    channel: Name | None = None
    protocol: list[Name] = Field(default_factory=list)
    source: list[Name] = Field(default_factory=list)
    kind: list[Name] = Field(default_factory=list)
    severity: Severity = "info"


class ChannelText(Strict):
    name: Name
    url: NoUrl = None
    url_file: Name | None = None
    url_variable: Name | None = None
    url_keyring: Name | None = None

    def ways(self) -> dict[str, str]:
        """Where the URL is said to be, by file, variable or keyring."""
        told = {"file": self.url_file, "variable": self.url_variable, "keyring": self.url_keyring}
        return {way: where for way, where in told.items() if where is not None}


class QuietText(Strict):
    hours: list[WeekHours] = Field(min_length=1)
    passes: Severity = "critical"


class EscalateText(Strict):
    after: Duration
    to: list[Address] = Field(default_factory=list)
    channel: Name | None = None
    severity: Severity = "error"


class SummariesText(Strict):
    daily: WeekMoment | None = None
    weekly: WeekMoment | None = None
    to: list[Address] = Field(default_factory=list)


class AlertsText(Strict):
    routes: list[RouteText] = Field(default_factory=list)
    channels: list[ChannelText] = Field(default_factory=list)
    quiet: QuietText | None = None
    escalate: EscalateText | None = None
    repeats: Annotated[Duration, Field(le=LONGEST_REPEATS)] = timedelta(hours=1)
    steady: Duration = timedelta(minutes=10)
    disk_free_percent: float | int = Field(default=10, ge=0, le=90)
    clock: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(minutes=10)
    summaries: SummariesText = SummariesText()


class ExpectedText(Strict):
    name: Name
    by: list[WeekMoment] = Field(min_length=1)
    within: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(hours=24)
    source: Name | None = None
    protocol: Name | None = None


SCHEMAS = (AlertsText, RouteText, ChannelText, QuietText, EscalateText, SummariesText,
           ExpectedText)  # fmt: skip


def alert_settings(
    written: AlertsText, document: Document, *, recipients: tuple[str, ...], zone: str, base: Path
) -> AlertSettings:
    """What ``alerts:`` says; ConfigError with file and line for what does not fit together.

    ``base`` is the folder that relative files are meant from.
    """
    _check_channels(written, document)
    _check_routes(written, document)
    quiet, escalate = written.quiet, written.escalate
    rules = Rules(
        recipients=recipients,
        routes=tuple(_route(one) for one in written.routes),
        quiet=Quiet(tuple(quiet.hours), quiet.passes) if quiet else None,
        escalation=Escalation(escalate.after, tuple(escalate.to), escalate.channel,
                              escalate.severity) if escalate else None,
        repeats=written.repeats,
        zone=ZoneInfo(zone),
    )  # fmt: skip
    summaries = written.summaries
    return AlertSettings(
        rules=rules,
        channels=tuple(_channel(one, base) for one in written.channels),
        summaries=Summaries(summaries.daily, summaries.weekly, tuple(summaries.to)),
        steady=written.steady,
        disk_free_percent=float(written.disk_free_percent),
        clock=written.clock,
    )


def expected_runs(
    written: list[ExpectedText], document: Document, sources: set[str]
) -> tuple[Expected, ...]:
    """What ``expected:`` says; ConfigError with file and line for a source that is not set."""
    for index, one in enumerate(written):
        here = ("expected", index)
        if one.source is not None and one.source not in sources:
            told = nearest(one.source, sorted(sources))
            raise document.fault((*here, "source"), f"no source is named {one.source!r}{told}")
        if one.name.casefold() in {other.name.casefold() for other in written[:index]}:
            raise document.fault(here, f"two expected runs are named {one.name!r}")
    return tuple(
        Expected(one.name, tuple(one.by), one.within, one.source, one.protocol) for one in written
    )


def _route(written: RouteText) -> Route:
    return Route(
        name=written.name,
        to=tuple(written.to),
        channel=written.channel,
        protocol=tuple(written.protocol),
        source=tuple(written.source),
        kind=tuple(written.kind),
        severity=written.severity,
    )


def _channel(written: ChannelText, base: Path) -> ChannelSettings:
    told: dict[str, Any] = written.ways()
    if "file" in told:
        told["file"] = Path(told["file"])
    what = f"the URL of channel {written.name!r}"
    return ChannelSettings(written.name, SecretPlace(what, base=base, **told))


def _check_channels(written: AlertsText, document: Document) -> None:
    for index, one in enumerate(written.channels):
        here = (HERE, "channels", index)
        if len(one.ways()) != 1:
            raise document.fault(
                here,
                f"channel {one.name!r} needs one of url_file, url_variable and url_keyring",
            )
        if one.name in {other.name for other in written.channels[:index]}:
            raise document.fault(here, f"two channels are named {one.name!r}")


def _check_routes(written: AlertsText, document: Document) -> None:
    known = [one.name for one in written.channels]
    for index, one in enumerate(written.routes):
        here = (HERE, "routes", index)
        if not one.to and one.channel is None:
            raise document.fault(here, f"route {one.name!r} leads nowhere: give it to or channel")
        if one.channel is not None and one.channel not in known:
            told = nearest(one.channel, known)
            raise document.fault((*here, "channel"), f"no channel is named {one.channel!r}{told}")
        if one.name in {other.name for other in written.routes[:index]}:
            raise document.fault(here, f"two routes are named {one.name!r}")
    escalate = written.escalate
    if escalate is None:
        return
    if not escalate.to and escalate.channel is None:
        raise document.fault((HERE, "escalate"), "escalate leads nowhere: give it to or channel")
    if escalate.channel is not None and escalate.channel not in known:
        told = nearest(escalate.channel, known)
        raise document.fault(
            (HERE, "escalate", "channel"), f"no channel is named {escalate.channel!r}{told}"
        )

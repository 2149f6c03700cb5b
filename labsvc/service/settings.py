"""The settings of a home, ``labsvc.yaml``: the lab, its sources, its mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from labsvc.capture.grouping import Joined
from labsvc.capture.mode import Watch
from labsvc.errors import ConfigError
from labsvc.model.locale import UNTOLD, DateOrder, Decimal, Encoding, Locale
from labsvc.notify.outbox import MOST_PER_HOUR
from labsvc.service.alerting.settings import (
    AlertSettings,
    AlertsText,
    Expected,
    ExpectedText,
    alert_settings,
    expected_runs,
)
from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import Name, Strict, checked
from labsvc.service.authoring.yamltext import Document, read_yaml
from labsvc.service.guards import deadline
from labsvc.service.secrets.keys import NotHere, Url, secret_place
from labsvc.service.secrets.places import SecretPlace

JOINED_PATIENCE = 3600.0
"""Seconds: a vial is counted for an hour at most."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A place output comes from: a folder or a serial port (exactly one of the two)."""

    name: str
    driver: str | None
    timezone: str
    folder: Path | None = None
    patterns: tuple[str, ...] = ()
    quiet_seconds: float | None = None
    port: str | None = None
    line_settings: str | None = None
    simulated: bool = False
    max_bytes: int | None = None
    patience: timedelta | None = None
    """How long it may be silent; None: for ever."""
    locale: Locale = UNTOLD
    watch: Watch = "auto"
    """Whether the system's events are asked for (folders)."""
    subfolders: bool = False
    joined: Joined | None = None
    """Which files make one run together (folders)."""
    joined_patience: float = JOINED_PATIENCE
    """Seconds without a new file after which they are all there."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """Where alerts go. The password itself is elsewhere, never in the file."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    starttls: bool
    most_per_hour: int
    username: str | None = None
    secret: SecretPlace | None = None

    @property
    def password(self) -> str | None:
        """Read anew each time; ConfigError when it is not where it is said to be."""
        return self.secret.read() if self.secret is not None else None


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where /healthz, /readyz, /metrics and /reload are answered."""

    port: int
    host: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; ``rescan_seconds`` is how often every folder is looked at without a hint.

    ``http`` None: nothing listens. ``deadline_seconds``: what a driver may take for a capture.
    """

    lab: str
    timezone: str
    sources: tuple[SourceSettings, ...]
    mail: MailAccount | None
    database: str | None
    database_secret: SecretPlace | None
    """Where the database's password is."""
    rescan_seconds: float
    alerts: AlertSettings
    expected: tuple[Expected, ...] = ()
    http: HttpSettings | None = None
    deadline_seconds: float = deadline.SECONDS


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is no time zone such as Europe/Berlin or America/New_York"
        ) from None
    return name


def _seconds(text: object) -> float:
    return round(quantities.minutes(text) * 60, 6)


Zone = Annotated[Name, AfterValidator(_zone)]
Seconds = Annotated[float, BeforeValidator(_seconds)]


class _Locale(Strict):
    decimal: Decimal | None = None
    dates: DateOrder | None = None
    encoding: Encoding | None = None


class _Source(Strict):
    name: Name
    driver: Name | None = None
    timezone: Zone | None = None
    folder: Name | None = None
    patterns: list[Name] = Field(default_factory=list)
    quiet: Seconds | None = None
    port: Name | None = None
    settings: Name | None = None
    simulated: bool = False
    max_bytes: int | None = Field(default=None, ge=1)
    patience: Seconds | None = Field(default=None, gt=0)
    locale: _Locale = _Locale()
    watch: Watch | None = None
    subfolders: bool = False
    joined: Joined | None = None
    joined_patience: Seconds | None = Field(default=None, gt=0)


class _Mail(Strict):
    host: Name
    port: int = Field(default=587, ge=1, le=65535)
    sender: Name
    recipients: list[Name] = Field(min_length=1)
    starttls: bool = True
    most_per_hour: int = Field(default=MOST_PER_HOUR, ge=1, le=1000)
    username: Name | None = None
    password: NotHere = None
    password_file: Name | None = None
    password_variable: Name | None = None
    password_keyring: Name | None = None


class _Http(Strict):
    port: int = Field(ge=1, le=65535)
    host: Name = "127.0.0.1"


class _Settings(Strict):
    lab: Name = "our lab"
    timezone: Zone = "UTC"
    sources: list[_Source] = Field(default_factory=list)
    mail: _Mail | None = None
    database: Url | None = None
    database_password: NotHere = None
    database_password_file: Name | None = None
    database_password_variable: Name | None = None
    database_password_keyring: Name | None = None
    rescan: Seconds = 10.0
    alerts: AlertsText = AlertsText()
    expected: list[ExpectedText] = Field(default_factory=list)
    http: _Http | None = None
    deadline: Annotated[Seconds, Field(ge=1)] = deadline.SECONDS


def read_settings(path: Path) -> Settings:
    """The settings in ``path``; ConfigError with file and line for what is wrong in them.

    Relative folders are meant from the settings file's own folder.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from error
    document = read_yaml(content, file=path.name)
    written = checked(document, _Settings)
    names: set[str] = set()
    for index, source in enumerate(written.sources):
        here = ("sources", index)
        _check(document, here, source)
        if source.name.casefold() in names:
            raise document.fault(here, f"two sources are named {source.name!r}")
        names.add(source.name.casefold())
    return Settings(
        lab=written.lab,
        timezone=written.timezone,
        sources=tuple(_source(one, written.timezone, path.parent) for one in written.sources),
        mail=_account(document, written.mail, path.parent),
        database=written.database,
        database_secret=secret_place(document, (), written, "database_password", path.parent),
        rescan_seconds=written.rescan,
        alerts=alert_settings(
            written.alerts,
            document,
            zone=written.timezone,
            base=path.parent,
            recipients=tuple(written.mail.recipients) if written.mail is not None else (),
        ),
        expected=expected_runs(written.expected, document, {one.name for one in written.sources}),
        http=None if written.http is None else HttpSettings(written.http.port, written.http.host),
        deadline_seconds=written.deadline,
    )


def _check(document: Document, here: tuple[str | int, ...], source: _Source) -> None:
    """ConfigError for keys that do not go together."""
    named = f"source {source.name!r}"
    if (source.folder is None) == (source.port is None):
        raise document.fault(here, f"{named} needs a folder or a port, not both")
    if source.port is not None:
        _check_port(document, here, source)
    if source.joined is None and source.joined_patience is not None:
        why = "has a joined_patience and no joined: say 'joined: folder' or 'joined: name'"
        raise document.fault(here, f"{named} {why}")


def _check_port(document: Document, here: tuple[str | int, ...], source: _Source) -> None:
    named = f"source {source.name!r} is a port"
    if source.driver is None:
        raise document.fault(here, f"{named} and needs its driver")
    for unfit, why in (
        (source.locale != _Locale(), "it has no locale"),
        (source.watch is not None, "watch is for folders"),
        (source.subfolders, "it has no subfolders"),
        (source.joined is not None, "joined is for folders"),
    ):
        if unfit:
            raise document.fault(here, f"{named}: {why}")


def _source(written: _Source, timezone: str, base: Path) -> SourceSettings:
    return SourceSettings(
        name=written.name,
        driver=written.driver,
        timezone=written.timezone or timezone,
        folder=base / written.folder if written.folder is not None else None,
        patterns=tuple(written.patterns),
        quiet_seconds=written.quiet,
        port=written.port,
        line_settings=written.settings,
        simulated=written.simulated,
        max_bytes=written.max_bytes,
        patience=None if written.patience is None else timedelta(seconds=written.patience),
        locale=Locale(written.locale.decimal, written.locale.dates, written.locale.encoding),
        watch=written.watch or "auto",
        subfolders=written.subfolders or written.joined == "folder",
        joined=written.joined,
        joined_patience=written.joined_patience or JOINED_PATIENCE,
    )


def _account(document: Document, written: _Mail | None, base: Path) -> MailAccount | None:
    if written is None:
        return None
    user = written.username or "labsvc"
    return MailAccount(
        host=written.host,
        port=written.port,
        sender=written.sender,
        recipients=tuple(written.recipients),
        starttls=written.starttls,
        most_per_hour=written.most_per_hour,
        username=written.username,
        secret=secret_place(document, ("mail",), written, "password", base, user=user),
    )

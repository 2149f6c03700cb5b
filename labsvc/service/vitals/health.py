"""Whether the service is fit, in sentences for a person or another program that asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from labsvc.service.watching.states import SourceState

GOOD = ("there", "open", "connecting")
"""States of a source that need nobody."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """The service at one moment, as its parts see it. ``stuck``: parts that do not get on."""

    running: bool
    stuck: tuple[str, ...] = ()
    idle_seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each part has not got on."""
    store_trouble: str | None = None
    safe: str | None = None
    """Why drivers from outside are left out."""
    settings_trouble: str | None = None
    mail_trouble: str | None = None
    http_trouble: str | None = None
    disabled: Mapping[str, str] = field(default_factory=dict)
    given_up: tuple[str, ...] = ()
    not_in_force: tuple[str, ...] = ()
    """Of protocols, rules and run sheets."""
    sources: Mapping[str, SourceState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """``failing``: nothing is filed. ``degraded``: something is amiss, and filing goes on."""

    failing: tuple[str, ...]
    degraded: tuple[str, ...]

    @property
    def status(self) -> str:
        if self.failing:
            return "failing"
        return "degraded" if self.degraded else "ready"

    @property
    def line(self) -> str:
        """All of it on one line."""
        return "; ".join((self.status, *self.failing, *self.degraded))


def condition(vitals: Vitals) -> Condition:
    """What is to be said of the service. An instrument that is off keeps nobody from filing."""
    return Condition(tuple(_failing(vitals)), (*remarks(vitals), *_sources(vitals)))


def _failing(vitals: Vitals) -> Iterator[str]:
    if not vitals.running:
        yield "the service is starting or stopping"
    yield from vitals.stuck
    if vitals.store_trouble is not None:
        yield f"nothing can be filed: {vitals.store_trouble}"


def remarks(vitals: Vitals) -> tuple[str, ...]:
    """What is amiss in the service itself."""
    return tuple(_remarks(vitals))


def _remarks(vitals: Vitals) -> Iterator[str]:
    if vitals.safe is not None:
        yield vitals.safe
    if vitals.settings_trouble is not None:
        yield f"the last good settings stay in force: {vitals.settings_trouble}"
    for name, why in vitals.disabled.items():
        # In safe mode one sentence names them all.
        if vitals.safe is None or "safe mode" not in why:
            yield f"driver {name} is disabled: {why}"
    yield from vitals.given_up
    yield from (f"not in force: {one}" for one in vitals.not_in_force)
    yield from (one for one in (vitals.mail_trouble, vitals.http_trouble) if one is not None)


def _sources(vitals: Vitals) -> Iterator[str]:
    for name, one in vitals.sources.items():
        if one.state not in GOOD or one.trouble is not None:
            yield f"source {name} is {one.state}" + (f": {one.trouble}" if one.trouble else "")

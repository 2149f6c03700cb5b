"""What a process that works captures out is told, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from labsvc.core.trends.history import History
from labsvc.model.filing import StoredResult
from labsvc.model.locale import Locale
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.registry import Registry
from labsvc.service.work.draft import Revision, Worked
from labsvc.store.inbox import Entry

AT_ONCE = 4
"""So many captures are fitted at once, of those that lie ordered: more of them gain little."""


class Opening(NamedTuple):
    """The first thing the second process is told: where things are."""

    home: Path
    database_url: str
    registry: Registry


class Ready(NamedTuple):
    """It has all that it needs to take orders."""


class Edition(NamedTuple):
    """The protocols and run sheets in force from now on; of the latter only what is new."""

    protocols: tuple[Protocol, ...]
    fresh: Mapping[str, RunSheet]
    """Run sheets by their files."""
    files: tuple[str, ...]
    """Those of all that are in force, in their order."""
    histories: Mapping[str, History]


class Order(NamedTuple):
    """A capture to be worked out, as filed ``at`` that time."""

    entry: Entry
    at: datetime


Why = Literal["release", "reconsider"]
"""The protocols and run sheets have changed, or its plate had a bench event."""


class Review(NamedTuple):
    """A filed run to be analysed again, as filed ``at`` that time."""

    stored: StoredResult
    size: int
    """Of its capture, in bytes."""
    why: Why
    at: datetime
    locales: Mapping[str, Locale]


class Reviewed(NamedTuple):
    """The revisions that came of it, none where nothing changed; None: only the line can say."""

    revisions: tuple[Revision, ...] | None


class Made(NamedTuple):
    """What was made of the capture ``key``; None where only the line can say what is wrong."""

    key: str
    worked: Worked | None

"""What is filed: the receipt of a capture, its results by revision, and the alerts it owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from labsvc.model.assay import BenchEvent
from labsvc.model.result import Result


class CaptureState(StrEnum):
    """What became of a capture."""

    FILED = "filed"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Alert:
    """A message owed to the lab. ``key`` makes it owed once, whatever is done twice.

    ``html`` refers to the picture as ``cid:figure``; ``figure_png`` is that picture.
    ``severity``: info, warning, error or critical (None: as its kind). ``topic`` is the same for
    messages that repeat each other, and for the end of a trouble; ``thread`` for those of one run.
    ``addressed``: who is told whatever the settings say, mail addresses with a line each.
    """

    key: str
    kind: str
    subject: str
    text: str
    html: str
    created_at: datetime
    figure_png: bytes | None = None
    severity: str | None = None
    topic: str | None = None
    source: str | None = None
    protocol: str | None = None
    thread: str | None = None
    addressed: str | None = None


class Kept(NamedTuple):
    """A result as the database keeps it: its JSON, and its rows by the name of their table."""

    document: str
    rows: Mapping[str, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class FiledResult:
    """One result as filed.

    ``folder`` is relative to the archive; ``readings_digest`` is the SHA-256 of the readings it
    was made from, so that the same run exported twice is known. ``kept`` is made when it is
    written, unless another process made it ahead.
    """

    result: Result
    revision: int
    folder: str
    readings_digest: str
    reason: str = ""
    kept: Kept | None = field(default=None, repr=False)


SERVICE = "labsvc"
"""Who files what no person asked for."""


@dataclass(frozen=True, slots=True)
class Filing:
    """All that one commit of the database writes for one capture (or one refiling of it)."""

    sha256: str
    name: str
    source: str
    received_at: datetime
    size: int
    driver: str | None
    state: CaptureState
    folder: str
    filed_at: datetime
    results: tuple[FiledResult, ...] = ()
    events: tuple[tuple[str, BenchEvent], ...] = ()
    """Bench events with the run_key that makes each itself."""
    alerts: tuple[Alert, ...] = ()
    reason: str | None = None
    manifests: tuple[tuple[str, str], ...] = ()
    """The folders of the archive that were written for it, each with its manifest's SHA-256."""
    by: str = SERVICE
    """The person who asked for it."""


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """What became of one capture. ``folder`` is in the archive or in the quarantine."""

    sha256: str
    name: str
    source: str
    received_at: datetime
    size: int
    driver: str | None
    state: CaptureState
    folder: str
    filed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A filed result as the database gives it back. ``document`` is its JSON text."""

    run_id: str
    revision: int
    sha256: str
    source: str
    run_key: str
    plate: int | None
    plate_id: str | None
    protocol: str | None
    verdict: str
    title: str
    folder: str
    readings_digest: str
    filed_at: datetime
    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class OwedAlert:
    """An alert in the outbox with how its sending stands."""

    alert: Alert
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None = None
    dead: bool = False
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of a watched folder that was taken: its size, time and digest when it was."""

    path: str
    size: int
    modified_ns: int
    sha256: str

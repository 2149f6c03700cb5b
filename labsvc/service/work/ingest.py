"""Captures handed over by a command: filed here, or by the service when it is running."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.errors import StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line
from labsvc.service.work.worker import Worker
from labsvc.store.lock import HomeLock

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one capture: its state, and its runs with their verdicts."""

    name: str
    state: CaptureState
    folder: str
    runs: tuple[tuple[str, str], ...]
    reason: str | None


def ingest(
    home: Home,
    registry: Registry,
    captures: Sequence[Capture],
    *,
    clock: Callable[[], datetime],
) -> list[Filed]:
    """Put the captures into the inbox and see them through.

    Where a service runs on this home, it does the work and this waits; else it is done here.
    """
    known = {one.sha256 for one in captures if _is_filed(home, one)}
    for capture in captures:
        home.inbox.put(capture)
    worker = Worker(
        Line(home, registry, Book(home.protocols, home.runsheets, home.settings.timezone), clock)
    )
    _see_through(home, {capture.sha256 for capture in captures}, worker)
    filed = []
    for capture in captures:
        filed.append(_filed(home, capture, capture.sha256 in known))
        known.add(capture.sha256)
    return filed


def _is_filed(home: Home, capture: Capture) -> bool:
    # What was set aside is tried again.
    return home.database.capture_state(capture.sha256) not in (None, CaptureState.QUARANTINED)


def _see_through(home: Home, wanted: set[str], worker: Worker) -> None:
    """Until they are worked off: by the holder of the home's lock, or here once it is free."""
    until = time.monotonic() + PATIENCE_SECONDS
    while wanted & {entry.key for entry in home.inbox.entries()}:
        lock = HomeLock.try_take(home.root)
        if lock is not None:
            with lock:
                for _ in worker.work_off():
                    pass
            return
        if time.monotonic() > until:
            raise StoreError(
                f"the running service did not file them within {PATIENCE_SECONDS:.0f} s; they "
                "are safe in its inbox. See: labsvc status"
            )
        time.sleep(0.1)


def _filed(home: Home, capture: Capture, known: bool) -> Filed:
    row = home.database.capture(capture.sha256)
    if row is None:
        raise StoreError(f"{capture.name} is neither in the inbox nor filed; see: labsvc verify")
    state = CaptureState.DUPLICATE if known else row.state
    reason = "the same bytes were filed before" if known else row.reason
    runs = tuple(
        (one.run_id, one.verdict)
        for one in home.database.results(limit=1000)
        if one.sha256 == capture.sha256
    )
    return Filed(capture.name, state, row.folder, runs, reason)

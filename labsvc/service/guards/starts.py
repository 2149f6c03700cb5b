"""Starts that did not end as they should: after several, drivers from outside are left out.

Each start is written down before anything from outside is loaded, and struck out when the service
ends as it was asked to, or has run for a while.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from labsvc.errors import LabsvcError, StoreError
from labsvc.notify.alerts import for_trouble
from labsvc.service.home import Home
from labsvc.store.durable import write_durably

NAME = "starts.json"
SETTLED = timedelta(minutes=15)
"""A start that lived for so long was no failure; the watchdog ends what is stuck before."""
LOOP = timedelta(hours=1)
FAILURES = 3
"""So many starts within the hour that failed make the next one a safe one."""


@contextmanager
def counted(root: Path, now: datetime) -> Iterator[Sequence[datetime]]:
    """One start, from before anything is loaded to the end: when those before it that failed were.

    An end with a sentence (settings unfit, disk away) is no failure, a crash is one.
    """
    failed = [at for at in _read(root) if timedelta(0) <= now - at < LOOP]
    _write(root, [*failed, now])
    try:
        yield failed
    except LabsvcError:
        settled(root)
        raise
    settled(root)


def settled(root: Path) -> None:
    """All is well: no start counts as failed any more."""
    _write(root, [])


def too_many(failed: Sequence[datetime]) -> bool:
    return len(failed) >= FAILURES


def reason(failed: Sequence[datetime], outside: Sequence[str], *, asked: bool) -> str | None:
    """Why drivers from ``outside`` are left out this time; None when they are not."""
    names = ", ".join(outside) or "none is installed"
    if asked:
        return f"safe mode, as asked for: drivers from outside are not loaded ({names})"
    if not outside or not too_many(failed):
        return None
    return (
        f"safe mode: the service ended {len(failed)} times within an hour soon after its start, so "
        f"drivers from outside are not loaded ({names}). Look into the log for what ended it, mend "
        "or uninstall the driver, then start the service again"
    )


def tell(home: Home, why: str, at: datetime) -> None:
    """Owe the lab a message of a safe start that nobody asked for."""
    alert = for_trouble("Started in safe mode", "labsvc", why, key=f"safe:{at.date()}", at=at,
                        advice="Sources that name such a driver are not watched meanwhile; what "
                        "lies in their folders is taken when it is back.")  # fmt: skip
    with contextlib.suppress(StoreError):
        home.database.owe([alert], at)


def _read(root: Path) -> list[datetime]:
    try:
        found = [datetime.fromisoformat(at) for at in json.loads((root / NAME).read_bytes())]
        return [at for at in found if at.tzinfo is not None]
    except (OSError, ValueError, TypeError):
        return []


def _write(root: Path, starts: Sequence[datetime]) -> None:
    # A full disk must not keep the service from starting: then nothing is counted.
    with contextlib.suppress(StoreError):
        write_durably(root / NAME, json.dumps([at.isoformat() for at in starts]).encode("ascii"))

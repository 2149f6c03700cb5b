"""A capture that stopped the service is first worked out by a process of its own, which may die.

Attempts are counted before the work, so the count itself says that the service did not survive it:
its driver hung where nothing can interrupt it and the watchdog ended the service, or it broke the
process. Here that costs one process, and the capture is set aside.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Final

import structlog

from labsvc.service.guards.deadline import BYTES_PER_DEADLINE
from labsvc.service.work import members
from labsvc.service.work.ahead import Ahead
from labsvc.service.work.drafting import Draft
from labsvc.service.work.line import Line
from labsvc.store.inbox import Entry

START_SECONDS: Final = 30.0
"""How long a process may take to start; half a second is usual."""
FURTHER_SECONDS: Final = 30.0
"""What all else than the driver may take: fits, figures, the report."""

log = structlog.get_logger("labsvc.apart")


@dataclass(frozen=True, slots=True)
class Tried:
    """``draft`` where one was made; ``failed``: the sentence of a process that did not come back.

    Neither: nothing was learned, or what is wrong with the capture has a name of its own.
    """

    draft: Draft | None = None
    failed: str | None = None


def try_apart(line: Line, entry: Entry) -> Tried:
    """Have one capture worked out by another process, and end that in any case."""
    try:
        process = Ahead(line, members.start(1)[0])
    except OSError as error:
        log.warning("capture not tried apart", name=entry.name, reason=str(error))
        return Tried()
    try:
        return _tried(line, entry, process)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        # A driver that cannot be handed over.
        log.warning("capture not tried apart", name=entry.name, reason=str(error))
        return Tried()
    finally:
        process.close()


def _tried(line: Line, entry: Entry, process: Ahead) -> Tried:
    if not process.ready(START_SECONDS):
        return Tried()
    process.order(entry)
    seconds = line.registry.deadline.seconds * (1 + entry.size / BYTES_PER_DEADLINE)
    draft = process.draft(entry, seconds + FURTHER_SECONDS)
    if process.ready():
        return Tried(draft)
    return Tried(
        failed=f"the service stopped while it was worked on, and a process of its own did not come "
        f"back from it within {seconds + FURTHER_SECONDS:.3g} s: a fault of labsvc or of its "
        "driver, not of the file. Tell whoever made the driver"
    )

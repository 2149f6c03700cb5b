"""A capture that stopped what worked on it is tried by a process of its own, which may die.

Attempts are counted before the work, so the count itself says that the service did not survive it:
its driver hung where nothing can interrupt it and the watchdog ended the service, or it broke the
process. Another process that had it in hand and did not come back says the same. Here that costs
one more process, and the capture is set aside.
"""

from __future__ import annotations

import structlog

from labsvc.service.work import members
from labsvc.service.work.ahead import START_SECONDS, Ahead
from labsvc.service.work.draft import Refusal, Worked
from labsvc.service.work.line import Line
from labsvc.store.inbox import Entry

log = structlog.get_logger("labsvc.apart")


def try_apart(line: Line, entry: Entry) -> Worked | None:
    """Have one capture worked out by another process, and end that in any case.

    None: nothing was learned, or what is wrong with the capture is to be met by the line.
    """
    try:
        process = Ahead(line, members.start(1)[0])
    except OSError as error:
        log.warning("capture not tried apart", name=entry.name, reason=str(error))
        return None
    try:
        if not process.ready(START_SECONDS):
            return None
        process.order(entry)
        worked = process.draft(entry)
        return _never_came_back(entry) if process.gone else worked
    finally:
        process.close()


def _never_came_back(entry: Entry) -> Refusal:
    log.error("a process did not come back from a capture", name=entry.name)
    return Refusal(
        "what worked on it stopped, and a process of its own that tried it again did not come back "
        "from it: a fault of labsvc or of its driver, not of the file. Tell whoever made the driver"
    )

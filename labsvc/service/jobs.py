"""What the service does by the clock, on APScheduler, in threads of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from labsvc.errors import StoreError

Job = Callable[..., object]
log = structlog.get_logger("labsvc.jobs")

_LATE: Final[dict[str, Any]] = {"misfire_grace_time": None, "coalesce": True}
"""One that is late, as after a sleep of the computer, is done all the same, and once."""


class Jobs:
    """From ``start`` to ``stop``; none is done beside itself. A job of a name takes its place."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def every(
        self, seconds: float, do: Job, *, first: float | None = None, name: str | None = None
    ) -> None:
        """Again and again; the first time after ``first`` seconds, else after ``seconds``."""
        soon = {} if first is None else {"next_run_time": _after(first)}
        self._scheduler.add_job(do, "interval", id=name, seconds=seconds, max_instances=1,
                                replace_existing=name is not None, **soon, **_LATE)  # fmt: skip

    def once(self, do: Job, *args: object, after: float = 0.0, name: str | None = None) -> None:
        """After so many seconds."""
        self._scheduler.add_job(do, "date", args=args, id=name, run_date=_after(after),
                                replace_existing=name is not None, **_LATE)  # fmt: skip

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """What goes on is finished; nothing else is begun."""
        # APScheduler 3 ends in an error when it is stopped while it has a job in hand: so it begins
        # none any more, and has let go of all of them (this waits for it).
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)


def as_far_as_it_goes(do: Callable[[], object], failed: str) -> None:
    """A job whose next time comes by itself, when our own disk or database fails in this one."""
    try:
        do()
    except StoreError as error:
        log.error(failed, reason=str(error))


def _after(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)

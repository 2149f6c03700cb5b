"""The service in this process, from its home to its end."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from labsvc.cli.common import opened
from labsvc.cli.signals import ENDING, heard
from labsvc.service.daemon import Daemon
from labsvc.service.guards import starts
from labsvc.service.guards.access import keep_from_others
from labsvc.service.home import Home, find_home
from labsvc.service.registry import from_outside, load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.vitals.logfile import FOLDER as LOG
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.work.members import Member
from labsvc.store.lock import HomeLock


def serve(home: Path | None, members: Sequence[Member], *, safe: bool) -> None:
    """Until it is asked to end. ``members`` were started to work captures out."""
    set_up_logs()
    keep_from_others(find_home(home))
    with opened(home) as place, HomeLock(place.root):
        set_up_logs(keep=place.root / LOG, limited=True)
        with suppress(OSError, RuntimeError):  # standard error may be no file
            # Where each thread was when the watchdog ended it, or a library broke the process.
            faulthandler.enable()
        with starts.counted(place.root, datetime.now(UTC)) as failed:
            outside = from_outside() if safe or starts.too_many(failed) else ()
            daemon = _daemon(place, starts.reason(failed, outside, asked=safe), members)
            if daemon.safe is not None and not safe:
                starts.tell(place, daemon.safe, datetime.now(UTC))
            # Before the start: a stop that comes in the middle of it is heard too.
            # At a terminal, SIGHUP means that it was closed.
            anew = () if sys.stderr.isatty() else ("SIGHUP",)
            with heard(daemon.stop, *ENDING), heard(daemon.reload, *anew), daemon:
                daemon.run()


def _daemon(home: Home, safe: str | None, members: Sequence[Member]) -> Daemon:
    seconds = home.settings.deadline_seconds
    drivers = load_drivers(home.root / TABLES, safe=safe is not None, seconds=seconds)
    return Daemon(home, drivers, safe=safe, members=members)

"""The service in a host that starts and stops it by calls, as Windows' service manager does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from labsvc.service.daemon import Daemon
from labsvc.service.guards import starts
from labsvc.service.guards.access import keep_from_others
from labsvc.service.home import Home, open_home
from labsvc.service.installing.windowspaths import DriveType, refuse_mapped, refuse_shared_home
from labsvc.service.registry import from_outside, load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.vitals.logfile import FOLDER as LOG
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.watching.sources import utc_now
from labsvc.store.lock import HomeLock


class Hosted:
    """The service in a host that starts and stops it by calls, from threads of its own."""

    def __init__(self, home: Path, drive_type: DriveType) -> None:
        self._home = home
        self._drive_type = drive_type
        self._stopping = threading.Event()
        self._daemon: Daemon | None = None

    def run(self, ready: Callable[[], None]) -> None:
        """Work until ``stop``. ``ready`` is called when the sources are open.

        ConfigError when a person must act: to start again would not help. What else comes out is
        an end that a new start may mend.
        """
        refuse_shared_home(str(self._home), self._drive_type)
        keep_from_others(self._home)
        place = open_home(self._home)
        try:
            folders = {f"source {one.name}": str(one.folder)
                       for one in place.settings.sources if one.folder is not None}  # fmt: skip
            refuse_mapped(folders, self._drive_type)
            set_up_logs(keep=place.root / LOG, limited=True)
            with HomeLock(place.root), starts.counted(place.root, utc_now()) as failed:
                self._work(place, failed, ready)
        finally:
            place.close()

    def _work(self, place: Home, failed: Sequence[datetime], ready: Callable[[], None]) -> None:
        """After several starts that failed without drivers from outside, as ``labsvc run``."""
        outside = from_outside() if starts.too_many(failed) else ()
        safe = starts.reason(failed, outside, asked=False)
        seconds = place.settings.deadline_seconds
        drivers = load_drivers(place.root / TABLES, safe=safe is not None, seconds=seconds)
        if safe is not None:
            starts.tell(place, safe, utc_now())
        with Daemon(place, drivers, safe=safe) as daemon:
            self._daemon = daemon
            ready()
            if not self._stopping.is_set():
                daemon.run()

    def stop(self) -> None:
        """Ask it to end; at any time, from any thread."""
        self._stopping.set()
        if self._daemon is not None:
            self._daemon.stop()

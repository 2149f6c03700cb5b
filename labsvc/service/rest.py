"""The worker's rest between two rounds: until it is called, or there may be something to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from labsvc.capture.mode import mode_of
from labsvc.capture.watch import FolderWatch
from labsvc.errors import StoreError
from labsvc.service.home import Home
from labsvc.service.jobs import Jobs
from labsvc.store.mounts import filesystem

QUIET_SECONDS: Final = 0.3
"""How long protocols/ and runsheets/ rest before they are read: an editor saves in steps."""
GLANCE_SECONDS: Final = 2.0
"""How often, while nothing calls, it is seen whether another command put something into the inbox,
and folders of which the system tells nothing are read."""
ROUND_SECONDS: Final = 30.0
"""After so long without a call everything is looked at all the same. A round lists every run sheet:
with 500 of them it costs more than all else at rest."""


class Rest:
    """Between ``start`` and ``stop`` what stirs in protocols/ and runsheets/ calls as well.

    ``waits`` says whether a part of the service waits for what no event tells of.
    """

    def __init__(
        self,
        home: Home,
        jobs: Jobs,
        *,
        waits: Callable[[], bool],
        glance: float = GLANCE_SECONDS,
    ) -> None:
        folders = (home.protocols, home.runsheets)
        self._inbox = home.inbox
        self._jobs = jobs
        self._waits = waits
        self._glance = glance
        self._called = threading.Event()
        self._watches = [FolderWatch(folder) for folder in folders]
        self._events_tell = all(mode_of("auto", filesystem(one)).relied for one in folders)

    def start(self) -> None:
        for watch in self._watches:
            watch.start(self._call_when_quiet)

    def stop(self) -> None:
        for watch in self._watches:
            watch.stop()

    def call(self) -> None:
        """There is something to do; from any thread."""
        self._called.set()

    def until_called(self) -> None:
        """Mostly a call tells that there is something to do; else it is looked for."""
        until = monotonic() + ROUND_SECONDS
        while not self._called.wait(self._glance):
            if monotonic() >= until or self._may_be_due():
                break
        self._called.clear()

    def _may_be_due(self) -> bool:
        """Whether something waits that no event tells of, as far as a glance shows."""
        told = self._events_tell and all(watch.reason is None for watch in self._watches)
        if not told or self._waits():
            return True
        try:
            return self._inbox.entries() != []
        except StoreError:
            return True  # The round meets it as well, and says so.

    def _call_when_quiet(self) -> None:
        self._jobs.once(self.call, after=QUIET_SECONDS, name="call-when-quiet")

"""When the index of the archive is written anew: after something was filed, by another process.

To write it everything that was ever filed is looked at. The service itself would keep the memory
for that as long as it lives; a process of its own gives it back.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from time import perf_counter

from labsvc.errors import StoreError
from labsvc.service.home import Home
from labsvc.service.trends.chartbook import changed_ns
from labsvc.store.runlist import State, state_of

SHARE = 50.0
"""It takes at most one part in so many of the time, however large the archive."""


@dataclass(slots=True)
class Renewal:
    """Has the index of one home written when it is out of date."""

    home: Home
    share: float = SHARE
    _made_of: tuple[State, int] | None = field(default=None, init=False)
    _next: float = field(default=0.0, init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def renew(self) -> bool:
        """Write it where something was filed or noted since, and not oftener than it is worth.

        StoreError when it could not be written.
        """
        state = self._state()
        if perf_counter() < self._next or state == self._made_of:
            return False
        started = perf_counter()
        self._write()
        self._made_of = state
        self._next = perf_counter() + self.share * (perf_counter() - started)
        return True

    def close(self) -> None:
        """End a writing that goes on: each page is whole or as it was, and the next start mends."""
        if self._process is not None:
            self._process.kill()

    def _state(self) -> tuple[State, int]:
        return state_of(self.home.database), changed_ns(self.home.root)

    def _write(self) -> None:
        words = "from labsvc.service.trends.indexing import main; main()"
        with subprocess.Popen(  # noqa: S603 - our own program, and the home it was opened with
            [sys.executable, "-P", "-c", words, str(self.home.root)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the service alone.
        ) as self._process:
            _, said = self._process.communicate()
        if self._process.returncode:
            why = said.strip().splitlines()[-1:] or ["it was ended"]
            raise StoreError(f"the index of the archive was not written: {why[0]}")

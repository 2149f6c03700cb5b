"""When the index of the archive is written anew: after something was filed, by another process.

To write it everything that was ever filed is looked at. The service itself would keep the memory
for that as long as it lives; a process of its own gives it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from labsvc.service.guards.ownprocess import OwnProcess
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
    _writing: OwnProcess = field(init=False)

    def __post_init__(self) -> None:
        self._writing = OwnProcess("labsvc.service.trends.indexing")

    def renew(self) -> bool:
        """Write it where something was filed or noted since, and not oftener than it is worth.

        StoreError when it could not be written.
        """
        state = self._state()
        if perf_counter() < self._next or state == self._made_of:
            return False
        started = perf_counter()
        if not self._writing.run("the index of the archive", str(self.home.root)):
            return False
        self._made_of = state
        self._next = perf_counter() + self.share * (perf_counter() - started)
        return True

    def close(self) -> None:
        """End a writing that goes on: each page is whole or as it was, and the next start mends."""
        self._writing.close()

    def _state(self) -> tuple[State, int]:
        return state_of(self.home.database), changed_ns(self.home.root)

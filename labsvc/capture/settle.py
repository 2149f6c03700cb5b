"""When a file has come to rest: its size and its time have not changed for a while.

Pure. The only clock is the monotonic reading handed in, so that a host whose date steps (no
battery clock, summer time) neither takes a file too early nor waits for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a listing tells of a file: its size in bytes, its time of change in nanoseconds."""

    size: int
    modified_ns: int


@dataclass(slots=True)
class _Rest:
    stamp: Stamp
    since: float
    pause: float = 0.0
    stirred: bool = False
    looked: bool = False


@dataclass(slots=True)
class Settling:
    """The files that are still waiting, each with when its present stamp was first seen."""

    _waiting: dict[str, _Rest] = field(default_factory=dict)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The paths that wait."""
        return tuple(self._waiting)

    def rested(self, path: str, stamp: Stamp, now: float) -> float:
        """Seconds for which ``path`` has kept ``stamp``; 0.0 when the stamp is new."""
        rest = self._waiting.get(path)
        if rest is None:
            rest = self._waiting[path] = _Rest(stamp, now)
        elif rest.stamp != stamp:
            pause = max(rest.pause, now - rest.since)
            rest = self._waiting[path] = _Rest(stamp, now, pause, stirred=True)
        return now - rest.since

    def pause(self, path: str) -> float:
        """The longest time in seconds between two changes of a file that waits."""
        return self._waiting[path].pause

    def learn(self, path: str, pause: float) -> None:
        """A pause of a file that waits, which was not seen here."""
        rest = self._waiting[path]
        rest.pause = max(rest.pause, pause)

    def stirred(self, path: str) -> bool:
        """Whether a file that waits was seen to change: somebody is writing to it."""
        return self._waiting[path].stirred

    def waits(self, path: str) -> bool:
        """Whether it was seen to wait before."""
        return path in self._waiting

    def first_look(self, path: str) -> bool:
        """True once for each stamp of ``path``: its content is worth one early look."""
        rest = self._waiting[path]
        first, rest.looked = not rest.looked, True
        return first

    def done(self, path: str) -> None:
        """``path`` was taken, or is gone: it waits no longer."""
        self._waiting.pop(path, None)

    def keep_only(self, present: Collection[str]) -> None:
        """Forget what is not in the folder any more."""
        for path in self._waiting.keys() - present:
            del self._waiting[path]

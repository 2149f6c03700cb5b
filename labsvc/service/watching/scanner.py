"""Every watched folder has a thread that looks at it: on a hint, or when a file may be ready.

One share that does not answer keeps nobody else waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import structlog

from labsvc.capture.folder import FolderSource
from labsvc.capture.mode import mode_of
from labsvc.capture.tally import ScanReport
from labsvc.capture.watch import FolderWatch
from labsvc.errors import SourceError, StoreError
from labsvc.store.mounts import filesystem

RETRY_SECONDS = 5.0
"""How soon a folder is scanned again after our own disk or database failed."""
UNANSWERED_SECONDS = 120.0
"""A look that goes on for longer, and takes no file, waits for a share that does not answer."""
MOST_TOLD = 5000
"""Of more files at once the whole folder is looked at."""
STOP_SECONDS = 10.0

log = structlog.get_logger("labsvc.sources")


@dataclass(frozen=True, slots=True)
class Watched:
    """How a folder is watched and why, when it was last listed, and what in it cannot be read."""

    watching: str
    looked_at: datetime | None
    unreadable: tuple[str, ...]


class FolderLoop:
    """The thread of one folder."""

    def __init__(self, name: str, source: FolderSource) -> None:
        self.source = source
        self.trouble: str | None = None
        """Why the folder cannot be listed now."""
        self.watching = "not looked at yet"
        """Whether there are events, and why."""
        self.looked_at: datetime | None = None
        """When the folder was last listed."""
        self.turns = 0
        self._name = name
        self._path = Path(source.folder)
        self._watch = FolderWatch(self._path, recursive=source.settings.recursive)
        self._events = True
        self._place: tuple[int, int] | None = None
        self._hinted = False
        self._told: set[str] = set()
        self._told_before: set[str] = set()
        self._names_before = False
        """What a look that failed is to look at again, and whether it listed."""
        self._due: float | None = None
        self._looking: tuple[float, int] | None = None
        self._turn = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"folder {name}", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def looking(self) -> bool:
        return self._looking is not None

    @property
    def away(self) -> str | None:
        """Why nothing can be read now; None: all is well."""
        looking = self._looking
        if looking is None or looking[1] != self.source.in_view:
            return self.trouble
        seconds = monotonic() - looking[0]
        if seconds < UNANSWERED_SECONDS:
            return self.trouble
        return f"folder {self._path} has not answered for {seconds:.0f} s. Check the share"

    def start(self) -> None:
        self.hint()
        self._thread.start()

    def ask_to_stop(self) -> None:
        with self._turn:
            self._stopping = True
            self._turn.notify()

    def join(self, seconds: float) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout=seconds)

    def hint(self) -> None:
        """Look for names that came, and at everything when that is due."""
        with self._turn:
            self._hinted = True
            self._turn.notify()

    def tell(self, path: str) -> None:
        """This file stirs."""
        with self._turn:
            if len(self._told) < MOST_TOLD:
                self._told.add(path)
            else:
                self._hinted = True
            self._turn.notify()

    def _run(self) -> None:
        try:
            self._choose()
            while (turn := self._next()) is not None:
                self._looking = monotonic(), self.source.in_view
                self.look(turn[0], names=turn[1])
                self._looking, self.turns = None, self.turns + 1
        finally:
            self._watch.stop()

    def _next(self) -> tuple[set[str], bool] | None:
        """The paths to look at and whether to list, waiting for one or the other."""
        with self._turn:
            while not self._stopping:
                left = None if self._due is None else self._due - monotonic()
                if self._hinted or self._told or (left is not None and left <= 0):
                    turn = self._told | self._told_before, self._hinted or self._names_before
                    self._told, self._hinted, self._due = set(), False, None
                    self._told_before, self._names_before = set(), False
                    return turn
                self._turn.wait(left)
        return None

    def _choose(self) -> None:
        """By the settings and the file system; asked for events here, as a share may not answer."""
        mode = mode_of(self.source.settings.watch, filesystem(self._path))
        self.source.rely(mode.relied)
        self._events = mode.events
        self._watch.stop()
        self.watching = f"regular looks: {mode.why}"
        if mode.events:
            self._watch.start(self.hint, self.tell)
            why = self._watch.reason
            self.watching = f"regular looks: {why}" if why else f"events and looks: {mode.why}"

    def look(self, told: set[str], *, names: bool) -> None:
        """Once; what fails is told by ``away`` or tried again, and never raised."""
        try:
            report = self.source.look(told, names=names)
        except SourceError as error:
            if self.trouble != str(error):
                log.warning("source away", source=self._name, reason=str(error))
            self.trouble = str(error)
        except StoreError as error:
            log.error("store failed", source=self._name, reason=str(error),
                      retry_seconds=RETRY_SECONDS)  # fmt: skip
            self._again(told, names=names)
        except Exception:
            # A bug of ours must not end the thread that the folder depends on.
            log.exception("scan failed", source=self._name)
            self._again(told, names=names)
        else:
            self._looked(report)

    def _looked(self, report: ScanReport) -> None:
        was_away, self.trouble = self.trouble is not None, None
        self.looked_at = datetime.now(UTC)
        if was_away:
            log.info("source back", source=self._name)
        ended = self._events and self._watch.reason is not None
        moved = None not in (self._place, self.source.place) and self._place != self.source.place
        self._place = self.source.place
        if was_away or ended or moved:
            # Another file system may lie there by now; events of the folder before have ended.
            self._choose()
            if self._events and self._watch.reason is None:
                # What came between the look and the first event.
                self.hint()
        if report.next_look_seconds is not None:
            self._look_in(report.next_look_seconds)

    def _again(self, told: set[str], *, names: bool) -> None:
        """The same look once more, after a while."""
        with self._turn:
            self._told_before |= told
            self._names_before = self._names_before or names
            self._due = monotonic() + RETRY_SECONDS

    def _look_in(self, seconds: float) -> None:
        with self._turn:
            self._due = monotonic() + seconds


class Scanner:
    """The loops of all folders."""

    def __init__(self, folders: Mapping[str, FolderSource]) -> None:
        self._loops = {name: FolderLoop(name, source) for name, source in folders.items()}

    @property
    def away(self) -> Mapping[str, str]:
        """Sources that cannot be listed now, and why."""
        found = {name: loop.away for name, loop in self._loops.items()}
        return {name: why for name, why in found.items() if why is not None}

    @property
    def watched(self) -> Mapping[str, Watched]:
        """Of each folder."""
        return {
            name: Watched(loop.watching, loop.looked_at, loop.source.unreadable)
            for name, loop in self._loops.items()
        }

    @property
    def in_view(self) -> int:
        """How many new files the looks that go on have seen and not taken yet."""
        return sum(loop.source.in_view for loop in self._loops.values())

    @property
    def mark(self) -> tuple[object, ...] | None:
        """What changes as the looks get on; None while all folders wait for the next one.

        While one share does not answer and others do, that one is ``away``.
        """
        loops = self._loops.values()
        if not all(loop.alive for loop in loops):
            return ("ended",)
        if not any(loop.looking for loop in loops):
            return None
        return tuple((loop.turns, loop.source.in_view) for loop in loops)

    def start(self) -> None:
        for loop in self._loops.values():
            loop.start()

    def stop(self) -> None:
        for loop in self._loops.values():
            loop.ask_to_stop()
        until = monotonic() + STOP_SECONDS
        for loop in self._loops.values():
            loop.join(max(until - monotonic(), 0.0))

    def hint(self, name: str) -> None:
        self._loops[name].hint()

    def hint_all(self) -> None:
        for loop in self._loops.values():
            loop.hint()

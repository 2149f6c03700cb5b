"""Events of the operating system for a folder: hints that a scan is worth while, never more.

Events are lost in bulk copies and never come at all from many network shares; the scan is the
truth and goes on by itself whether or not there are hints.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

# Our own reading of a file opens and closes it: those events are not asked for.
_EVENTS: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_LIMITS: Final = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}
_STOP_SECONDS: Final = 5.0


class _Hints(FileSystemEventHandler):
    def __init__(self, hint: Callable[[], None]) -> None:
        self._hint = hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._hint()


class FolderWatch:
    """Calls a hint when something stirs in a folder.

    ``reason`` is None while events are on; otherwise it says why there are none, and the folder
    is looked at by scanning alone.
    """

    def __init__(
        self,
        path: Path,
        *,
        recursive: bool = False,
        observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self._path = path
        self._recursive = recursive
        self._make = observer
        self._observer: BaseObserver | None = None
        self.reason: str | None = "not started"

    def start(self, hint: Callable[[], None]) -> None:
        """Ask for events; ``hint`` is called on another thread. Starting again begins afresh.

        Never raises for what the operating system refuses: see ``reason``.
        """
        self.stop()
        try:
            observer = self._make()
            observer.schedule(
                _Hints(hint), str(self._path), recursive=self._recursive, event_filter=_EVENTS
            )
            observer.start()
        except OSError as error:
            self.reason = _refusal(self._path, error)
            return
        self._observer, self.reason = observer, None

    def stop(self) -> None:
        """Ask for no more events. Stopping twice is stopping once."""
        observer, self._observer = self._observer, None
        if observer is None:
            return
        observer.stop()
        observer.join(_STOP_SECONDS)
        self.reason = "stopped"


def _refusal(path: Path, error: OSError) -> str:
    said = error.strerror or str(error)
    limit = _LIMITS.get(error.errno or 0)
    if limit is None:
        return f"no events for {path}: {said}; the folder is scanned instead"
    return f"no events for {path}: {said}; raise {limit} (sysctl), until then it is scanned instead"

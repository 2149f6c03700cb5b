"""Events of the operating system for a folder: hints that a scan is worth while, never more.

Events are lost in bulk copies and never come at all from many network shares; the scan is the
truth and goes on by itself whether or not there are hints.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from queue import Empty
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
Hint = Callable[[], None]
Told = Callable[[str], None]


class _Hints(FileSystemEventHandler):
    def __init__(self, hint: Hint, told: Told | None) -> None:
        self._hint = hint
        self._told = told

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or self._told is None:
            self._hint()
            return
        for path in (event.src_path, event.dest_path):
            if path:
                self._told(os.fsdecode(path))


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
        self._reason: str | None = "not started"

    @property
    def reason(self) -> str | None:
        observer = self._observer
        if observer is None or _lives(observer):
            return self._reason
        return f"no events for {self._path}: what watched it has ended; it is scanned instead"

    def start(self, hint: Hint, told: Told | None = None) -> None:
        """Ask for events; ``hint`` is called on another thread. Starting again begins afresh.

        Of files ``told``, where there is one, is called instead, with the path.

        Never raises for what the operating system refuses: see ``reason``.
        """
        self.stop()
        try:
            self._path.stat()  # on Windows what watches a folder that is away ends in a thread
            observer = self._make()
            observer.schedule(
                _Hints(hint, told), str(self._path), recursive=self._recursive, event_filter=_EVENTS
            )
            observer.start()
        except OSError as error:
            self._reason = _refusal(self._path, error)
            return
        except Empty:  # on Windows: the folder did not answer within 2 s
            observer.stop()
            self._reason = f"no events for {self._path}: slow to answer; it is scanned instead"
            return
        self._observer, self._reason = observer, None

    def stop(self) -> None:
        """Ask for no more events. Stopping twice is stopping once."""
        observer, self._observer = self._observer, None
        if observer is None:
            return
        observer.stop()
        observer.join(_STOP_SECONDS)
        self._reason = "stopped"


def _lives(observer: BaseObserver) -> bool:
    """An error of a share ends the thread that reads its events, and nothing is said of it."""
    return observer.is_alive() and all(one.is_alive() for one in observer.emitters)


def _refusal(path: Path, error: OSError) -> str:
    said = error.strerror or str(error)
    limit = _LIMITS.get(error.errno or 0)
    if limit is None:
        return f"no events for {path}: {said}; the folder is scanned instead"
    return f"no events for {path}: {said}; raise {limit} (sysctl), until then it is scanned instead"

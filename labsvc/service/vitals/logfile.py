"""The newest lines of the log, kept in the home as JSON: for a person, and for the support bundle.

Two files of bounded size, so that a log never fills a disk. That it cannot be written is no reason
for anything to stop: standard error has the same lines.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

FOLDER: Final = "log"
NAME: Final = "labsvc.log"
OLDER: Final = "labsvc.log.1"
MOST_BYTES: Final = 1_000_000
"""Of each of the two files."""
_LONGEST_LINE: Final = 20_000


class LogFile:
    """A processor of the log that keeps each event, and hands it on as it came."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._turn = threading.Lock()

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        line = json.dumps(event, default=str)
        if len(line) > _LONGEST_LINE:
            short = {name: str(one)[:500] for name, one in event.items()}
            line = json.dumps(short)[:_LONGEST_LINE]
        with self._turn, suppress(OSError):
            self._write(line.encode("ascii", "replace") + b"\n")
        return event

    def _write(self, line: bytes) -> None:
        """Opened for each line: they are few, and another program may move the file away."""
        path = self._folder / NAME
        try:
            if path.stat().st_size + len(line) > self._most_bytes:
                path.replace(self._folder / OLDER)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def newest_lines(folder: Path, most: int) -> list[dict[str, Any]]:
    """The newest events that the log of a home has, the oldest first; what is no event is not one.

    Raises OSError when there is a log and it cannot be read.
    """
    found: deque[dict[str, Any]] = deque(maxlen=most)
    for name in (OLDER, NAME):
        with suppress(FileNotFoundError), (folder / name).open("rb") as file:
            for line in file.read(2 * MOST_BYTES).splitlines():
                if (event := _event(line)) is not None:
                    found.append(event)
    return [*found]


def _event(line: bytes) -> dict[str, Any] | None:
    """None: a line cut short by a crash or by somebody's hand."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None

"""What a serial line brought, on disk before anything looks at it.

Two files in the spool folder of a source:

    current.bin                  bytes received and not yet delivered; its time of change is when
                                 the last of them came
    transcript-2026-03-02.bin    every byte of that day (UTC), for ever, never read by us

One thread appends, another takes: each call is safe beside the others.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from labsvc.store.durable import our_disk, sync_folder

PIECE_BYTES: Final = 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes next in line. ``at`` is when the last of them came.

    ``recovered``: they came before this service started. ``broken_off`` says why the line broke
    off behind them; None when it did not.
    """

    content: bytes
    at: datetime
    recovered: bool
    broken_off: str | None


class Spool:
    """The spool of one line. ``folder`` is its own; it is made when it is missing.

    Raises StoreError (DiskFull when there is no room) for whatever our disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "current.bin"
        self._lock = threading.Lock()
        self._transcript: tuple[str, int] | None = None
        with our_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, _APPEND, 0o640)
            sync_folder(folder)
            found = os.fstat(self._file)
        self._size = found.st_size
        self._given = 0
        self._at = _EPOCH + timedelta(microseconds=found.st_mtime_ns // 1000)
        # Where pieces end: at the bytes found at the start, and wherever the line broke off.
        self._marks: deque[tuple[int, str | None]] = deque()
        self._recovered_until = found.st_size
        if found.st_size > 0:
            self._marks.append((found.st_size, None))

    @property
    def size(self) -> int:
        """Bytes in current.bin."""
        return self._size

    def append(self, content: bytes, at: datetime) -> None:
        """Make ``content``, received ``at``, durable: all of it, or (StoreError) none of it."""
        with self._lock, our_disk(self._folder):
            # What is to be delivered first: a kill between the two costs the transcript alone.
            files = (self._file, self._transcript_of(at))
            before = [os.fstat(file).st_size for file in files]
            try:
                for file in files:
                    _write(file, content)
                _set_time(self._path, at)
                os.fsync(self._file)
            except OSError:
                for file, size in zip(files, before, strict=True):
                    os.ftruncate(file, size)
                raise
            self._size += len(content)
            self._at = at

    def break_off(self, why: str) -> None:
        """Say that the line broke off behind the bytes that came so far."""
        with self._lock:
            self._marks.append((self._size, why))

    def take(self) -> Piece | None:
        """The next bytes, PIECE_BYTES at most and to no further than the next break; None: none."""
        with self._lock, our_disk(self._folder):
            if self._given == self._size and not self._marks:
                return None
            end, why = self._marks[0] if self._marks else (self._size, None)
            if end - self._given > PIECE_BYTES:
                end, why = self._given + PIECE_BYTES, None
            elif self._marks:
                self._marks.popleft()
            with self._path.open("rb") as file:
                file.seek(self._given)
                content = file.read(end - self._given)
            recovered = self._given < self._recovered_until
            self._given = end
            return Piece(content, self._at, recovered, why)

    def keep(self, pending: bytes) -> None:
        """Let go of what was taken, but for ``pending``. The transcript has it all, durably."""
        with self._lock, our_disk(self._folder):
            if self._transcript is not None:
                os.fsync(self._transcript[1])
            self._replace(pending)
            moved = self._given - len(pending)
            self._given -= moved
            self._size -= moved
            self._recovered_until -= moved
            self._marks = deque((end - moved, why) for end, why in self._marks)

    def close(self) -> None:
        """Close the files; what is in them stays."""
        with self._lock:
            os.close(self._file)
            if self._transcript is not None:
                os.close(self._transcript[1])

    def _replace(self, pending: bytes) -> None:
        """``pending`` in place of all that was given; what follows stays, however much it is."""
        if not pending and self._given == self._size:  # needs no room: works on a full disk
            os.ftruncate(self._file, 0)
            _set_time(self._path, self._at)
            os.fsync(self._file)
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file, self._path.open("rb") as old:
            file.write(pending)
            old.seek(self._given)
            shutil.copyfileobj(old, file, PIECE_BYTES)
            file.flush()
            _set_time(fresh, self._at)
            os.fsync(file.fileno())
        # Closed first: Windows does not rename over an open file.
        os.close(self._file)
        try:
            fresh.replace(self._path)
        finally:
            self._file = os.open(self._path, _APPEND, 0o640)
        sync_folder(self._folder)

    def _transcript_of(self, at: datetime) -> int:
        name = f"transcript-{at:%Y-%m-%d}.bin"
        if self._transcript is None or self._transcript[0] != name:
            if self._transcript is not None:
                os.fsync(self._transcript[1])
                os.close(self._transcript[1])
                self._transcript = None
            self._transcript = (name, os.open(self._folder / name, _APPEND, 0o640))
        return self._transcript[1]


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def _set_time(path: Path, at: datetime) -> None:
    nanoseconds = (at - _EPOCH) // timedelta(microseconds=1) * 1000
    os.utime(path, ns=(nanoseconds, nanoseconds))

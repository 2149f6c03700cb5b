"""Keep a session of a serial line: every read with its time, on disk before the next one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from labsvc.capture.port import PORT_TROUBLE, check_url, open_port, parse_settings, receive
from labsvc.capture.recording import Chunk, head_of, line_of
from labsvc.errors import SourceError, StoreError
from labsvc.store.durable import our_disk

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How much was kept."""

    reads: int
    received: int


def record(
    url: str,
    settings: str,
    file: Path,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    pause: Callable[[float], object],
    until: Callable[[float], bool],
    told: Callable[[bytes], None] = lambda content: None,
) -> Recorded:
    """Read the port into ``file`` until ``until`` (given the seconds so far) says so.

    Nothing is sent to the instrument. Each read is one write of one whole line, so that a kill
    costs the line being written at most. Raises ConfigError for a URL or settings that are none,
    SourceError when the port fails (what came before is in the file), StoreError when the file is
    there already or cannot be written.
    """
    line = parse_settings(settings)
    check_url(url)
    reads = received = 0
    try:
        with closing(open_port(url, line)) as port, closing(_File(file)) as kept:
            kept.write(head_of(url, str(line), clock()))
            started = monotonic()
            while not until(monotonic() - started):
                content, fault = receive(port, pause)
                if content:
                    kept.write(line_of(Chunk(int((monotonic() - started) * 1000), content)))
                    reads, received = reads + 1, received + len(content)
                    told(content)
                if fault is not None:
                    raise fault
    except PORT_TROUBLE as error:
        kept_so_far = f" What came before, {received} bytes, is in {file}." if received else ""
        raise SourceError(
            f"port {url} cannot be read: {error}. Check that it is plugged in, that no other "
            f"program has it open and that this account may use it.{kept_so_far}"
        ) from error
    return Recorded(reads, received)


class _File:
    """A new file, written a line at a time. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with our_disk(path):
                self._file = os.open(path, _NEW, 0o644)
        except StoreError as error:
            if path.exists():
                raise StoreError(f"'{path}' is there already; name a new file") from error
            raise

    def write(self, text: str) -> None:
        with our_disk(self._path):
            left = memoryview(text.encode("utf-8", "backslashreplace"))
            while left:
                left = left[os.write(self._file, left) :]

    def close(self) -> None:
        os.close(self._file)

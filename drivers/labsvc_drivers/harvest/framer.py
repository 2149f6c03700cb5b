"""Cuts what a barcode scanner sends into scans: one line each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer

LONGEST_LINE = 256
_LINE_END = re.compile(rb"[\r\n]")


class ScanFramer(Framer):
    """A Frame at each carriage return or line feed, whichever the scanner sends first.

    The second of a pair is dropped when it comes: after a carriage return nobody can know whether
    a line feed follows, and the next scan may be hours away.
    """

    def __init__(self) -> None:
        self._line = b""

    @property
    def pending(self) -> bytes:
        return self._line

    def feed(self, data: bytes) -> Iterator[Frame | Fragment]:
        """Every scan that became whole with ``data``."""
        self._line += data
        return iter(tuple(self._events()))

    def _events(self) -> Iterator[Frame | Fragment]:
        while match := _LINE_END.search(self._line):
            line, self._line = self._line[: match.end()], self._line[match.end() :]
            if line.strip():
                yield from _event(line)
        if len(self._line) > LONGEST_LINE:
            line, self._line = self._line, b""
            yield _too_long(line)


def _event(line: bytes) -> Iterator[Frame | Fragment]:
    yield Frame(line) if len(line) <= LONGEST_LINE else _too_long(line)


def _too_long(line: bytes) -> Fragment:
    return Fragment(
        line,
        f"no line end within {LONGEST_LINE} bytes: compare the line settings with the scanner's, "
        "and have it send a carriage return after each barcode",
    )

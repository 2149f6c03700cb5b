"""Cuts what comes over the serial line into reports. It never sees the port."""

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer

LONGEST = 65_536
_FIRST = b"EXAMPLE INSTRUMENTS E-1 V"
_LAST_LINE = re.compile(rb"^END \d{4} \d+\r?\n", re.MULTILINE)


class ReportFramer(Framer):
    """From the first line of a report to its END line. Between two places minutes may pass."""

    def __init__(self) -> None:
        self._bytes = b""

    @property
    def pending(self) -> bytes:
        return self._bytes

    def feed(self, data: bytes) -> Iterator[Frame | Fragment]:
        """Every report that became whole with ``data``, and what broke off before it."""
        self._bytes += data
        return iter(tuple(self._parts()) if b"\n" in data else ())

    def _parts(self) -> Iterator[Frame | Fragment]:
        while match := _LAST_LINE.search(self._bytes):
            part, self._bytes = self._bytes[: match.end()], self._bytes[match.end() :]
            yield from _cut(part)
        if len(self._bytes) > LONGEST:
            part, self._bytes = self._bytes, b""
            yield Fragment(part, f"no END line within {LONGEST} bytes: compare the line settings")


def _cut(part: bytes) -> Iterator[Frame | Fragment]:
    """``part`` ends with an END line; its report begins at the last first line in it."""
    start = part.rfind(_FIRST)
    if start < 0:
        yield Fragment(part, "an END line without the first line of a report")
        return
    if part[:start].strip():
        yield Fragment(part[:start], "another report began before its END line")
    yield Frame(part[start:])

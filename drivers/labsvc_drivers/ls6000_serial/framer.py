"""Cuts the line into sessions: from Send Initiate to Break, with the messages between."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer
from labsvc_drivers.ls6000_serial.messages import BREAK, START, without_flow_control
from labsvc_drivers.ls6000_serial.session import BROKE_OFF

_LINE = re.compile(rb"\x01?+[^\r\n\x01]*+(?:\r\n|\n|\r(?=[^\n])|(?=\x01))")
_TYPE = slice(3, 4)
_LONGEST_LINE = 512
_LONGEST_SESSION = 10_000_000


class SessionFramer(Framer):
    """Gives a Frame at Break; what stands outside a session, or is interrupted, a Fragment.

    It looks at nothing but the start and the type of each message: lengths and checksums are for
    the parser, so that a session with one damaged message is kept together, and refused whole.
    """

    def __init__(self) -> None:
        self._session = b""
        self._line = b""

    @property
    def pending(self) -> bytes:
        return self._session + self._line

    def feed(self, data: bytes) -> Iterator[Frame | Fragment]:
        """Everything that became whole or broke off with ``data``."""
        self._line += without_flow_control(data)
        return iter(tuple(self._events()))

    def _events(self) -> Iterator[Frame | Fragment]:
        while found := _LINE.match(self._line):
            self._line = self._line[found.end() :]
            yield from self._take(found[0])
        if len(self._line) > _LONGEST_LINE:
            text, self._line = self._line, b""
            yield from self._take(text)

    def _take(self, text: bytes) -> Iterator[Frame | Fragment]:
        kind = text[_TYPE].decode("latin-1") if text.startswith(b"\x01") else ""
        if kind == START and self._session:
            yield Fragment(self._flushed(), f"a new session began; this one {BROKE_OFF}")
        if kind != START and not self._session:
            if text.strip():
                yield Fragment(text, "text outside a session: no Send Initiate before it")
            return
        self._session += text
        if kind == BREAK:
            yield Frame(self._flushed())
        elif len(self._session) > _LONGEST_SESSION:
            yield Fragment(self._flushed(), f"no Break message in {_LONGEST_SESSION} bytes")

    def _flushed(self) -> bytes:
        session, self._session = self._session, b""
        return session

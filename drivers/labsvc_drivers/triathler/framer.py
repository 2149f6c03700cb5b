"""Cuts the serial stream into vials: up to ``Bitsum`` and its line end below a spectrum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer
from labsvc_drivers.triathler.report import START

# LF CR; a lone LF or CR where something else follows it already.
_WHOLE = re.compile(rb"=>End\(binary\)[\r\n]+Bitsum: *\d+ *(?:\n\r|\r\n|\n(?=[^\r])|\r(?=[^\n]))")
_PREAMBLE = re.compile(rb"Name:<")
_LONGEST = 1_000_000
_KEPT = 64


class VialFramer(Framer):
    """Gives a Frame a vial; what a new ``Name:<`` line interrupts becomes a Fragment.

    Nothing is sent back: the counter takes key presses only and asks for no reply.
    """

    def __init__(self) -> None:
        self._buffer = b""

    @property
    def pending(self) -> bytes:
        return self._buffer

    def feed(self, data: bytes) -> Iterator[Frame | Fragment]:
        """Everything that became whole or broke off with ``data``."""
        self._buffer += data
        return iter(tuple(self._events()))

    def _events(self) -> Iterator[Frame | Fragment]:
        while (event := self._next()) is not None:
            yield event

    def _next(self) -> Frame | Fragment | None:
        whole = _WHOLE.search(self._buffer)
        if begun_anew := self._interruption(whole.end() if whole else len(self._buffer)):
            return Fragment(self._take(begun_anew), "a new count began before Bitsum")
        if whole:
            return Frame(self._take(whole.end()))
        if len(self._buffer) >= _LONGEST:
            kept = len(self._buffer) - _KEPT
            return Fragment(self._take(kept), f"no Bitsum in {_LONGEST} bytes")
        return None

    def _interruption(self, end: int) -> int:
        """Where another preamble stands before the first spectrum; 0: there is none.

        Only there: a spectrum's bytes may be anything.
        """
        spectrum = self._buffer.find(START, 0, end)
        text = self._buffer[: spectrum if spectrum >= 0 else end]
        places = [match.start() for match in _PREAMBLE.finditer(text)]
        return next((at for at in places if text[:at].strip()), 0)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

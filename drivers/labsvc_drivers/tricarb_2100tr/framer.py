"""Cuts the serial stream into runs: from a header to ``EOP`` and its line end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer
from labsvc_drivers.tricarb_2100tr.report import BROKE_OFF, WRONG_SETTINGS

_HEADER = re.compile(rb"\d{1,2},0,0,[A-Za-z]")
_EOP = re.compile(rb"\d,EOP(?:\r\n|\n|\r(?=[^\n])|(?=[^\r\n]))")
_PROTOCOLS = 15  # as many as the Tricarb Monitor program knows of
_LONGEST_RUN = 1_000_000
_LONGEST_NOISE = 512
_HEADER_FITS = 64
_CALIBRATION = b"IPA DATA PROCESSED"
_LINE_ENDS = b"\r\n"


class RunFramer(Framer):
    """Gives a Frame at EOP; a run that a new header interrupts becomes a Fragment.

    The counter may send an interrupted run again. So the interrupted part is held until the next
    run is whole: when that run begins with the same bytes, nothing was lost, and the part is
    dropped; else it is given as a Fragment first.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._held = b""

    @property
    def pending(self) -> bytes:
        return self._held + self._buffer

    def feed(self, data: bytes) -> Iterator[Frame | Fragment]:
        """Everything that became whole or broke off with ``data``."""
        self._buffer += data
        return iter(tuple(self._events()))

    def _events(self) -> Iterator[Frame | Fragment]:
        while True:
            header = _HEADER.search(self._buffer)
            if header is None:
                yield from self._long_noise()
                return
            yield from self._noise(header.start())
            end, following = _EOP.search(self._buffer), self._next_header()
            if following and (end is None or following < end.start()):
                yield from self._hold(self._take(following))
            elif end is not None:
                yield from self._whole(self._take(end.end()))
            else:
                yield from self._endless()
                return

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _next_header(self) -> int:
        """Where the run at the buffer's start is interrupted by another header; 0: it is not."""
        own = _HEADER.match(self._buffer)
        assert own is not None
        following = _HEADER.search(self._buffer, own.end())
        if following is None:
            return 0
        protocol, printed = (match[0].split(b",")[0] for match in (own, following))
        start = following.start()
        alone = self._buffer[start - 1 : start] in (b"\r", b"\n")
        if alone and (printed != protocol * 2 or int(printed) <= _PROTOCOLS):
            return start
        # Broken off within a line: digits before the header may belong to the broken reading.
        return start + len(printed) - (len(protocol) if printed.endswith(protocol) else 1)

    def _noise(self, size: int) -> Iterator[Fragment]:
        noise = self._take(size)
        if noise.strip():
            yield Fragment(noise, _why("text outside a run", noise))

    def _long_noise(self) -> Iterator[Fragment]:
        """With wrong line settings no header ever comes: say so, and do not gather for ever."""
        hopeless = not self._buffer.isascii() and len(self._buffer) >= _LONGEST_NOISE
        if hopeless or len(self._buffer) >= _LONGEST_RUN:
            yield from self._noise(len(self._buffer) - _HEADER_FITS)

    def _hold(self, broken: bytes) -> Iterator[Fragment]:
        if self._held and not _sends_again(broken, self._held):
            yield self._broken()
        self._held = broken

    def _whole(self, content: bytes) -> Iterator[Frame | Fragment]:
        if self._held and not _sends_again(content, self._held):
            yield self._broken()
        self._held = b""
        if content.isascii():
            yield Frame(content)
        else:
            yield Fragment(content, _why("a run that cannot be read", content))

    def _broken(self) -> Fragment:
        return Fragment(self._held, _why(f"the run {BROKE_OFF}", self._held))

    def _endless(self) -> Iterator[Fragment]:
        if len(self._buffer) >= _LONGEST_RUN:
            content = self._take(len(self._buffer) - _HEADER_FITS)
            yield Fragment(content, _why(f"no EOP in {_LONGEST_RUN} bytes", content))


def _sends_again(later: bytes, broken: bytes) -> bool:
    return later.startswith(broken.rstrip(_LINE_ENDS))


def _why(reason: str, content: bytes) -> str:
    if not content.isascii():
        return f"{reason}: {WRONG_SETTINGS}"
    return f"{reason}: an SNC/IPA calibration report" if _CALIBRATION in content else reason

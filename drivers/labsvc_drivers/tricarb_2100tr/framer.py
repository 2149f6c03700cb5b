"""Cuts the serial stream into transmissions, each with its last line's end.

A run goes from its header to ``EOP``, a calibration report from its heading to ``H3  E^2/B``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import Fragment, Frame, Framer
from labsvc_drivers.tricarb_2100tr.calibration import MARK, SECTIONS
from labsvc_drivers.tricarb_2100tr.report import BROKE_OFF, WRONG_SETTINGS

_HEADER = re.compile(rb"\d{1,2},0,0,[A-Za-z]")
_EOP = re.compile(rb"\d,EOP(?:\r\n|\n|\r(?=[^\n])|(?=[^\r\n]))")
_TITLES = "|".join(SECTIONS)
_REPORT = re.compile(rf"(?:{_TITLES}) {MARK} - ".encode())
_REPORT_BEGINS = re.compile(rf"{next(iter(SECTIONS))} {MARK} - ".encode())
_REPORT_ENDS = re.compile(rb"H3 +E\^2/B[^\r\n=]*= *[\d.]+ *(?:\r\n|\n|\r(?=[^\n]))")
_PROTOCOLS = 15  # as many as the Tricarb Monitor program knows of
_REPORT_BROKE_OFF = "an SNC/IPA calibration report that broke off before its last line"
_LONGEST_RUN = 1_000_000
_LONGEST_NOISE = 512
_HEADER_FITS = 64
_LINE_ENDS = b"\r\n"


class RunFramer(Framer):
    """Gives a Frame at each end; what another beginning interrupts becomes a Fragment.

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
            start = self._first(_HEADER, _REPORT)
            if start is None:
                yield from self._long_noise()
                return
            yield from self._noise(start)
            report = _REPORT.match(self._buffer) is not None
            end = (_REPORT_ENDS if report else _EOP).search(self._buffer)
            following = self._next_report() if report else self._next_run()
            if following and (end is None or following < end.start()):
                yield from self._hold(self._take(following))
            elif end is not None:
                yield from self._whole(self._take(end.end()))
            else:
                yield from self._endless()
                return

    def _first(self, *marks: re.Pattern[bytes], after: int = 0) -> int | None:
        """Where the first of these stands; None: nowhere."""
        found = (mark.search(self._buffer, after) for mark in marks)
        return min((match.start() for match in found if match), default=None)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _next_report(self) -> int:
        """Where the report at the buffer's start is interrupted or begun again; 0: it is not."""
        return self._first(_HEADER, _REPORT_BEGINS, after=1) or 0

    def _next_run(self) -> int:
        """Where the run at the buffer's start is interrupted; 0: it is not."""
        own = _HEADER.match(self._buffer)
        assert own is not None
        found = (self._next_header(own), self._first(_REPORT, after=own.end()))
        return min((start for start in found if start), default=0)

    def _next_header(self, own: re.Match[bytes]) -> int:
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
        if self._held and _sends_again(self._held, broken):
            return  # the second try broke off earlier than the first
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
        report = _REPORT.match(self._held) is not None
        reason = _REPORT_BROKE_OFF if report else f"the run {BROKE_OFF}"
        return Fragment(self._held, _why(reason, self._held))

    def _endless(self) -> Iterator[Fragment]:
        if len(self._buffer) >= _LONGEST_RUN:
            content = self._take(len(self._buffer) - _HEADER_FITS)
            yield Fragment(content, _why(f"no end in {_LONGEST_RUN} bytes", content))


def _sends_again(later: bytes, broken: bytes) -> bool:
    return later.startswith(broken.rstrip(_LINE_ENDS))


def _why(reason: str, content: bytes) -> str:
    return reason if content.isascii() else f"{reason}: {WRONG_SETTINGS}"

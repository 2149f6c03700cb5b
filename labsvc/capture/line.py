"""A serial line: every byte to disk first, then cut into transmissions, then delivered.

Two threads for each port. The reader only drains the port into the spool, so that a slow disk
further on costs no bytes; the cutter (cutter.py) goes on from the spool. A stop or a crash leaves
what is not delivered in the spool, and the next start goes on from there.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from time import monotonic
from typing import Final

from labsvc.capture.cutter import LONGEST_WAIT_SECONDS, Cutter
from labsvc.capture.health import Health
from labsvc.capture.linefaults import LineFaults
from labsvc.capture.linesettings import LineSettings
from labsvc.capture.noise import Noise
from labsvc.capture.port import (
    PORT_TROUBLE,
    Port,
    PortSettings,
    open_port,
    parse_settings,
    receive,
)
from labsvc.capture.presence import Presence
from labsvc.capture.spool import Piece, Spool
from labsvc.driver.interface import Fragment, Frame, Framer
from labsvc.errors import StoreError
from labsvc.model.capture import Capture

__all__ = ["LineSettings", "LineSource", "PortSettings", "parse_settings"]

FIRST_WAIT_SECONDS: Final = 0.5
_STOP_SECONDS: Final = 10.0
_JITTER: Final = (0.8, 1.0)


class LineSource:
    """Reads one port for as long as it is started; a port that is away is tried for ever.

    ``deliver`` is given whole transmissions, ``fragment`` what broke off, with why: nobody may
    take that for a run. Each must have made the capture durable when it returns; a StoreError is
    waited out. ``growing`` is shown what has come of a transmission that goes on, and keeps
    nothing. All are called on a thread of this line.
    """

    def __init__(
        self,
        settings: LineSettings,
        *,
        framer: Callable[[], Framer],
        deliver: Callable[[Capture], None],
        fragment: Callable[[Capture, str], None],
        growing: Callable[[Capture], None] | None = None,
        clock: Callable[[], datetime],
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        self.settings = settings
        self.last_received_at: datetime | None = None
        self._line = parse_settings(settings.settings)
        self._health = Health(Noise(settings.alphabet, self._line, settings.usual))
        self._framer = framer
        self._deliver = deliver
        self._fragment = fragment
        self._growing = growing
        self._clock = clock
        self._first_wait = first_wait_seconds
        self._spool: Spool | None = None
        self._cutter: Cutter | None = None
        self._owed = bytearray()
        self._port: Port | None = None
        self._away_since: datetime | None = None
        self._port_trouble: str | None = None
        self._spool_trouble: str | None = None
        self._delivery_trouble: str | None = None
        self._stopping = threading.Event()
        self._threads: tuple[threading.Thread, ...] = ()
        self._turns = 0

    @property
    def state(self) -> str:
        """``connecting``, ``open`` or ``away since <ISO time>``."""
        if self._port is not None:
            return "open"
        away = self._away_since
        return f"away since {away.isoformat(timespec='seconds')}" if away else "connecting"

    @property
    def trouble(self) -> str | None:
        """What is wrong now, in one sentence for a person; None when nothing is."""
        return (
            self._port_trouble or self._spool_trouble or self._delivery_trouble or self._health.hint
        )

    @property
    def faults(self) -> LineFaults | None:
        """What the port's hardware counted since it was opened; None where nobody counts."""
        return self._health.faults

    @property
    def last_whole_at(self) -> datetime | None:
        """When a whole transmission came last; None: an open port has proved nothing yet."""
        return self._health.last_whole_at

    @property
    def alive(self) -> bool:
        """Whether both threads run: False after a stop, or when one died of a mistake of ours."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    @property
    def died(self) -> bool:
        """Whether a mistake of ours ended a thread that was to go on: start again."""
        return bool(self._threads) and not self.alive and not self._stopping.is_set()

    @property
    def marks(self) -> tuple[object, object]:
        """What changes as the reader gets on, and as the cutter does (None: it waits)."""
        cutter = self._cutter
        return self._turns, cutter.turns if cutter is not None and cutter.busy else None

    def start(self) -> None:
        """Take up what the spool still holds, open the port, read. Raises StoreError."""
        self.stop()
        self._stopping.clear()
        spool = self._spool = Spool(self.settings.spool / self.settings.name)
        cutter = self._cutter = self._new_cutter(spool)
        cutter.arrived.set()
        self._threads = (
            self._thread("cut", cutter.run),
            self._thread("read", lambda: self._read(spool, cutter)),
        )
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop reading. What is not delivered yet stays in the spool."""
        self._stopping.set()
        if self._cutter is not None:
            self._cutter.arrived.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
        ended = not any(thread.is_alive() for thread in self._threads)
        if self._spool is not None and ended:
            self._spool.close()
        self._spool, self._cutter, self._threads = None, None, ()

    def _thread(self, verb: str, target: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=target, name=f"{verb} {self.settings.name}", daemon=True)

    def _new_cutter(self, spool: Spool) -> Cutter:
        return Cutter(
            spool,
            framer=self._framer,
            capture=self._capture,
            deliver=self._whole,
            fragment=self._broken,
            reply=self._reply,
            begun=self._begun,
            troubled=self._delivery_troubled,
            stopping=self._stopping,
            first_wait_seconds=self._first_wait,
        )

    def _read(self, spool: Spool, cutter: Cutter) -> None:
        wait = self._first_wait
        while not self._stopping.is_set():
            self._turns += 1
            heard = self._drain(spool, cutter)
            # Only a port that brought something has proved itself: others are tried less often.
            wait = self._first_wait if heard else wait
            # Lines that went away together do not come back to their server together.
            self._stopping.wait(wait * random.uniform(*_JITTER))  # noqa: S311 - no secret
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        self._store(b"", spool, cutter)

    def _drain(self, spool: Spool, cutter: Cutter) -> bool:
        """Read until the port fails or we are stopped; True when anything came."""
        heard = False
        try:
            # Closed at once when it fails: a port kept open comes back under another name.
            with closing(open_port(self.settings.url, self._line)) as port:
                presence = Presence(self.settings.url, getattr(port, "name", None), monotonic)
                self._health.opened(port)
                self._port, self._away_since, self._port_trouble = port, None, None
                while not self._stopping.is_set():
                    self._turns += 1
                    content, fault = receive(port, self._stopping.wait)
                    heard = heard or bool(content)
                    self._health.heard(content, port)
                    self._store(content, spool, cutter)
                    if not content and fault is None and (lost := presence.lost()):
                        raise OSError(lost)
                    if fault is not None:
                        raise fault
                self._port = None
        except PORT_TROUBLE as error:
            self._went_away(error, spool, cutter)
        return heard

    def _went_away(self, error: Exception, spool: Spool, cutter: Cutter) -> None:
        was_open, self._port = self._port is not None, None
        self._away_since = self._away_since or self._clock()
        self._port_trouble = (
            f"port {self.settings.url} of source '{self.settings.name}' cannot be read: {error}. "
            f"Check that it is plugged in, that no other program has it open and that the "
            f"service's account may use it; it is tried again by itself"
        )
        if was_open:
            spool.break_off(f"the line went away: {error}")
            cutter.arrived.set()

    def _store(self, content: bytes, spool: Spool, cutter: Cutter) -> None:
        """Bytes to disk. While our disk refuses them they wait in memory, and the port is read."""
        self._owed += content
        if not self._owed:
            return
        at = self._clock()
        try:
            spool.append(bytes(self._owed), at)
        except StoreError as error:
            self._spool_trouble = str(error)
            return
        self._owed.clear()
        self._spool_trouble = None
        self.last_received_at = at
        cutter.arrived.set()

    def _whole(self, capture: Capture) -> None:
        self._deliver(capture)
        self._health.whole(capture.content, capture.received_at)

    def _broken(self, capture: Capture, why: str) -> None:
        reason = self._health.reason(why)
        if reason is not None:
            self._fragment(capture, reason)
            self._health.set_aside()

    def _begun(self, pending: bytes, piece: Piece) -> None:
        if self._growing is not None:
            self._growing(self._capture(Frame(pending), piece))

    def _delivery_troubled(self, trouble: str | None) -> None:
        self._delivery_trouble = trouble

    def _capture(self, part: Frame | Fragment, piece: Piece) -> Capture:
        stamp = f"{piece.at:%Y%m%dT%H%M%S}.{piece.at.microsecond // 1000:03}Z"
        remark = " fragment" if isinstance(part, Fragment) else ""
        return Capture(
            name=f"{self.settings.name} {stamp}{remark}{self.settings.suffix}",
            source=self.settings.name,
            received_at=piece.at,
            content=part.content,
            driver=self.settings.driver,
            timezone=self.settings.timezone,
            simulated=self.settings.simulated,
        )

    def _reply(self, content: bytes) -> None:
        port = self._port
        if port is None:
            return
        try:
            port.write(content)
        except PORT_TROUBLE as error:  # the reader sees for itself whether the port is gone
            self._port_trouble = f"an answer to {self.settings.url} was not sent: {error}"

"""From spooled bytes to captures: the driver's framer is fed, what it gives back is delivered.

The spool lets go of bytes only when what came of them was delivered. Whatever happens between is
done again after the next start, and the inbox drops by digest what it has already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from labsvc.capture.spool import Piece, Spool
from labsvc.driver.interface import Fragment, Frame, Framer, Reply
from labsvc.errors import LabsvcError, StoreError
from labsvc.model.capture import Capture

T = TypeVar("T")
Part = Frame | Fragment | Reply

LONGEST_WAIT_SECONDS: Final = 30.0
FEED_BYTES: Final = 4096
# Noise between transmissions, which a framer drops, may gather in the spool up to here.
NOISE_BYTES: Final = 65536
# What a mistake in a driver's framer raises: the bytes are set aside with the reason.
_FRAMER_FAULTS: Final = (
    LabsvcError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class Cutter:
    """Cuts the spool of one line, on a thread of its own: ``run``.

    ``capture`` makes a Capture of a piece's content, its time and a remark for its name.
    ``deliver`` takes whole transmissions, ``fragment`` what broke off and why.
    ``begun`` is shown what has come of a transmission that goes on.
    ``reply`` sends bytes to the instrument; ``troubled`` is told what our disk refuses, and None
    when it does so no more.
    """

    def __init__(
        self,
        spool: Spool,
        *,
        framer: Callable[[], Framer],
        capture: Callable[[Frame | Fragment, Piece], Capture],
        deliver: Callable[[Capture], None],
        fragment: Callable[[Capture, str], None],
        reply: Callable[[bytes], None],
        begun: Callable[[bytes, Piece], None] = lambda pending, piece: None,
        troubled: Callable[[str | None], None],
        stopping: threading.Event,
        first_wait_seconds: float,
    ) -> None:
        self._spool = spool
        self._new_framer = framer
        self._framer = framer()
        self._capture = capture
        self._deliver = deliver
        self._fragment = fragment
        self._reply = reply
        self._begun = begun
        self._troubled = troubled
        self._stopping = stopping
        self._first_wait = first_wait_seconds
        self.arrived = threading.Event()
        self.busy = False
        """Whether it has something in hand; ``turns`` rises as it gets on."""
        self.turns = 0

    def run(self) -> None:
        """Cut whatever arrives until stopped. ``arrived`` wakes it."""
        try:
            while True:
                self.arrived.wait()
                self.arrived.clear()
                self.busy = True
                while (piece := self._until_stored(self._spool.take)) is not None:
                    self._cut(piece)
                self.busy = False
                if self._stopping.is_set():
                    return
        except _StoppedShort:
            return

    def _cut(self, piece: Piece) -> None:
        found = [*self._fed(piece.content), *self._broken(piece)]
        for part in found:
            self._pass_on(part, piece)
        pending = self._framer.pending
        if pending or found:
            self._begun(pending, piece)
        if found or self._spool.size > len(pending) + NOISE_BYTES:
            self._until_stored(lambda: self._spool.keep(pending))

    def _fed(self, content: bytes) -> Sequence[Part]:
        """A backlog is fed as a line would bring it: framers look through what they hold anew."""
        slices = (content[at : at + FEED_BYTES] for at in range(0, len(content), FEED_BYTES))
        return [part for one in slices for part in self._fed_slice(one)]

    def _fed_slice(self, content: bytes) -> Sequence[Part]:
        before = self._framer.pending
        try:
            return list(self._framer.feed(content))
        except _FRAMER_FAULTS as error:
            self._framer = self._new_framer()
            return [Fragment(before + content, f"the driver's framer failed: {error!r}")]

    def _broken(self, piece: Piece) -> Sequence[Part]:
        """What was half received when the line went away: the rest may never come."""
        if piece.broken_off is None:
            return ()
        half, self._framer = self._framer.pending, self._new_framer()
        return [Fragment(half, piece.broken_off)] if half.strip() else ()

    def _pass_on(self, part: Part, piece: Piece) -> None:
        match part:
            case Frame():
                whole = self._capture(part, piece)
                self._until_stored(lambda: self._deliver(whole))
            case Fragment(why=why):
                half = self._capture(part, piece)
                self._until_stored(lambda: self._fragment(half, why))
            case Reply(content) if not piece.recovered:  # nobody waits for an answer by now
                self._reply(content)

    def _until_stored(self, act: Callable[[], T]) -> T:
        """Do it, again and again while our disk refuses. Raises _StoppedShort when stopped."""
        wait = self._first_wait
        while True:
            self.turns += 1
            try:
                done = act()
            except StoreError as error:
                self._troubled(str(error))
                if self._stopping.wait(wait):
                    raise _StoppedShort from error
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            else:
                self._troubled(None)
                return done


class _StoppedShort(Exception):
    """Stopped while our disk refused: the spool still has it all."""

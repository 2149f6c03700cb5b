"""A framer that hangs gives its line back; one that works is as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsvc.driver import Frame, Framer
from labsvc.service.guards.deadline import Deadline, DriverOverdue
from labsvc.service.guards.timedframer import TimedFramer


class ByLine(Framer):
    """A frame for each line; hangs at a question mark, in the middle of giving."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._held += data
        while b"\n" in self._held:
            line, _, self._held = self._held.partition(b"\n")
            yield Frame(line)
        while b"?" in self._held:
            pass

    @property
    def pending(self) -> bytes:
        return self._held


def test_what_it_cuts_is_given_on() -> None:
    """And what it holds is known."""
    framer = TimedFramer("acme", ByLine, Deadline(60))
    assert list(framer.feed(b"a\nb\nc")) == [Frame(b"a"), Frame(b"b")]
    assert framer.pending == b"c"


def test_one_that_hangs_is_interrupted() -> None:
    """Also in a generator, which works only when it is asked."""
    with pytest.raises(DriverOverdue, match="driver acme had not finished"):
        TimedFramer("acme", ByLine, Deadline(0.05)).feed(b"a\n?")

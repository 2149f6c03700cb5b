"""From spooled bytes to captures."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from labsvc.capture.cutter import NOISE_BYTES, Cutter
from labsvc.capture.spool import Piece, Spool
from labsvc.driver.interface import Fragment, Frame, Framer, Reply
from labsvc.errors import DiskFull
from labsvc.model.capture import Capture
from tests.patience import PATIENCE

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Ended(Framer):
    """Transmissions that end with END; each is answered with ACK."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        self._pending += data
        if b"\x00" in self._pending:
            raise ValueError("a byte nobody thought of")
        while b"END\n" in self._pending:
            whole, self._pending = self._pending.split(b"END\n", 1)
            yield Frame(whole + b"END\n")
            yield Reply(b"ACK")

    @property
    def pending(self) -> bytes:
        return self._pending


class Deaf(Ended):
    """A framer that drops noise without a word."""

    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        return ()


@dataclass
class Desk:
    """What the cutter hands over; it can be full for the first so many calls."""

    full: int = 0
    always_full: bool = False
    delivered: list[bytes] = field(default_factory=list)
    fragments: list[tuple[bytes, str]] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)
    begun: list[bytes] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def deliver(self, capture: Capture) -> None:
        self.full -= 1
        if self.full >= 0 or self.always_full:
            raise DiskFull("no room left in the inbox")
        self.delivered.append(capture.content)

    def troubled(self, trouble: str | None) -> None:
        if trouble:
            self.troubles.append(trouble)

    def cut(self, spool: Spool, framer: type[Framer] = Ended) -> None:
        """Cut all that the spool has, then stop."""

        def capture(part: Frame | Fragment, piece: Piece) -> Capture:
            return Capture("line", "line", piece.at, part.content)

        cutter = Cutter(
            spool,
            framer=framer,
            capture=capture,
            deliver=self.deliver,
            fragment=lambda half, why: self.fragments.append((half.content, why)),
            reply=self.replies.append,
            begun=lambda pending, piece: self.begun.append(pending),
            troubled=self.troubled,
            stopping=self.stopping,
            first_wait_seconds=0.0,
        )
        cutter.arrived.set()
        thread = threading.Thread(target=cutter.run)
        thread.start()
        while self.full > 0:
            thread.join(0.01)
        self.stopping.set()
        cutter.arrived.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_whole_transmissions_are_delivered_and_let_go(tmp_path: Path) -> None:
    """What is half there stays in the spool."""
    spool, desk = Spool(tmp_path), Desk()
    spool.append(b"a END\nb END\nhalf", NOON)
    desk.cut(spool)
    assert desk.delivered == [b"a END\n", b"b END\n"]
    assert desk.replies == [b"ACK", b"ACK"]
    assert (tmp_path / "current.bin").read_bytes() == b"half"


def test_what_has_come_of_a_transmission_is_shown_and_kept(tmp_path: Path) -> None:
    """After a restart too; when it is whole, that nothing goes on is shown."""
    spool = Spool(tmp_path)
    spool.append(b"a END\nhalf", NOON)
    first = Desk()
    first.cut(spool)
    spool.close()
    spool, second = Spool(tmp_path), Desk()
    spool.append(b" END\n", NOON)
    second.cut(spool)
    assert (first.begun, first.delivered) == ([b"half"], [b"a END\n"])
    assert (second.begun[0], second.begun[-1], second.delivered) == (b"half", b"", [b"half END\n"])


def test_a_half_transmission_becomes_whole_over_a_restart(tmp_path: Path) -> None:
    """A new framer begins with what the spool still holds."""
    spool = Spool(tmp_path)
    spool.append(b"a first ", NOON)
    Desk().cut(spool)
    again, desk = Spool(tmp_path), Desk()
    again.append(b"second END\n", NOON)
    desk.cut(again)
    assert desk.delivered == [b"a first second END\n"]


def test_bytes_of_before_the_start_are_not_answered(tmp_path: Path) -> None:
    """The instrument waits for that answer no longer; a late one would answer something else."""
    Spool(tmp_path).append(b"a END\n", NOON)
    desk = Desk()
    desk.cut(Spool(tmp_path))
    assert (desk.delivered, desk.replies) == ([b"a END\n"], [])


def test_what_broke_off_is_never_delivered_as_whole(tmp_path: Path) -> None:
    """It is handed over apart, with its reason, and the next transmission is not glued to it."""
    spool, desk = Spool(tmp_path), Desk()
    spool.append(b"half of a", NOON)
    spool.break_off("the line went away")
    spool.append(b"b END\n", NOON)
    desk.cut(spool)
    assert desk.delivered == [b"b END\n"]
    assert desk.fragments == [(b"half of a", "the line went away")]


def test_a_full_inbox_is_waited_out(tmp_path: Path) -> None:
    """Said as a trouble meanwhile; delivered once in the end."""
    spool, desk = Spool(tmp_path), Desk(full=3)
    spool.append(b"a END\n", NOON)
    desk.cut(spool)
    assert desk.delivered == [b"a END\n"]
    assert desk.troubles == ["no room left in the inbox"] * 3


def test_a_stop_while_the_inbox_is_full_loses_nothing(tmp_path: Path) -> None:
    """The spool lets go only of what was delivered."""
    spool, desk = Spool(tmp_path), Desk()
    spool.append(b"a END\n", NOON)
    desk.stopping.set()
    desk.always_full = True
    desk.cut(spool)
    later = Desk()
    later.cut(Spool(tmp_path))
    assert (desk.delivered, later.delivered) == ([], [b"a END\n"])


def test_a_framer_that_fails_sets_its_bytes_aside_and_goes_on(tmp_path: Path) -> None:
    """A mistake in a driver stops neither the line nor the bytes after it."""
    spool, desk = Spool(tmp_path), Desk()
    spool.append(b"bad \x00", NOON)
    spool.break_off("unplugged")
    spool.append(b"b END\n", NOON)
    desk.cut(spool)
    assert desk.delivered == [b"b END\n"]
    assert desk.fragments[0][0] == b"bad \x00"
    assert "a byte nobody thought of" in desk.fragments[0][1]


def test_noise_does_not_fill_the_disk(tmp_path: Path) -> None:
    """What a framer drops is in the transcript, and not fed again at every start."""
    spool, desk = Spool(tmp_path), Desk()
    spool.append(b"." * (NOISE_BYTES + 1), NOON)
    desk.cut(spool, Deaf)
    assert spool.size == 0

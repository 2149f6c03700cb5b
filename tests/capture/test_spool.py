"""Bytes of a line on disk."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.capture.spool import PIECE_BYTES, Piece, Spool
from labsvc.errors import StoreError

resource = pytest.importorskip("resource", reason="no limits on file length here")

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """A disk that is full from ``size`` bytes on, by the kernel's own limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    quiet = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, quiet)


def test_bytes_are_given_once_and_in_order(tmp_path: Path) -> None:
    """Each piece with the time its last byte came."""
    spool = Spool(tmp_path)
    spool.append(b"one", NOON)
    spool.append(b"two", NOON)
    assert spool.take() == Piece(b"onetwo", NOON, recovered=False, broken_off=None)
    assert spool.take() is None


def test_what_was_not_let_go_is_there_after_a_restart_with_its_time(tmp_path: Path) -> None:
    """The time received is the same before and after, to the microsecond."""
    first = Spool(tmp_path)
    first.append(b"one", NOON)
    first.take()
    again = Spool(tmp_path)
    again.append(b"two", NOON + timedelta(hours=1))
    found = again.take()
    assert found is not None
    assert (found.content, found.recovered) == (b"one", True)
    assert again.take() == Piece(b"two", NOON + timedelta(hours=1), False, None)


def test_the_time_of_recovered_bytes_is_the_time_they_came(tmp_path: Path) -> None:
    """A crash does not make a run younger."""
    Spool(tmp_path).append(b"one", NOON)
    assert Spool(tmp_path).take() == Piece(b"one", NOON, True, None)


def test_letting_go_keeps_what_is_pending_and_what_came_meanwhile(tmp_path: Path) -> None:
    """Also across a restart."""
    spool = Spool(tmp_path)
    spool.append(b"frame half", NOON)
    spool.take()
    spool.append(b" rest", NOON)
    spool.keep(b"half")
    assert spool.take() == Piece(b" rest", NOON, False, None)
    assert (tmp_path / "current.bin").read_bytes() == b"half rest"
    assert Spool(tmp_path).take() == Piece(b"half rest", NOON, True, None)


def test_a_break_divides_what_came_before_from_what_comes_after(tmp_path: Path) -> None:
    """Also when nobody took the bytes in between."""
    spool = Spool(tmp_path)
    spool.append(b"half", NOON)
    spool.break_off("unplugged")
    spool.append(b"whole", NOON)
    assert spool.take() == Piece(b"half", NOON, False, "unplugged")
    spool.keep(b"")
    assert spool.take() == Piece(b"whole", NOON, False, None)


def test_the_transcript_holds_every_byte_of_its_day(tmp_path: Path) -> None:
    """Whatever was delivered and let go; days are UTC."""
    spool = Spool(tmp_path)
    spool.append(b"one", NOON)
    spool.take()
    spool.keep(b"")
    spool.append(b"two", NOON)
    spool.append(b"three", NOON + timedelta(hours=12))
    assert (tmp_path / "transcript-2026-03-02.bin").read_bytes() == b"onetwo"
    assert (tmp_path / "transcript-2026-03-03.bin").read_bytes() == b"three"


def test_bytes_the_disk_refuses_leave_no_half_behind(tmp_path: Path) -> None:
    """All of them or none: the same call again writes them once."""
    spool = Spool(tmp_path)
    spool.append(b"one", NOON)
    with no_file_longer_than(5), pytest.raises(StoreError, match=str(tmp_path)):
        spool.append(b"twotwo", NOON)
    assert (tmp_path / "current.bin").read_bytes() == b"one"
    spool.append(b"twotwo", NOON)
    found = spool.take()
    assert found is not None
    assert found.content == b"onetwotwo"
    assert (tmp_path / "transcript-2026-03-02.bin").read_bytes() == b"onetwotwo"


def test_a_full_disk_still_lets_go_of_all(tmp_path: Path) -> None:
    """Emptying the spool needs no room."""
    spool = Spool(tmp_path)
    spool.append(b"frame", NOON)
    spool.take()
    with no_file_longer_than(0):
        spool.keep(b"")
    assert (tmp_path / "current.bin").stat().st_size == 0


def test_a_backlog_is_given_in_pieces_that_fit_into_memory(tmp_path: Path) -> None:
    """Hours of bytes that nobody took; each says whether it is from before the start."""
    Spool(tmp_path).append(b"a" * PIECE_BYTES + b"b" * 10, NOON)
    spool = Spool(tmp_path)
    spool.append(b"c" * 10, NOON)
    taken = [spool.take() for _ in range(4)]
    assert [(one.content[:1], len(one.content), one.recovered) for one in taken if one] == [
        (b"a", PIECE_BYTES, True),
        (b"b", 10, True),
        (b"c", 10, False),
    ]


def test_a_break_stays_behind_its_bytes_however_many_they_are(tmp_path: Path) -> None:
    """It belongs to the last piece of them."""
    spool = Spool(tmp_path)
    spool.append(b"a" * (PIECE_BYTES + 1), NOON)
    spool.break_off("unplugged")
    first = spool.take()
    spool.keep(b"aa")
    last = spool.take()
    assert first is not None
    assert first.broken_off is None
    assert last == Piece(b"a", NOON, False, "unplugged")


def test_what_comes_after_the_recovered_bytes_were_let_go_is_new(tmp_path: Path) -> None:
    """Its instrument waits for an answer."""
    Spool(tmp_path).append(b"before", NOON)
    spool = Spool(tmp_path)
    spool.take()
    spool.keep(b"")
    spool.append(b"after", NOON)
    assert spool.take() == Piece(b"after", NOON, recovered=False, broken_off=None)

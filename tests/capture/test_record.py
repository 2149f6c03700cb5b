"""A session kept, over real pseudo-terminals."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.capture.record import Recorded, record
from labsvc.capture.recording import Chunk, read_recording
from labsvc.errors import ConfigError, SourceError, StoreError

pty = pytest.importorskip("pty", reason="pseudo-terminals are not on this system")
tty = pytest.importorskip("tty")

SENT = bytes(range(256)) * 4 + b"END"


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The instrument's end, and the name of ours."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


class Session:
    """A recorder that ends when ``SENT`` is in."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Every look at the clock is a quarter of a second after the one before."""
        self.seconds += 0.25
        return self.seconds

    def record(self, url: str, file: Path) -> Recorded:
        return record(
            url,
            "9600-8N1",
            file,
            clock=lambda: datetime(2026, 3, 2, tzinfo=UTC),
            monotonic=self.monotonic,
            pause=threading.Event().wait,
            until=lambda passed: bytes(self.received).endswith(b"END"),
            told=self.received.extend,
        )


def test_every_byte_is_kept_with_its_time(terminal: tuple[int, str], tmp_path: Path) -> None:
    """Read back, the session is what was sent."""
    file, session = tmp_path / "session.txt", Session()
    writer = threading.Thread(
        target=lambda: (session_begun(file), os.write(terminal[0], SENT)), daemon=True
    )
    writer.start()
    kept = session.record(terminal[1], file)
    writer.join()
    recording = read_recording(file.read_bytes())
    assert (recording.content, recording.settings) == (SENT, "9600 8N1")
    assert kept == Recorded(len(recording.chunks), len(SENT))
    assert all(chunk.milliseconds % 250 == 0 < chunk.milliseconds for chunk in recording.chunks)


def session_begun(file: Path) -> None:
    """The port is open, and what it had before is thrown away, once the file is there."""
    pause = threading.Event()
    while not file.exists():
        pause.wait(0.005)


def test_each_read_is_in_the_file_before_the_next(tmp_path: Path) -> None:
    """A kill costs the line that is being written at most."""
    file, seen = tmp_path / "session.txt", list[tuple[Chunk, ...]]()
    source = tmp_path / "from.txt"
    source.write_bytes(b"# labsvc recording 1\n0 one\n150 two\n")
    received = bytearray()

    def told(content: bytes) -> None:
        received.extend(content)
        seen.append(read_recording(file.read_bytes()).chunks)

    session = Session()
    record(
        f"replay://{source}",
        "9600 8N1",
        file,
        clock=lambda: datetime(2026, 3, 2, tzinfo=UTC),
        monotonic=session.monotonic,
        pause=lambda seconds: None,
        until=lambda passed: received == b"onetwo",
        told=told,
    )
    assert [[chunk.content for chunk in chunks] for chunks in seen] == [[b"one"], [b"one", b"two"]]


def test_a_port_that_goes_away_ends_the_session_and_leaves_what_came(tmp_path: Path) -> None:
    """The sentence says where that is."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    name, file, session = os.ttyname(slave), tmp_path / "session.txt", Session()

    def instrument() -> None:
        session_begun(file)
        os.write(master, b"half")
        pause = threading.Event()
        while not session.received:
            pause.wait(0.005)
        os.close(slave)
        os.close(master)

    thread = threading.Thread(target=instrument, daemon=True)
    thread.start()
    with pytest.raises(SourceError, match=r"What came before, 4 bytes, is in .*session.txt"):
        session.record(name, file)
    thread.join()
    assert read_recording(file.read_bytes()).content == b"half"


def test_a_session_is_never_written_over_another(terminal: tuple[int, str], tmp_path: Path) -> None:
    file = tmp_path / "session.txt"
    file.write_bytes(b"precious")
    with pytest.raises(StoreError, match="is there already; name a new file"):
        Session().record(terminal[1], file)
    assert file.read_bytes() == b"precious"


def test_a_port_that_is_not_there_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Check that it is plugged in"):
        Session().record(str(tmp_path / "ttyNONE"), tmp_path / "session.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_url_that_is_none_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no 'sockt://'"):
        Session().record("sockt://host:1", tmp_path / "session.txt")

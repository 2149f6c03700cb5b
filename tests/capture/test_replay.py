"""Recordings played into a real pseudo-terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from labsvc.capture.port import PortSettings, open_port
from labsvc.capture.recording import Chunk
from labsvc.capture.replay import MAX_SPEED, Terminal, parse_speed, play, timed
from labsvc.errors import ConfigError, SourceError

pytest.importorskip("pty", reason="pseudo-terminals are not on this system")

SETTINGS = PortSettings(9600, 8, "N", 1)
CHUNKS = (Chunk(0, b"one"), Chunk(1000, b"two"), Chunk(3000, b"three"))


def never() -> bool:
    return False


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal() as made:
        yield made


class Watch:
    """A clock that pauses move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("speed", "seconds"), [(1.0, [0, 1, 3]), (2.0, [0, 0.5, 1.5]), (MAX_SPEED, [0, 0, 0])]
)
def test_chunks_are_due_as_they_came(speed: float, seconds: list[float]) -> None:
    """At twice the speed in half the time, at the highest at once."""
    assert [due for due, _ in timed(CHUNKS, speed)] == seconds


def test_a_session_is_played_in_its_own_time() -> None:
    """What takes time itself does not put off what follows."""
    watch, sent = Watch(), list[tuple[float, bytes]]()

    def send(content: bytes) -> None:
        sent.append((watch.now - 100.0, content))
        watch.now += 0.25

    total = play(CHUNKS, send, speed=1.0, monotonic=watch, pause=watch.pause, stopped=never)
    assert sent == [(0.0, b"one"), (1.0, b"two"), (3.0, b"three")]
    assert total == len(b"onetwothree")


def test_a_stop_ends_the_playing() -> None:
    """Also in the middle of a pause, which the stop has ended early."""
    watch, sent = Watch(), list[bytes]()
    play(CHUNKS, sent.append, speed=1.0, monotonic=watch, pause=watch.pause,
         stopped=lambda: bool(sent))  # fmt: skip
    assert sent == [b"one"]


@pytest.mark.parametrize(("text", "speed"), [("1", 1.0), ("20x", 20.0), ("0.5", 0.5), ("MAX", 0.0)])
def test_speeds_are_read_as_people_write_them(text: str, speed: float) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf"])
def test_other_speeds_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="write a number such as 1 or 20, or max"):
        parse_speed(text)


def test_every_byte_goes_through_the_terminal_unchanged(terminal: Terminal) -> None:
    """Control characters too, and more than it holds at once."""
    content = bytes(range(256)) * 100
    with closing(open_port(terminal.name, SETTINGS)) as port:
        sender = threading.Thread(target=lambda: terminal.send(content, never))
        sender.start()
        received = bytearray()
        while len(received) < len(content):
            received += port.read(1) + port.read(port.in_waiting)
        sender.join()
    assert bytes(received) == content


def test_nothing_is_sent_before_a_program_has_opened_the_port(terminal: Terminal) -> None:
    """A counter's first line would be lost."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            opened.append(os.open(terminal.name, os.O_RDONLY | os.O_NOCTTY))

    opened: list[int] = []
    assert not terminal.opened
    assert terminal.await_reader(pause, never)
    assert len(pauses) == 4
    os.close(opened[0])


def test_waiting_for_a_reader_can_be_stopped(terminal: Terminal) -> None:
    assert not terminal.await_reader(lambda seconds: None, lambda: True)


def test_a_reader_that_closes_the_port_ends_the_playing(terminal: Terminal) -> None:
    """Rather than waiting for ever for room in the terminal."""
    open_port(terminal.name, SETTINGS).close()
    with pytest.raises(SourceError, match=r"the program that read .* closed it"):
        terminal.send(b"x" * 10_000, never)


def test_the_terminal_stays_until_all_was_read(terminal: Terminal) -> None:
    """What is left in it would go with it."""
    with closing(open_port(terminal.name, SETTINGS)) as port:
        terminal.send(b"last line\r\n", never)
        looks, still = list[float](), threading.Event()

        def pause(seconds: float) -> None:
            looks.append(seconds)
            still.wait(0.02)  # the system brings the bytes over when it likes
            if len(looks) == 3:
                assert port.read(len(b"last line\r\n")) == b"last line\r\n"

        terminal.await_read(pause, never)
    assert len(looks) >= 5


def test_a_link_names_the_port_and_goes_with_it(tmp_path: Path) -> None:
    """One that an earlier replay left behind is in nobody's way."""
    link = tmp_path / "ttyCOUNTER"
    link.symlink_to(tmp_path / "gone")
    with Terminal(link) as terminal:
        assert terminal.name == str(link)
        assert str(link.resolve()) == terminal.device
    assert not link.is_symlink()


def test_a_link_is_never_made_over_something(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"precious")
    with pytest.raises(ConfigError, match=r"cannot make the link .*file: File exists"):
        Terminal(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"precious"

"""replay:// as pyserial opens it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import serial

from labsvc.capture.port import PORT_TROUBLE, PortSettings, open_port, receive
from labsvc.capture.recording import Chunk, line_of

SETTINGS = PortSettings(9600, 8, "N", 1)


def recorded(folder: Path, *chunks: Chunk) -> str:
    file = folder / "session.txt"
    file.write_text("# labsvc recording 1\n" + "".join(map(line_of, chunks)), encoding="ascii")
    return f"replay://{file}"


def test_a_recording_reads_as_a_port_does(tmp_path: Path) -> None:
    """Then it is silent, and stays open: a counter that has finished."""
    url = recorded(tmp_path, Chunk(0, b"one\r\n"), Chunk(40, b"\x00\xff"))
    with closing(open_port(url, SETTINGS)) as port:
        received = bytearray()
        while len(received) < 7:
            received += receive(port, lambda seconds: None)[0]
        assert received == b"one\r\n\x00\xff"
        assert receive(port, lambda seconds: None) == (b"", None)


def test_what_has_not_come_yet_is_not_there(tmp_path: Path) -> None:
    """At its own speed the second line comes after an hour."""
    url = recorded(tmp_path, Chunk(0, b"one"), Chunk(3_600_000, b"two"))
    with closing(open_port(url, SETTINGS)) as port:
        assert port.in_waiting == 3
        assert port.read(6) == b"one"


def test_at_the_highest_speed_all_is_there_at_once(tmp_path: Path) -> None:
    url = recorded(tmp_path, Chunk(0, b"one"), Chunk(3_600_000, b"two"))
    with closing(open_port(f"{url}?speed=max", SETTINGS)) as port:
        assert port.in_waiting == 6


def test_an_answer_goes_nowhere(tmp_path: Path) -> None:
    """A driver may send one: the recording goes on as it was."""
    with closing(open_port(recorded(tmp_path, Chunk(0, b"one")), SETTINGS)) as port:
        assert port.write(b"ACK") == 3
        assert port.read(3) == b"one"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("replay:///nowhere/session.txt", "recording /nowhere/session.txt cannot be read: No such"),
        ("{}?speed=fast", "speed 'fast' is none"),
        ("{}.not", "line 1: found 'Dear diary'"),
    ],
)
def test_what_cannot_be_played_is_a_port_that_cannot_be_opened(
    url: str, said: str, tmp_path: Path
) -> None:
    """One of the troubles that a line waits out, with the reason."""
    (tmp_path / "session.txt.not").write_bytes(b"Dear diary\n")
    with pytest.raises(PORT_TROUBLE, match=said):
        open_port(url.format(recorded(tmp_path, Chunk(0, b"one"))), SETTINGS)


def test_a_closed_recording_gives_nothing(tmp_path: Path) -> None:
    port = open_port(recorded(tmp_path, Chunk(0, b"one")), SETTINGS)
    port.close()
    with pytest.raises(serial.PortNotOpenError):
        port.read(1)
    with pytest.raises(serial.PortNotOpenError):
        port.write(b"x")

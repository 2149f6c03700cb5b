"""Line settings as people write them, and reading a port in bursts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
import serial

from labsvc.capture.port import PortSettings, open_port, parse_settings, receive
from labsvc.errors import ConfigError

pty = pytest.importorskip("pty", reason="pseudo-terminals are not on this system")


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The instrument's end as a file number, and the name of our end."""
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    yield master, name
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("1200 7E1", PortSettings(1200, 7, "E", 1.0)),
        ("9600 8N1", PortSettings(9600, 8, "N", 1.0)),
        (" 19200  8o2 ", PortSettings(19200, 8, "O", 2.0)),
        ("300 5N1.5", PortSettings(300, 5, "N", 1.5)),
        ("115200 8N1 rtscts", PortSettings(115200, 8, "N", 1.0, "rtscts")),
    ],
)
def test_line_settings_are_read_as_manuals_write_them(text: str, settings: PortSettings) -> None:
    """Baud rate, bits, parity, stop bits, flow control."""
    assert parse_settings(text) == settings


@pytest.mark.parametrize("text", ["", "9600", "8N1 9600", "9600 9N1", "9600 8N1 yes", "9600-8N1"])
def test_other_settings_are_refused_with_an_example(text: str) -> None:
    """The sentence quotes what was found and shows what to write."""
    with pytest.raises(ConfigError, match="9600 8N1") as refusal:
        parse_settings(text)
    assert f"'{text}'" in str(refusal.value)


def test_what_waits_is_received_in_one_burst(terminal: tuple[int, str]) -> None:
    """A slow line costs one write to disk for each burst, not for each byte."""
    master, name = terminal
    with closing(open_port(name, PortSettings(9600, 8, "N", 1))) as port:
        os.write(master, b"A01 21\r\n" * 100)
        content, fault = receive(port, lambda seconds: None)
    assert (content, fault) == (b"A01 21\r\n" * 100, None)


def test_silence_is_no_error(terminal: tuple[int, str]) -> None:
    """A counter may say nothing for an hour."""
    with closing(open_port(terminal[1], PortSettings(9600, 8, "N", 1))) as port:
        assert receive(port, lambda seconds: None) == (b"", None)


class Unplugged:
    """A port that is pulled while the burst gathers."""

    @property
    def in_waiting(self) -> int:
        raise serial.SerialException("device disconnected")

    def read(self, size: int, /) -> bytes:
        return b"A"

    def write(self, content: bytes, /) -> int | None:
        return None

    def close(self) -> None:
        return None


def test_bytes_received_before_the_plug_was_pulled_are_kept() -> None:
    """The fault comes beside them, not instead of them."""
    content, fault = receive(Unplugged(), lambda seconds: None)
    assert content == b"A"
    assert isinstance(fault, serial.SerialException)


def test_a_port_that_another_program_has_is_not_opened(terminal: tuple[int, str]) -> None:
    """Two readers would each get half the bytes."""
    settings = PortSettings(9600, 8, "N", 1)
    with (
        closing(open_port(terminal[1], settings)),
        pytest.raises(OSError, match="exclusively lock"),
    ):
        open_port(terminal[1], settings)

"""Line settings as people write them, and reading a port in bursts."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import serial
from serial.rfc2217 import PortManager
from serial.tools import list_ports, list_ports_common

from labsvc.capture.port import (
    PORT_TROUBLE,
    WINDOWS_BYTES,
    Port,
    PortSettings,
    check_url,
    open_port,
    parse_settings,
    receive,
    widen,
)
from labsvc.errors import ConfigError
from tests.patience import PATIENCE

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
        ("1200-7E1", PortSettings(1200, 7, "E", 1.0)),
        ("115200 8N1 rtscts", PortSettings(115200, 8, "N", 1.0, "rtscts")),
    ],
)
def test_line_settings_are_read_as_manuals_write_them(text: str, settings: PortSettings) -> None:
    """Baud rate, bits, parity, stop bits, flow control."""
    assert parse_settings(text) == settings


@pytest.mark.parametrize("text", ["", "9600", "8N1 9600", "9600 9N1", "9600 8N1 yes", "9600--8N1"])
def test_other_settings_are_refused_with_an_example(text: str) -> None:
    """The sentence quotes what was found and shows what to write."""
    with pytest.raises(ConfigError, match="9600 8N1") as refusal:
        parse_settings(text)
    assert f"'{text}'" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["1200 7E1", "9600 8N1", "300 5N1.5", "115200 8N1 rtscts", "9600 7O2 xonxoff"]
)
def test_settings_are_said_as_they_were_written(text: str) -> None:
    """In hints and in recordings, to be copied into labsvc.yaml."""
    assert str(parse_settings(text)) == text


@pytest.mark.parametrize(
    "url",
    ["/dev/serial/by-id/usb-FTDI", "COM3", "hwgrep://0403:6001.*SER=A1", "socket://server:4001",
     "rfc2217://10.0.0.7:4001?ign_set_control", "loop://", "replay:///srv/session.txt?speed=max"],
)  # fmt: skip
def test_a_port_is_a_device_or_a_url(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sockt://server:4001", "there is no 'sockt://'; write a device .* socket://"),
        ("socket://server", "names no host and port; write socket://host:4001"),
        ("rfc2217://:4001", "names no host and port"),
        ("socket://server:70000", "names no host and port"),
        ("hwgrep://(0403", "is no regular expression: missing"),
    ],
)
def test_a_url_that_can_never_be_opened_is_told_at_once(url: str, said: str) -> None:
    """Rather than tried for ever, as a port that is only away."""
    with pytest.raises(ConfigError, match=said):
        check_url(url)


def received(port: Port, size: int) -> bytes:
    """So many bytes, read in bursts, or what came before the port failed."""
    found, fault = bytearray(), None
    while len(found) < size and fault is None:
        content, fault = receive(port, lambda seconds: None)
        found += content
    return bytes(found)


EVERY_BYTE = bytes(range(256)) * 8


def test_loop_gives_back_what_is_written() -> None:
    with closing(open_port("loop://", PortSettings(9600, 8, "N", 1))) as port:
        port.write(EVERY_BYTE)
        assert received(port, len(EVERY_BYTE)) == EVERY_BYTE


def test_a_port_is_found_by_what_it_is(
    terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """hwgrep:// looks in the system's list anew each time it is opened."""
    found = list_ports_common.ListPortInfo(terminal[1])
    found.hwid = "USB VID:PID=0403:6001 SER=A1B2C3"
    monkeypatch.setattr(list_ports, "comports", lambda include_links: [found])
    url, settings = "hwgrep://0403:6001.*SER=A1B2C3", PortSettings(9600, 8, "N", 1)
    with closing(open_port(url, settings)) as port:
        os.write(terminal[0], b"A01 21\n")
        assert received(port, 7) == b"A01 21\n"
    with pytest.raises(PORT_TROUBLE, match="no ports found"):
        open_port("hwgrep://SER=OTHER", settings)


Server = Callable[[socket.socket], None]


@contextmanager
def serving(serve: Server) -> Iterator[str]:
    """A serial server on loopback: ``host:port``. It serves one caller."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            caller, _ = listening.accept()
            with caller:
                serve(caller)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_serial_server_on_the_network_is_read_to_its_last_byte() -> None:
    """Then its going away is a fault of the port."""

    def serve(caller: socket.socket) -> None:
        # What comes while the port is being opened, pyserial throws away.
        assert caller.recv(1) == b"?"
        caller.sendall(EVERY_BYTE)

    with (
        serving(serve) as where,
        closing(open_port(f"socket://{where}", PortSettings(9600, 8, "N", 1))) as port,
    ):
        port.write(b"?")
        assert received(port, len(EVERY_BYTE) + 1) == EVERY_BYTE
        _, fault = receive(port, lambda seconds: None)
        assert "socket disconnected" in str(fault)


def test_a_network_line_asks_whether_its_other_end_is_alive() -> None:
    """A server that lost its power closes nothing: without this, silence would last for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = f"socket://127.0.0.1:{listening.getsockname()[1]}"
        with closing(open_port(where, PortSettings(9600, 8, "N", 1))) as port:
            line: socket.socket = port._socket  # type: ignore[attr-defined]
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def rfc2217(content: bytes) -> Server:
    """pyserial's own server side: it agrees on the settings, then sends, then goes away."""

    def serve(caller: socket.socket) -> None:
        class Connection:
            def write(self, sent: bytes) -> None:
                caller.sendall(sent)

        with serial.serial_for_url("loop://") as behind:
            manager = PortManager(behind, Connection())
            # The last thing a caller asks for when it opens is an empty transmit buffer.
            while not (asked := caller.recv(1024)).endswith(b"\xff\xfa\x2c\x0c\x02\xff\xf0"):
                b"".join(manager.filter(asked))
            b"".join(manager.filter(asked))
            caller.sendall(b"".join(manager.escape(content)))

    return serve


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)\\(\\) is deprecated:DeprecationWarning")
def test_rfc2217_sets_the_line_and_is_read_to_its_last_byte() -> None:
    """Every byte, those included that its protocol must double; none lost when it goes away."""
    with (
        serving(rfc2217(EVERY_BYTE)) as where,
        closing(open_port(f"rfc2217://{where}", PortSettings(1200, 7, "E", 1))) as port,
    ):
        assert received(port, len(EVERY_BYTE) + 1) == EVERY_BYTE


def test_windows_is_asked_for_room() -> None:
    """Its own 4,096 bytes are a third of a second at 115,200 baud."""

    class OnWindows:
        room = 4096

        def set_buffer_size(self, rx_size: int) -> None:
            self.room = rx_size

    port = OnWindows()
    widen(port)
    assert port.room == WINDOWS_BYTES


def test_what_pyserial_trips_over_is_a_port_that_cannot_be_opened() -> None:
    """Faults that are no faults of ports, as of a pattern that is none, end no thread of ours."""
    with pytest.raises(OSError, match=r"hwgrep://\( cannot be opened: missing \)"):
        open_port("hwgrep://(", PortSettings(9600, 8, "N", 1))


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

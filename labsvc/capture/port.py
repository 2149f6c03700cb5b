"""Opening a serial port, and reading it in bursts. A port is any pyserial URL.

Beside pyserial's own URLs there is ``replay://FILE``, a recorded session (urls/protocol_replay.py).
"""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import serial

from labsvc.errors import ConfigError

try:
    from termios import error as _LineRefused  # noqa: N812
except ImportError:  # Windows has none

    class _LineRefused(Exception):  # type: ignore[no-redef]
        """Never raised there."""


# What pyserial lets through when a port is missing, taken, unplugged or cannot do the settings.
PORT_TROUBLE: Final = (OSError, ValueError, _LineRefused)
# And what it trips over itself when a port cannot be had: each means the same to us.
_STUMBLES: Final = (AttributeError, RuntimeError, TypeError, re.error)
HANDLERS: Final = "labsvc.capture.urls"
if HANDLERS not in serial.protocol_handler_packages:
    serial.protocol_handler_packages.append(HANDLERS)

READ_SECONDS: Final = 0.25
WRITE_SECONDS: Final = 5.0
# A slow line brings one byte after another: gather them, so that the disk is asked less often.
# 50 ms at 115,200 baud are 576 bytes, far below the 4,096 that systems hold for us.
BURST_SECONDS: Final = 0.05
BURST_BYTES: Final = 65536
PLENTY_BYTES: Final = 1024
# What Windows keeps for us between two reads, instead of its 4,096: 5 s at 115,200 baud.
WINDOWS_BYTES: Final = 65536
# A serial server that lost its power says nothing: after so long the network is asked.
QUIET_SECONDS: Final = 60
PROBE_SECONDS: Final = 10

_SCHEMES: Final = ("alt", "cp2110", "hwgrep", "loop", "replay", "rfc2217", "socket", "spy")
_NETWORK: Final = ("rfc2217", "socket")
_SETTINGS: Final = re.compile(
    r"(?P<baud>\d{2,7})(?:\s+|-)(?P<bits>[5-8])(?P<parity>[NEOMS])(?P<stop>1\.5|1|2)"
    r"(?:\s+(?P<flow>rtscts|xonxoff|dsrdtr))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PortSettings:
    """Line settings. ``parity`` is N, E, O, M or S; ``flow`` is rtscts, xonxoff, dsrdtr or ''."""

    baudrate: int
    bytesize: int
    parity: str
    stopbits: float
    flow: str = ""

    def __str__(self) -> str:
        """As people write them: ``1200 7E1``, ``9600 8N1 rtscts``."""
        text = f"{self.baudrate} {self.bytesize}{self.parity}{self.stopbits:g}"
        return f"{text} {self.flow}".rstrip()


def parse_settings(text: str) -> PortSettings:
    """``1200 7E1``, ``1200-7E1`` or ``9600 8N1 rtscts``. Raises ConfigError."""
    found = _SETTINGS.fullmatch(text.strip())
    if found is None:
        raise ConfigError(
            f"line settings '{text}' are not understood; write baud rate, then bits, parity and "
            f"stop bits, then flow control if there is any: '9600 8N1' or '1200 7E1 rtscts'"
        )
    return PortSettings(
        baudrate=int(found["baud"]),
        bytesize=int(found["bits"]),
        parity=found["parity"].upper(),
        stopbits=float(found["stop"]),
        flow=(found["flow"] or "").lower(),
    )


def check_url(url: str) -> None:
    """ConfigError for a URL that can never be opened, whatever is plugged in."""
    scheme, found, rest = url.partition("://")
    if not found:
        return
    if scheme.lower() not in _SCHEMES:
        raise ConfigError(
            f"port '{url}': there is no '{scheme}://'; write a device such as /dev/ttyUSB0 or "
            f"COM3, or one of {', '.join(f'{one}://' for one in _SCHEMES)}"
        )
    if scheme.lower() in _NETWORK and not _names_host_and_port(url):
        raise ConfigError(f"port '{url}' names no host and port; write {scheme}://host:4001")
    if scheme.lower() == "hwgrep":
        try:
            re.compile(rest.partition("&")[0])
        except re.error as error:
            raise ConfigError(f"port '{url}' is no regular expression: {error}") from error


def _names_host_and_port(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


class Port(typing.Protocol):
    """What we use of pyserial's ports, of whatever kind the URL names."""

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int, /) -> bytes: ...

    def write(self, content: bytes, /) -> int | None: ...

    def close(self) -> None: ...


def open_port(url: str, settings: PortSettings) -> Port:
    """The port, open and ours alone. Raises one of PORT_TROUBLE."""
    try:
        opened = serial.serial_for_url(
            url,
            baudrate=settings.baudrate,
            bytesize=settings.bytesize,
            parity=settings.parity,
            stopbits=settings.stopbits,
            rtscts=settings.flow == "rtscts",
            xonxoff=settings.flow == "xonxoff",
            dsrdtr=settings.flow == "dsrdtr",
            timeout=READ_SECONDS,
            # pyserial opens no rfc2217:// with a limit on writing.
            write_timeout=None if url.lower().startswith("rfc2217:") else WRITE_SECONDS,
            exclusive=True,
        )
    except _STUMBLES as error:
        raise OSError(f"{url} cannot be opened: {error}") from error
    widen(opened)
    return typing.cast(Port, opened)


def widen(opened: object) -> None:
    """Room for more bytes between two reads, and a network line that notices its other end."""
    if enlarge := getattr(opened, "set_buffer_size", None):  # on Windows
        enlarge(rx_size=WINDOWS_BYTES)
    line = getattr(opened, "_socket", None)
    if isinstance(line, socket.socket):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", QUIET_SECONDS), ("TCP_KEEPINTVL", PROBE_SECONDS)):
            if hasattr(socket, name):
                line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def receive(port: Port, pause: Callable[[float], object]) -> tuple[bytes, Exception | None]:
    """What came in within READ_SECONDS, and what went wrong behind it (one of PORT_TROUBLE).

    Only bytes known to wait are asked for, so none is lost inside a read that fails. ``pause``
    lets a burst gather.
    """
    received = bytearray()
    try:
        received += port.read(1)
        if not received:
            return b"", None
        if port.in_waiting < PLENTY_BYTES:
            pause(BURST_SECONDS)
        while len(received) < BURST_BYTES and (ready := port.in_waiting):
            received += port.read(min(ready, BURST_BYTES))
    except PORT_TROUBLE as error:
        return bytes(received) + _left_behind(port), error
    return bytes(received), None


def _left_behind(port: Port) -> bytes:
    """What pyserial's rfc2217:// had received before its connection went, and gives no more."""
    waiting = getattr(port, "_read_buffer", None)
    left = bytearray()
    if isinstance(waiting, queue.Queue):
        with contextlib.suppress(queue.Empty):
            while True:
                left += waiting.get_nowait() or b""
    return bytes(left)

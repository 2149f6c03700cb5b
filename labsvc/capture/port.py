"""Opening a serial port, and reading it in bursts. A port is any pyserial URL."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import serial

from labsvc.errors import ConfigError

try:
    from termios import error as _LineRefused  # noqa: N812
except ImportError:  # Windows has none

    class _LineRefused(Exception):  # type: ignore[no-redef]
        """Never raised there."""


# What pyserial lets through when a port is missing, taken, unplugged or cannot do the settings.
PORT_TROUBLE: Final = (OSError, ValueError, _LineRefused)

READ_SECONDS: Final = 0.25
WRITE_SECONDS: Final = 5.0
# A slow line brings one byte after another: gather them, so that the disk is asked less often.
# 50 ms at 115,200 baud are 576 bytes, far below the 4,096 that systems hold for us.
BURST_SECONDS: Final = 0.05
BURST_BYTES: Final = 65536
PLENTY_BYTES: Final = 1024

_SETTINGS: Final = re.compile(
    r"(?P<baud>\d{2,7})\s+(?P<bits>[5-8])(?P<parity>[NEOMS])(?P<stop>1\.5|1|2)"
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


def parse_settings(text: str) -> PortSettings:
    """``1200 7E1`` or ``9600 8N1 rtscts``. Raises ConfigError."""
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


class Port(typing.Protocol):
    """What we use of pyserial's ports, of whatever kind the URL names."""

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int, /) -> bytes: ...

    def write(self, content: bytes, /) -> int | None: ...

    def close(self) -> None: ...


def open_port(url: str, settings: PortSettings) -> Port:
    """The port, open and ours alone. Raises one of PORT_TROUBLE."""
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
        write_timeout=WRITE_SECONDS,
        exclusive=True,
    )
    return typing.cast(Port, opened)


def receive(port: Port, pause: Callable[[float], object]) -> tuple[bytes, Exception | None]:
    """What came in within READ_SECONDS, and what went wrong behind it (one of PORT_TROUBLE).

    Only bytes known to wait are asked for, so none is lost inside a read that fails. ``pause``
    lets a burst gather. Raises one of PORT_TROUBLE when the port fails before the first byte.
    """
    received = bytearray(port.read(1))
    if not received:
        return b"", None
    try:
        if port.in_waiting < PLENTY_BYTES:
            pause(BURST_SECONDS)
        while len(received) < BURST_BYTES and (ready := port.in_waiting):
            received += port.read(ready)
    except PORT_TROUBLE as error:
        return bytes(received), error
    return bytes(received), None

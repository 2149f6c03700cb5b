"""The simulated lab: it drops files into watched folders and prints to a serial line."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path
from time import sleep
from typing import Protocol

from labsvc.service.demo.day import Act
from labsvc.store.durable import write_durably

PIECE_BYTES, PIECE_SECONDS = 256, 0.02
"""A printing counter is slow; ours is a hundred times faster, and still not all at once."""


class Cable(Protocol):
    """The far end of a serial line: an instrument that prints."""

    @property
    def url(self) -> str: ...

    def send(self, content: bytes) -> None: ...

    def close(self) -> None: ...


class PseudoTerminal:
    """A real pseudo-terminal: the service opens its other end as a serial port."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()

    @property
    def url(self) -> str:
        return os.ttyname(self._slave)

    def send(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(self._master, view[:PIECE_BYTES]) :]
            sleep(PIECE_SECONDS)

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class Socket:
    """Where there are no pseudo-terminals (Windows): the same bytes over a local connection."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connected = threading.Event()
        self._peer: socket.socket | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def _accept(self) -> None:
        self._peer, _ = self._server.accept()
        self._connected.set()

    def send(self, content: bytes) -> None:
        self._connected.wait(timeout=30)
        if self._peer is not None:
            self._peer.sendall(content)

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
        self._server.close()


def lay_cable() -> Cable:
    return Socket() if sys.platform == "win32" else PseudoTerminal()


class Lab:
    """Performs acts. Doing one twice leaves the same files."""

    def __init__(self, home: Path, cable: Cable) -> None:
        self._places = {
            "runsheets": home / "runsheets",
            "microbeta": home / "lab" / "microbeta",
            "harvester": home / "lab" / "harvester",
        }
        self._cable = cable

    def perform(self, act: Act) -> None:
        if act.place == "tricarb-port":
            self._cable.send(act.content)
            return
        target = self._places[act.place] / act.name
        if not target.exists():
            write_durably(target, act.content)

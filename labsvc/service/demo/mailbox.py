"""A mailbox on loopback: a real SMTP server that keeps every message as a file."""

from __future__ import annotations

import hashlib
from asyncio import Server
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from labsvc.store.durable import write_durably


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        name = hashlib.sha256(content).hexdigest()[:16]
        count = sum(1 for _ in self._folder.iterdir())
        write_durably(self._folder / f"{count + 1:03d}-{name}.eml", content)
        return "250 kept"


class _OnFreePort(Controller):
    """A controller that lets the system choose the port."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Mailbox:
    """Start it, ask its port, stop it."""

    def __init__(self, folder: Path) -> None:
        self._controller = _OnFreePort(_Keeper(folder), hostname="127.0.0.1", port=0)

    def start(self) -> int:
        """Listen on a free port of this machine; the port."""
        self._controller.start()
        return int(self._controller.port)

    def stop(self) -> None:
        self._controller.stop()


def messages(folder: Path) -> list[Path]:
    """What was kept there, in the order of its arrival."""
    return sorted(folder.glob("*.eml"))

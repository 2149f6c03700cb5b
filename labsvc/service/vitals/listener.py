"""A small HTTP server in one thread: each path has one function that answers it.

Imported only where the settings ask for it. It answers one request after the other, each within
a few seconds, and keeps no connection: it is for monitors, not for browsers.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import Final

import structlog

from labsvc.errors import ConfigError, LabsvcError
from labsvc.service.settings import HttpSettings

SECONDS: Final = 3.0
"""How long a caller may be silent in the middle of its request."""
WHOLE_SECONDS: Final = 6.0
"""How long all of a request may take to arrive, or an answer to leave."""
LOOK_SECONDS: Final = 1.0
"""How often it looks whether it was stopped."""

BODY_BYTES: Final = 65536

log = structlog.get_logger("labsvc.http")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: HTTPStatus
    content: bytes
    kind: str = "text/plain; charset=utf-8"


Answer = Callable[[Mapping[str, str]], Reply]
"""What answers a request, given its headers by their names in small letters."""
Routes = Mapping[tuple[str, str], Answer]
"""By method and path."""


class Listener:
    """Listens from ``start`` to ``stop``. ConfigError when its port cannot be had."""

    def __init__(self, settings: HttpSettings, routes: Routes) -> None:
        self._settings = settings
        self._routes = routes
        self._server: HTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it has; with 0 in its settings, whichever was free."""
        return self._server.server_port if self._server is not None else 0

    def start(self) -> None:
        host, port = self._settings.host, self._settings.port
        try:
            self._server = _server(self._settings, self._routes)
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"http: cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}"
                "; choose another port, or a host of this machine"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK_SECONDS,), name="http", daemon=True
        )
        self._thread.start()
        log.info("listening", host=host, port=self.port)

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        # Linux wakes it by this; elsewhere it looks by itself.
        with contextlib.suppress(OSError):
            self._server.socket.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._thread.join(WHOLE_SECONDS + 1)
        self._server.server_close()
        self._server = self._thread = None


class _Server(HTTPServer):
    # One caller after the other: a few may wait, none is turned away.
    request_queue_size = 16
    # On Windows that would let two programs share a port, and neither knows.
    allow_reuse_address = sys.platform != "win32"

    def server_bind(self) -> None:
        """As HTTPServer does it, but for asking a name server for our name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away, or a mistake of ours: neither ends the thread."""
        log.warning("request failed", exc_info=True)


class _Server6(_Server):
    address_family = socket.AF_INET6


def _server(settings: HttpSettings, routes: Routes) -> HTTPServer:
    """Bound to its port. Raises OSError."""
    handler: type[_Handler] = type("Handler", (_Handler,), {"routes": routes})
    kind = _Server6 if ":" in settings.host else _Server
    server = kind((settings.host, settings.port), handler)
    handler.alone = is_loopback(server.server_name)
    return server


class _Handler(BaseHTTPRequestHandler):
    routes: Routes = {}  # noqa: RUF012 - each server has a class of its own, see _server
    alone = True
    """Whether only this machine can reach it."""
    timeout = SECONDS
    server_version = "labsvc"
    sys_version = ""

    def setup(self) -> None:
        # Bytes that trickle in one by one must not hold the thread for ever.
        self._limit = threading.Timer(WHOLE_SECONDS, _cut_off, [self.request])
        self._limit.daemon = True
        self._limit.start()
        super().setup()

    def finish(self) -> None:
        self._limit.cancel()
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        # Nobody looks at a body; one left unread would cost the caller the answer.
        told = self.headers.get("content-length", "")
        if told.isdigit():
            self.rfile.read(min(int(told), BODY_BYTES))
        self._answer()

    def _answer(self) -> None:
        if not self._meant():
            words = b"this name is not ours; ask for localhost or 127.0.0.1\n"
            self._send(Reply(HTTPStatus.MISDIRECTED_REQUEST, words))
            return
        path = self.path.partition("?")[0]
        answer = self.routes.get((self.command, path))
        if answer is not None:
            self._send(_said(answer, {name.lower(): self.headers[name] for name in self.headers}))
        elif any(path == known for _, known in self.routes):
            words = f"{path} does not know {self.command}\n".encode()
            self._send(Reply(HTTPStatus.METHOD_NOT_ALLOWED, words))
        else:
            paths = "\n".join(sorted({known for _, known in self.routes}))
            words = f"not here; there are\n{paths}\n".encode()
            self._send(Reply(HTTPStatus.NOT_FOUND, words))

    def _meant(self) -> bool:
        """Whether a caller on this machine asked for this machine.

        A page in somebody's browser may give its own name our address, to read what only programs
        here may read; the name it was called by gives it away.
        """
        if not self.alone:
            return True
        host = self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")
        return host in ("", "localhost") or is_loopback(host.strip("[]"))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Monitors ask every few seconds: nobody reads that in a log."""


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone; a name is none."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _said(answer: Answer, headers: Mapping[str, str]) -> Reply:
    try:
        return answer(headers)
    except LabsvcError as error:
        return Reply(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n".encode("utf-8", "replace"))


def _cut_off(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

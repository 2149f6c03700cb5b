"""Whether the service can be asked over HTTP: opened only where that is set, tried until it can."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from labsvc.service.daemon import Daemon
from labsvc.service.home import SETTINGS_FILE, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.vitals.doorway import Doorway
from tests.bench import NOW, make_home
from tests.patience import PATIENCE


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def daemon(root: Path, settings: str) -> Daemon:
    make_home(root)
    path = root / SETTINGS_FILE
    path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")
    return Daemon(open_home(root), load_drivers())


def test_a_port_in_use_is_told_and_tried_again(tmp_path: Path, taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    service = daemon(tmp_path / "home", f"\nhttp: {{port: {port}}}\n")
    door = Doorway(lambda: NOW, NOW)
    door.open(service, service.home)
    assert str(port) in (door.trouble or "")
    taken.close()
    door.open(service, service.home)
    assert door.trouble is None
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    door.close()
    service.home.close()


def test_nobody_listens_where_nobody_asked_for_it(tmp_path: Path) -> None:
    service = daemon(tmp_path / "home", "")
    door = Doorway(lambda: NOW, NOW)
    door.open(service, service.home)
    assert door.trouble is None
    door.close()
    service.home.close()

"""The small HTTP server: what it answers, and what callers cannot do to it."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection

import pytest

from labsvc.errors import ConfigError, StoreError
from labsvc.service.settings import HttpSettings
from labsvc.service.vitals import listener as module
from labsvc.service.vitals.listener import Listener, Reply
from tests.patience import PATIENCE


def hello(headers: Mapping[str, str]) -> Reply:
    return Reply(HTTPStatus.OK, headers.get("x-name", "nobody").encode())


def fails(_headers: Mapping[str, str]) -> Reply:
    raise StoreError("the disk is away")


def breaks(_headers: Mapping[str, str]) -> Reply:
    raise KeyError("a mistake")


@pytest.fixture
def served() -> Iterator[Listener]:
    routes = {("GET", "/hello"): hello, ("POST", "/hello"): hello, ("GET", "/fails"): fails,
              ("GET", "/breaks"): breaks}  # fmt: skip
    one = Listener(HttpSettings(0, "127.0.0.1"), routes)
    one.start()
    yield one
    one.stop()


def ask(
    one: Listener, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", one.port, timeout=PATIENCE)
    connection.request(method, path, body, {"X-Name": "somebody", **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_a_path_is_answered_with_its_headers(served: Listener) -> None:
    """What stands behind a question mark is no part of it."""
    assert ask(served, "GET", "/hello?x=1") == (200, b"somebody")
    assert ask(served, "POST", "/hello", b"x" * 5000) == (200, b"somebody")


def test_what_is_not_there_is_said(served: Listener) -> None:
    """With what there is."""
    assert ask(served, "GET", "/else") == (404, b"not here; there are\n/breaks\n/fails\n/hello\n")
    assert ask(served, "POST", "/fails")[0] == 405
    assert ask(served, "DELETE", "/hello")[0] == 501


def test_a_failure_is_answered_with_its_sentence(served: Listener) -> None:
    """Our own disk may be away."""
    assert ask(served, "GET", "/fails") == (503, b"the disk is away\n")


def test_no_caller_ends_it(served: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that hangs up, nor nonsense, nor one that never says what it wants."""
    monkeypatch.setattr(module, "WHOLE_SECONDS", 0.1)
    with socket.create_connection(("127.0.0.1", served.port)):
        pass
    for words in (b"\x00\xff\n\n", b"GET " + b"a" * 70_000, b"GET /hello HTTP/1.1\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as caller:
            caller.sendall(words)
            caller.recv(4096)
    with pytest.raises(OSError):  # noqa: PT011 - the connection ends without an answer
        ask(served, "GET", "/breaks")
    monkeypatch.undo()
    assert ask(served, "GET", "/hello")[0] == 200


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it looks once a second")
def test_a_stop_waits_for_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is told to stop is not held up by its own listener."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 3600.0)
    one = Listener(HttpSettings(0, "127.0.0.1"), {})
    one.start()
    stopping = threading.Thread(target=one.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


def test_a_port_in_use_is_told(served: Listener) -> None:
    """In one sentence with the port."""
    second = Listener(HttpSettings(served.port, "127.0.0.1"), {})
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{served.port}: "):
        second.start()
    second.stop()


def test_a_name_of_no_machine_is_told() -> None:
    """As written in the settings."""
    with pytest.raises(ConfigError, match=r"cannot listen on nowhere\.invalid:9464"):
        Listener(HttpSettings(9464, "nowhere.invalid"), {}).start()


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("localhost:8460", 200), ("127.0.0.1:8460", 200), ("[::1]:8460", 200),
     ("counter.example.org", 421), ("counter.example.org:8460", 421), ("127.0.0.1.example", 421)],
)  # fmt: skip
def test_a_page_that_gives_our_address_its_own_name_is_turned_away(
    served: Listener, host: str, status: int
) -> None:
    """Bound to this machine alone, it answers to this machine's names only."""
    assert ask(served, "GET", "/hello", Host=host)[0] == status

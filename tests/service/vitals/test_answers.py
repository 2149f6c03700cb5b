"""What the service says over HTTP of itself, asked as a monitor does: with the real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from labsvc.service.daemon import Daemon
from labsvc.service.home import SETTINGS_FILE, Home, open_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.reload import Answer, Reloading
from labsvc.service.settings import HttpSettings
from labsvc.service.vitals.answers import TOKEN, Answers, token_of
from labsvc.service.vitals.health import Vitals
from labsvc.service.vitals.listener import Listener
from labsvc.service.vitals.tally import Tally
from tests.bench import NOW, capture, make_home
from tests.patience import PATIENCE


class Service:
    """A home and what is known of it; ``said`` is the answer to a reload."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.registry: Registry = load_drivers()
        self.tally = Tally()
        self.now = Vitals(running=True)
        self.reloads = 0
        self.said = Answer(True, ("source a added",))
        self.reloading = Reloading(lambda home, registry: Daemon(home, registry).inlets)

    def vitals(self) -> Vitals:
        return self.now

    def reload(self) -> Answer:
        self.reloads += 1
        return self.said


class Asked:
    def __init__(self, root: Path) -> None:
        self.service = Service(open_home(make_home(root)))
        self.token = token_of(root)
        routes = Answers(self.service, self.token, lambda: NOW, NOW).routes
        self.listener = Listener(HttpSettings(0, "127.0.0.1"), routes)
        self.listener.start()

    def ask(self, path: str, method: str = "GET", token: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.listener.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    one = Asked(tmp_path / "home")
    yield one
    one.listener.stop()
    one.service.home.close()


def test_a_service_that_is_well(asked: Asked) -> None:
    """Alive and ready."""
    assert asked.ask("/healthz") == (200, "ok\n")
    status, text = asked.ask("/readyz")
    assert (status, json.loads(text)) == (200, {"status": "ready", "reasons": []})


def test_a_part_that_is_stuck_fails_both(asked: Asked) -> None:
    """Only a new start would help, so whoever watches over it may start it anew."""
    asked.service.now = Vitals(running=True, stuck=("the worker has not got on for 700 s",))
    assert asked.ask("/healthz") == (503, "the worker has not got on for 700 s\n")
    assert asked.ask("/readyz")[0] == 503


def test_a_disk_that_is_away_is_no_reason_for_a_new_start(asked: Asked) -> None:
    """It is not ready, and alive."""
    asked.service.now = Vitals(running=True, store_trouble="no room")
    assert asked.ask("/healthz")[0] == 200
    status, text = asked.ask("/readyz")
    assert (status, json.loads(text)["status"]) == (503, "failing")


def test_what_degrades_it_is_listed(asked: Asked) -> None:
    """It still files, so it is ready."""
    asked.service.now = Vitals(running=True, mail_trouble="messages wait: refused")
    status, text = asked.ask("/readyz")
    assert (status, json.loads(text)) == (
        200, {"status": "degraded", "reasons": ["messages wait: refused"]},
    )  # fmt: skip


def test_metrics_count_what_waits(asked: Asked) -> None:
    """In the inbox as it is now."""
    asked.service.home.inbox.put(capture("a.txt", b"a"))
    status, text = asked.ask("/metrics")
    assert status == 200
    assert "\nlabsvc_inbox_captures 1.0\n" in text


@pytest.mark.parametrize("token", [None, "", "wrong", "ü"])
def test_nobody_reloads_without_the_token(asked: Asked, token: str | None) -> None:
    """And where it is, is said."""
    status, text = asked.ask("/reload", "POST", token)
    assert (status, asked.service.reloads) == (401, 0)
    assert TOKEN in text
    assert asked.token not in text


def test_a_reload_answers_what_changes_or_what_is_wrong(asked: Asked) -> None:
    """In JSON, by its status."""
    status, text = asked.ask("/reload", "POST", asked.token)
    assert (status, json.loads(text)) == (200, {"taken": True, "changes": ["source a added"]})
    asked.service.said = Answer(False, (f"{SETTINGS_FILE}:3: no",))
    status, text = asked.ask("/reload", "POST", asked.token)
    assert (status, json.loads(text)) == (422, {"taken": False, "reason": "labsvc.yaml:3: no"})


def test_a_reload_cannot_be_asked_by_a_link(asked: Asked) -> None:
    """GET changes nothing."""
    assert asked.ask("/reload", token=asked.token)[0] == 405
    assert asked.service.reloads == 0


def test_the_token_is_for_our_account_alone(tmp_path: Path) -> None:
    """It stays from start to start; one that is too short is replaced."""
    made = token_of(tmp_path)
    assert token_of(tmp_path) == made
    path = tmp_path / TOKEN
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("short")
    path.chmod(0o644)
    assert len(token_of(tmp_path)) >= 32
    assert path.stat().st_mode & 0o777 == 0o600

"""A real mail server with every fault in turn: each message arrives once it serves again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from labsvc.model.filing import Alert
from labsvc.notify.mail import MailSettings, compose, send
from labsvc.notify.outbox import Outbox
from labsvc.notify.rules import Destination, Rules
from labsvc.store.database import Database
from labsvc.store.postroom import Postroom

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STALL_SECONDS = 0.2
"""How long we wait for an answer."""


@dataclass
class Moody:
    """A mail server: ``mood`` is what it does to the next message."""

    mood: str = "serves"
    received: list[bytes] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood == "greylists":
            return "451 4.7.1 Greylisted, try again later"
        if self.mood == "refuses":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mood == "dies":
            assert server.transport is not None
            server.transport.abort()
            return "421 going down"
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        return "250 OK"


@dataclass
class Post:
    """A database with messages owed, and the way to the server."""

    database: Database
    server: Moody
    settings: MailSettings
    now: datetime = NOON

    def owe(self, key: str) -> None:
        words = Alert(key, "qc", f"[labsvc] {key}", key, f"<p>{key}</p>", self.now)
        self.database.owe([words], self.now)

    def round(self, settings: MailSettings | None = None) -> list[str]:
        """What went out now."""
        way = settings or self.settings

        def post(alert: Alert, place: Destination) -> None:
            send(compose(alert, way), way)

        rules = Rules(recipients=way.recipients)
        room = Postroom(self.database)
        return Outbox(room, post, lambda: self.now, rules=rules).deliver_due().sent


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    database.migrate()
    server = Moody()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield Post(database, server, way_to(controller.port))
    controller.stop()
    database.close()


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def way_to(port: int) -> MailSettings:
    return MailSettings(
        host="127.0.0.1",
        port=port,
        sender="labsvc@lab.example",
        recipients=("anna@lab.example",),
        starttls=False,
        timeout_seconds=STALL_SECONDS,
    )


@pytest.fixture
def silent() -> Iterator[MailSettings]:
    """A server that takes the call and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        held: list[socket.socket] = []
        ended = threading.Event()

        def answer() -> None:
            while not ended.is_set():
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        listening.settimeout(0.1)
        thread = threading.Thread(target=answer)
        thread.start()
        yield way_to(listening.getsockname()[1])
        ended.set()
        thread.join()
        for one in held:
            one.close()


@pytest.mark.parametrize("mood", ["greylists", "dies"])
def test_a_message_that_was_put_off_is_delivered_later(post: Post, mood: str) -> None:
    post.owe("first")
    post.server.mood = mood
    assert post.round() == []
    assert post.round() == []
    post.server.mood, post.now = "serves", NOON + timedelta(hours=2)
    assert post.round() == ["first"]
    assert [b"first" in one for one in post.server.received] == [True]


def test_a_server_that_stalls_is_given_up_soon_and_asked_again(
    post: Post, silent: MailSettings
) -> None:
    """One wait for the whole round, however many messages are owed."""
    for number in range(50):
        post.owe(f"run-{number}")
    assert post.round(silent) == []
    post.now = NOON + timedelta(hours=2)
    assert len(post.round()) == 50
    assert len(post.server.received) == 1


def test_a_server_that_is_down_is_asked_again(post: Post) -> None:
    post.owe("first")
    assert post.round(way_to(free_port())) == []
    post.now = NOON + timedelta(hours=2)
    assert post.round() == ["first"]


def test_what_is_refused_for_good_is_shown_and_holds_up_nothing(post: Post) -> None:
    post.owe("first")
    post.server.mood = "refuses"
    post.round()
    (dead,) = [one for one in post.database.outbox() if one.dead]
    assert "No such mailbox" in (dead.last_error or "")
    post.server.mood = "serves"
    post.owe("second")
    assert post.round() == ["second"]


def test_a_day_of_faults_loses_no_message(post: Post) -> None:
    """Every mood each hour, a new message each half hour; the next day all have arrived."""
    moods = ("greylists", "dies", "serves")
    for number in range(48):
        post.owe(f"run-{number:02}")
        post.server.mood = moods[number // 2 % len(moods)]
        post.round()
        post.now += timedelta(minutes=30)
    post.server.mood = "serves"
    post.now += timedelta(hours=2)
    post.round()
    assert post.database.outbox() == []
    text = b"".join(post.server.received)
    assert [n for n in range(48) if f"run-{n:02}".encode() not in text] == []

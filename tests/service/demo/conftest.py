"""The demo's day, lived once for all the tests that look at it."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, StoredResult
from labsvc.service.demo.day import Act, script
from labsvc.service.demo.home import configure, demo_home
from labsvc.service.demo.run import live_day
from labsvc.service.home import Home, open_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line
from labsvc.service.work.worker import Worker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Day:
    """The home as the day left it, and what was mailed."""

    home: Home
    mails: list[EmailMessage]

    def revisions(self, plate: str) -> list[StoredResult]:
        (latest,) = self.home.database.on_plate(plate)
        return self.home.database.revisions(latest.run_id)

    def filed(self, plate: str) -> StoredResult:
        """The latest revision of the plate's one run."""
        return self.revisions(plate)[-1]

    def document(self, plate: str) -> dict[str, Any]:
        return dict(json.loads(self.filed(plate).document))

    def mailed(self, word: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if word in mail["X-Labsvc-Key"] + mail["Subject"]]


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("demo") / "home"
    home, mails = live_day(root, fresh=False, tell=lambda act: None)
    yield Day(home, [_read(path) for path in mails])
    home.close()


def _read(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


class Lab:
    """A home with the day's run sheets, and a worker that files what comes."""

    def __init__(self, home: Home, registry: Registry) -> None:
        book = Book(home.protocols, home.runsheets, home.settings.timezone)
        book.refresh()
        self.home = home
        self.acts = script({one.name: one for one in book.protocols}, registry.drivers)
        for act in self.acts:
            if act.place == "runsheets":
                (home.runsheets / act.name).write_bytes(act.content)
        self.worker = Worker(Line(home, registry, book, lambda: NOON))

    def report(self, place: str) -> Act:
        return next(act for act in self.acts if act.place == place)

    def comes(self, act: Act, content: bytes, driver: str) -> CaptureState:
        self.home.inbox.put(Capture(act.name, act.place, NOON, content, driver, "Europe/Berlin"))
        (outcome,) = self.worker.work_off()
        return outcome.state

    def readings(self) -> list[int]:
        results = self.home.database.results()
        return [one.document.count('"position"') for one in results]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    root = tmp_path / "home"
    with demo_home(root, fresh=False):
        configure(root, port="/dev/null", mail_port=25)
        home = open_home(root)
        yield Lab(home, load_drivers())
        home.close()

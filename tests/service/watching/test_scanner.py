"""The thread that each watched folder has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from labsvc.capture.folder import FolderSettings, FolderSource
from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile
from labsvc.service.watching import scanner as module
from labsvc.service.watching.scanner import Scanner
from tests.patience import PATIENCE


@dataclass
class Lab:
    """Folders with a scanner; ``came`` is set with each capture."""

    root: Path
    taken: list[str] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    rows: dict[str, SeenFile] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    scanners: list[Scanner] = field(default_factory=list)

    def all(self) -> list[SeenFile]:
        return list(self.rows.values())

    def of(self, path: str) -> SeenFile | None:
        return self.rows.get(path)

    def remember(self, files: Sequence[SeenFile]) -> None:
        self.rows.update((one.path, one) for one in files)

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            del self.rows[path]

    def deliver(self, captures: Sequence[Capture]) -> None:
        for capture in captures:
            self.taken.append(capture.name)
            self.came.set()
            if capture.name.startswith("held"):
                self.held.wait(PATIENCE)

    def source(self, name: str, **changes: object) -> FolderSource:
        plain = FolderSettings(name, self.root / name, ("*.txt",), 0.0, None, "UTC")
        return FolderSource(
            replace(plain, **changes),  # type: ignore[arg-type]
            taken=self,
            deliver=self.deliver,
            refuse=lambda name, error: None,
            is_whole=lambda name, content: True,
            clock=lambda: datetime.now(UTC),
            monotonic=monotonic,
        )

    def scan(self, *names: str, **changes: object) -> Scanner:
        made = Scanner({name: self.source(name, **changes) for name in names})
        self.scanners.append(made)
        made.start()
        return made

    def until(self, holds: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE
        while not holds():
            assert monotonic() < end, "it did not come"
            self.came.wait(0.02)
            self.came.clear()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    yield made
    made.held.set()
    for scanner in made.scanners:
        scanner.stop()


def test_a_folder_that_keeps_its_thread_keeps_no_other_waiting(lab: Lab) -> None:
    """A share that does not answer is one source's trouble."""
    scanner = lab.scan("one", "two")
    (lab.root / "one" / "held.txt").write_bytes(b"x")
    lab.until(lambda: lab.taken == ["held.txt"])
    (lab.root / "two" / "a.txt").write_bytes(b"x")
    lab.until(lambda: lab.taken == ["held.txt", "a.txt"])
    assert scanner.away == {}


def test_a_look_that_gets_no_answer_is_told_as_away(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how long it has lasted; over when there is an answer."""
    scanner = lab.scan("one")
    loop = scanner._loops["one"]
    lab.until(lambda: loop.turns > 0 and not loop.looking)
    monkeypatch.setattr(module, "UNANSWERED_SECONDS", 0.0)
    loop._looking = monotonic() - 130, 0
    assert "has not answered for 130 s" in scanner.away["one"]
    loop._looking = None
    assert scanner.away == {}


def test_a_polled_folder_is_looked_at_on_a_hint_alone(lab: Lab) -> None:
    """No event is asked for, and the reason is told."""
    scanner = lab.scan("one", watch="poll")
    lab.until(lambda: scanner.watched["one"].looked_at is not None)
    (lab.root / "one" / "a.txt").write_bytes(b"x")
    assert scanner.watched["one"].watching == "regular looks: as the settings say"
    assert lab.taken == []
    scanner.hint_all()
    lab.until(lambda: lab.taken == ["a.txt"])


def test_a_folder_with_events_says_why(lab: Lab) -> None:
    """So that nobody need guess which of the two it is."""
    scanner = lab.scan("one", watch="native")
    lab.until(lambda: scanner.watched["one"].looked_at is not None)
    assert scanner.watched["one"].watching == "events and looks: as the settings say"


def test_another_folder_in_its_place_is_watched_in_its_turn(lab: Lab) -> None:
    """A share mounted over it, or a folder made anew: events of the one before tell nothing."""
    scanner = lab.scan("one", watch="native")
    lab.until(lambda: scanner.watched["one"].looked_at is not None)
    (lab.root / "one").rename(lab.root / "before")
    (lab.root / "one").mkdir()
    (lab.root / "one" / "first.txt").write_bytes(b"x")
    scanner.hint_all()
    lab.until(lambda: lab.taken == ["first.txt"])
    loop = scanner._loops["one"]
    lab.until(lambda: not loop.looking)
    (lab.root / "one" / "second.txt").write_bytes(b"x")
    lab.until(lambda: lab.taken == ["first.txt", "second.txt"])


def test_only_a_scanner_at_work_has_a_mark(lab: Lab) -> None:
    """Not started is ended; at rest there is none; at work it changes with each file."""
    resting = Scanner({"one": lab.source("one")})
    assert resting.mark == ("ended",)
    scanner = lab.scan("two")
    (lab.root / "two" / "held.txt").write_bytes(b"x")
    lab.until(lambda: lab.taken == ["held.txt"])
    assert scanner.mark is not None
    lab.held.set()
    lab.until(lambda: scanner.mark is None)


def test_very_many_files_told_at_once_are_a_look_at_the_folder(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names would fill the memory, and a listing has them all."""
    monkeypatch.setattr(module, "MOST_TOLD", 2)
    loop = Scanner({"one": lab.source("one")})._loops["one"]
    for name in "abc":
        loop.tell(name)
    assert (loop._told, loop._hinted) == ({"a", "b"}, True)

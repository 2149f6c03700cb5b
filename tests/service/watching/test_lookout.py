"""The regular look at every source, with a real home and lines over loop:// and replay://."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labsvc.capture.line import LineSettings, LineSource
from labsvc.driver.interface import Framer
from labsvc.service.home import Home, open_home
from labsvc.service.watching.lookout import Lookout
from labsvc.service.watching.states import read_states
from tests.bench import NOW, make_home

SETTINGS = """
sources:
  - {name: out, folder: out, patience: 8 h}
  - {name: port, port: "loop://", driver: tricarb-2100tr}
"""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Broken(Framer):
    """A mistake in a driver that nobody foresaw: it ends the thread that cuts."""

    def feed(self, data: bytes) -> list[object]:  # type: ignore[override]
        raise MemoryError("no framer should")

    @property
    def pending(self) -> bytes:
        return b""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(make_home(tmp_path / "home", SETTINGS))
    yield made
    made.close()


class Watched:
    """A lookout on the home's two sources."""

    def __init__(self, home: Home) -> None:
        self.clock, self.away, self.heard = Clock(), dict[str, str](), dict[str, datetime]()
        self.line = line(home, "loop://", Broken)
        self.lookout = Lookout(home, lines={"port": self.line}, away=lambda: self.away,
                               heard=self.heard, clock=self.clock)  # fmt: skip

    def after(self, **passed: float) -> None:
        """Two looks: the first after a long sleep tells nothing."""
        for step in (timedelta(**passed), timedelta(minutes=2)):
            self.clock.now += step
            self.lookout.look()


def line(home: Home, url: str, framer: Callable[[], Framer]) -> LineSource:
    settings = LineSettings("port", url, "9600 8N1", "tricarb-2100tr", "UTC", home.spool)
    return LineSource(settings, framer=framer, deliver=lambda capture: None,
                      fragment=lambda capture, why: None, clock=Clock())  # fmt: skip


def states(home: Home) -> dict[str, str]:
    written = read_states(home.root)
    assert written is not None
    return {name: one.state for name, one in written.sources.items()}


def test_every_source_is_written_down(home: Home) -> None:
    """A folder that is there, a port that is not open yet."""
    Watched(home).lookout.look()
    assert states(home) == {"out": "there", "port": "connecting"}


def test_a_folder_that_rests_too_long_is_stale_until_it_brings_something(home: Home) -> None:
    watched = Watched(home)
    watched.after(hours=9)
    assert states(home)["out"] == "stale"
    watched.heard["out"] = watched.clock.now
    watched.lookout.look()
    assert states(home)["out"] == "there"


def test_away_is_said_rather_than_stale(home: Home) -> None:
    """Of what cannot be listed nobody knows whether it is silent."""
    watched = Watched(home)
    watched.away["out"] = "the share is not connected"
    watched.after(hours=9)
    written = read_states(home.root)
    assert written is not None
    assert written.sources["out"].state == "away"
    assert written.sources["out"].trouble == "the share is not connected"


def test_a_start_goes_on_from_what_was_known(home: Home) -> None:
    """A service that is restarted every night still sees three days of silence."""
    first = Watched(home)
    first.heard["out"] = NOW
    first.lookout.look()
    first.lookout.close()
    again = Watched(home)
    again.after(hours=9)
    written = read_states(home.root)
    assert written is not None
    assert written.sources["out"].last_received_at == NOW
    assert [owed.alert.kind for owed in home.database.outbox()] == ["source-silent"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_line_whose_thread_died_is_started_again(home: Home, tmp_path: Path) -> None:
    """A mistake of ours or of a driver must not silence a counter for good."""
    watched, session = Watched(home), tmp_path / "session.txt"
    session.write_bytes(b"# labsvc recording 1\n0 9,0,0\n")
    watched.line = line(home, f"replay://{session}", Broken)
    watched.lookout._lines = {"port": watched.line}
    watched.line.start()
    pause = threading.Event()
    while not watched.line.died:
        pause.wait(0.005)
    before = watched.line._threads
    watched.lookout.look()
    assert watched.line._threads != before
    watched.line.stop()
    assert not watched.line.died

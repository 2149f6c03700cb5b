"""The worker rests until there may be something to do, whoever brings it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labsvc.service.home import Home, open_home
from labsvc.service.jobs import Jobs
from labsvc.service.rest import Rest
from tests.bench import capture, make_home
from tests.patience import PATIENCE


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    place = open_home(make_home(tmp_path / "home"))
    yield place
    place.close()


@contextmanager
def resting(home: Home, *, glance: float, waits: bool = False) -> Iterator[Rest]:
    """In a thread of its own; by the end of the block it must be over."""
    jobs = Jobs()
    jobs.start()
    rest = Rest(home, jobs, waits=lambda: waits, glance=glance)
    rest.start()
    thread = threading.Thread(target=rest.until_called, daemon=True)
    thread.start()
    try:
        yield rest
        thread.join(PATIENCE)
        assert not thread.is_alive()
    finally:
        rest.stop()
        jobs.stop()


def test_a_call_ends_the_rest(home: Home) -> None:
    """At once, from any thread."""
    with resting(home, glance=PATIENCE * 2) as rest:
        rest.call()


def test_what_stirs_among_the_run_sheets_ends_the_rest(home: Home) -> None:
    """The system tells of it; nothing is looked for."""
    with resting(home, glance=PATIENCE * 2):
        (home.runsheets / "NET-0411.yaml").write_text("plate: NET-0411\n")


def test_what_another_command_put_into_the_inbox_ends_the_rest(home: Home) -> None:
    """labsvc ingest calls nobody: it is seen at a glance."""
    with resting(home, glance=0.01):
        home.inbox.put(capture("NET-0411.txt", b"a report"))


def test_what_no_event_tells_of_is_looked_for(home: Home) -> None:
    """A set of files that waits for its last one, say."""
    with resting(home, glance=0.01, waits=True):
        pass

"""What the service does by the clock: each of its duties, as often as is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.service.daemon import Daemon
from labsvc.service.home import open_home
from labsvc.service.jobs import Job, Jobs
from labsvc.service.registry import load_drivers
from labsvc.service.schedule import schedule, schedule_rescan
from tests.bench import make_home


class Written(Jobs):
    """Jobs that are written down and never done."""

    def __init__(self) -> None:
        super().__init__()
        self.down: list[tuple[str, float]] = []

    def every(
        self, seconds: float, do: Job, *, first: float | None = None, name: str | None = None
    ) -> None:
        self.down.append((do.__name__, seconds))

    def once(self, do: Job, *args: object, after: float = 0.0, name: str | None = None) -> None:
        self.down.append((do.__name__, after))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    place = open_home(make_home(tmp_path / "home", "rescan: 90 s\nsources: []\n"))
    yield Daemon(place, load_drivers())
    place.close()


def test_every_duty_comes_by_the_clock(daemon: Daemon) -> None:
    """None is called by anything else where nothing happens for a week."""
    jobs = Written()
    schedule(daemon, jobs)
    assert {name for name, _ in jobs.down} == {
        "watch_over", "settled", "deliver", "look_for_sources", "see_to_duties", "renew_index",
        "give_back", "look_through",
    }  # fmt: skip
    assert all(seconds > 0 for _, seconds in jobs.down)


def test_folders_are_looked_through_as_often_as_the_settings_say(daemon: Daemon) -> None:
    """Whether or not the system tells of what comes into them."""
    jobs = Written()
    schedule_rescan(daemon, jobs)
    assert jobs.down == [("look_through", 90.0)]

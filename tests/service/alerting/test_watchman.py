"""The dead-man's switch on a real home, with a clock that is told the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from labsvc.model.result import TimelineEntry
from labsvc.notify.deadman import Disk
from labsvc.service.alerting.watchman import Watchman, room_on
from labsvc.service.home import open_home
from tests.bench import NOW, make_home
from tests.store.conftest import a_filing, a_result

SETTINGS = """sources: [{name: counter-1, folder: counter}]
expected: [{name: daily plate, source: counter-1, by: ["17:00"]}]
"""


class Lab:
    """A home under watch, since the day before, at 18:00 UTC on a Monday."""

    def __init__(self, root: Path) -> None:
        self.home = open_home(make_home(root, SETTINGS))
        self.now, self.free = NOW, 50.0
        self.filed(NOW - timedelta(days=3))
        self.watch()

    def watch(self) -> None:
        disk = lambda path: Disk(str(path), int(self.free * 2**30), 100 * 2**30)  # noqa: E731
        self.watchman = Watchman(self.home, lambda: self.now, disk)

    def filed(self, at: datetime, **more: Any) -> None:
        """A run that came at this time."""
        digest = f"{len(self.home.database.captures()):02}" * 32
        result = a_result(f"run{digest[:5]}", **more)
        self.home.database.file(
            a_filing(digest, result, received_at=at, filed_at=at, source="counter-1",
                     folder=f"2026/{digest[:8]}")
        )  # fmt: skip

    def looks(self, minutes: float = 5) -> list[str]:
        before = len(self.home.database.outbox())
        self.watchman.look()
        self.now += timedelta(minutes=minutes)
        self.watchman.look()
        return [one.alert.kind for one in self.home.database.outbox()[before:]]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path / "home")
    yield made
    made.home.close()


def test_a_run_that_did_not_come_is_told_once_and_its_coming_too(lab: Lab) -> None:
    """After the folders were looked through; a restart tells nothing twice."""
    assert lab.looks(minutes=1) == []
    assert lab.looks() == ["expected"]
    lab.watch()
    assert lab.looks() == []
    lab.filed(lab.now)
    assert lab.looks() == ["expected-came"]
    missed, came = (one.alert for one in lab.home.database.outbox())
    assert "daily plate: a run of counter-1" in missed.subject
    assert missed.topic == came.topic == "expected:daily plate"


def test_a_run_that_never_came_has_no_end(lab: Lab) -> None:
    """The next day's is told instead."""
    assert lab.looks() == ["expected"]
    lab.now += timedelta(days=1)
    assert lab.looks() == ["expected"]


def test_a_run_that_came_in_time_is_no_news(lab: Lab) -> None:
    lab.filed(NOW - timedelta(hours=5))
    assert lab.looks() == []


def test_a_disk_that_fills_is_told_once_until_there_is_room(lab: Lab) -> None:
    lab.filed(NOW - timedelta(hours=5))
    lab.free = 9.0
    assert lab.looks() == ["trouble"]
    lab.free = 11.0
    assert lab.looks() == []
    lab.free = 13.0
    assert lab.looks() == ["trouble-over"]
    (told, over) = (one.alert for one in lab.home.database.outbox())
    assert "9.0 GB of 100 GB (9.0 %) free" in told.text
    assert "There is room again" in over.subject


def test_a_counter_whose_reports_come_before_their_count_has_a_wrong_clock(
    lab: Lab,
) -> None:
    """By the timeline of its runs: no report can."""
    at = NOW + timedelta(minutes=30)
    lab.filed(NOW - timedelta(hours=5), timeline=(TimelineEntry("count", at, "counter clock"),))
    assert lab.looks() == ["trouble"]
    (told,) = (one.alert for one in lab.home.database.outbox())
    assert "at least 330 min ahead" in told.text
    assert (told.source, told.severity) == ("counter-1", "warning")


def test_the_room_of_a_real_disk_is_read(tmp_path: Path) -> None:
    disk = room_on(tmp_path)
    assert 0 <= disk.free <= disk.total

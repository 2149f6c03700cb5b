"""Troubles by name, told once, over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.service.alerting.episodes import Episodes

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Lab:
    """Looks once a minute, and keeps what it was told."""

    def __init__(self, file: Path) -> None:
        self.file, self.now = file, NOON
        self.told: list[str] = []
        self.episodes = self.started()

    def started(self) -> Episodes:
        return Episodes(lambda: self.now, patience=2 * MINUTE, steady=MINUTE, file=self.file)

    def looks(self, *there: str, minutes: int = 1) -> None:
        for _ in range(minutes):
            self.episodes.look(there, tell=lambda name, _: self.told.append(name),
                               over=lambda name, _: self.told.append(f"{name} over"))  # fmt: skip
            self.now += MINUTE


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "told.json")


def test_names_are_told_apart(lab: Lab) -> None:
    lab.looks("a", "b", minutes=4)
    lab.looks("b", minutes=4)
    assert lab.told == ["a", "b", "a over"]
    assert lab.episodes.told == {"b": NOON}


def test_a_restart_tells_nothing_twice_and_knows_the_end(lab: Lab) -> None:
    lab.looks("a", minutes=4)
    lab.episodes = lab.started()
    lab.looks("a", minutes=4)
    lab.looks(minutes=3)
    assert lab.told == ["a", "a over"]
    assert lab.file.read_text() == "{}"


def test_what_could_not_be_told_is_told_at_the_next_look(lab: Lab) -> None:
    """Our database was busy."""

    def busy(name: str, since: datetime) -> None:
        raise StoreError("busy")

    lab.looks("a", minutes=2)
    with pytest.raises(StoreError):
        lab.episodes.look(["a"], tell=busy, over=busy)
    lab.looks("a")
    assert lab.told == ["a"]


def test_a_file_that_cannot_be_read_is_none(lab: Lab) -> None:
    lab.file.write_text("{not json")
    assert lab.started().told == {}

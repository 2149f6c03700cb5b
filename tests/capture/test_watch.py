"""Hints from the operating system."""

from __future__ import annotations

import errno
import threading
from pathlib import Path
from queue import Empty

from watchdog.observers.api import BaseObserver, EventEmitter

from labsvc.capture.watch import FolderWatch
from tests.patience import PATIENCE


class Exhausted(BaseObserver):
    """An observer on a machine whose inotify watches are all taken."""

    def __init__(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


class Slow(BaseObserver):
    """An observer on Windows of a share that does not answer."""

    def __init__(self) -> None:
        super().__init__(EventEmitter)

    def start(self) -> None:
        raise Empty


def test_a_new_file_gives_a_hint(tmp_path: Path) -> None:
    """The service need not wait for its next scan."""
    stirred = threading.Event()
    watch = FolderWatch(tmp_path)
    watch.start(stirred.set)
    try:
        (tmp_path / "a.txt").write_bytes(b"x")
        assert stirred.wait(PATIENCE)
        assert watch.reason is None
    finally:
        watch.stop()


def test_a_file_that_stirs_is_told_by_its_path(tmp_path: Path) -> None:
    """In a folder of a hundred thousand nothing else need be looked at."""
    told: list[str] = []
    came = threading.Event()

    def tell(path: str) -> None:
        told.append(path)
        came.set()

    watch = FolderWatch(tmp_path)
    watch.start(lambda: None, tell)
    try:
        (tmp_path / "a.txt").write_bytes(b"x")
        assert came.wait(PATIENCE)
        assert set(told) == {str(tmp_path / "a.txt")}
    finally:
        watch.stop()


def test_a_folder_that_is_away_gives_a_reason_not_an_error(tmp_path: Path) -> None:
    """Scanning goes on by itself; the reason names the folder."""
    watch = FolderWatch(tmp_path / "away")
    watch.start(lambda: None)
    assert watch.reason is not None
    assert str(tmp_path / "away") in watch.reason


def test_a_folder_that_does_not_answer_gives_a_reason_not_an_error(tmp_path: Path) -> None:
    """Windows' own way of saying so is no OSError."""
    watch = FolderWatch(tmp_path, observer=Slow)
    watch.start(lambda: None)
    assert watch.reason is not None
    assert "slow to answer" in watch.reason


def test_a_folder_that_is_away_is_not_asked_for_events(tmp_path: Path) -> None:
    """On Windows a thread would end there with an error that nobody catches."""
    asked: list[str] = []

    def make() -> BaseObserver:
        asked.append("an observer")
        return Slow()

    FolderWatch(tmp_path / "away", observer=make).start(lambda: None)
    assert asked == []


def test_used_up_watches_name_the_setting_to_raise(tmp_path: Path) -> None:
    """'No space left on device' would send people to the wrong place."""
    watch = FolderWatch(tmp_path, observer=Exhausted)
    watch.start(lambda: None)
    assert watch.reason is not None
    assert "fs.inotify.max_user_watches" in watch.reason


def test_a_watch_can_be_started_again_after_the_folder_came_back(tmp_path: Path) -> None:
    """A new start watches the folder that is there now."""
    folder = tmp_path / "share"
    stirred = threading.Event()
    watch = FolderWatch(folder)
    watch.start(stirred.set)
    folder.mkdir()
    watch.start(stirred.set)
    try:
        (folder / "a.txt").write_bytes(b"x")
        assert stirred.wait(PATIENCE)
    finally:
        watch.stop()


def test_a_watcher_that_ended_says_so(tmp_path: Path) -> None:
    """The thread that reads the events may end on an error of the share, and look alive outside."""
    watch = FolderWatch(tmp_path)
    watch.start(lambda: None)
    try:
        assert watch.reason is None
        assert watch._observer is not None
        for emitter in watch._observer.emitters:
            emitter.stop()
            emitter.join(PATIENCE)
        assert watch.reason is not None
        assert "has ended" in watch.reason
    finally:
        watch.stop()

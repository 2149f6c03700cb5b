"""Work in a process of its own, and its end."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.service.guards.ownprocess import OwnProcess

MODULE = """
import sys, time
from pathlib import Path

def main():
    how, told = sys.argv[1], Path(sys.argv[2])
    told.write_text("begun")
    if how == "fails":
        sys.exit("first line\\nno room on the disk")
    if how == "hangs":
        time.sleep(600)
    told.write_text("whole")
"""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnProcess:
    (tmp_path / "some_long_work.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return OwnProcess("some_long_work")


def test_it_has_ended_when_it_is_said_to_be_made(process: OwnProcess, tmp_path: Path) -> None:
    assert process.run("the page", "works", str(tmp_path / "told"))
    assert (tmp_path / "told").read_text() == "whole"


def test_why_it_failed_is_its_last_line(process: OwnProcess, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the page was not made: no room on the disk"):
        process.run("the page", "fails", str(tmp_path / "told"))


def test_one_that_takes_too_long_is_ended_and_told(process: OwnProcess, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the page took longer than 0 s"):
        process.run("the page", "hangs", str(tmp_path / "told"), patience_seconds=0.1)


def test_one_that_goes_on_is_ended_at_once_and_none_begins_after(
    process: OwnProcess, tmp_path: Path
) -> None:
    """What called it comes back without a fault: it was given up, it did not fail."""
    answers: list[bool] = []
    told = tmp_path / "told"
    thread = threading.Thread(
        target=lambda: answers.append(process.run("the page", "hangs", str(told)))
    )
    thread.start()
    pause = threading.Event()
    while not told.exists():
        pause.wait(0.02)
    process.close()
    thread.join(10)
    assert answers == [False]
    assert not process.run("the page", "works", str(tmp_path / "second"))
    assert not (tmp_path / "second").exists()

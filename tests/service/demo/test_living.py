"""After the day the lab lives on: a plate from each counting number, until it is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labsvc.service.demo.day import Act
from labsvc.service.demo.home import MARK, finished
from labsvc.service.demo.run import live_on
from labsvc.service.home import Home, open_home
from tests.patience import PATIENCE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A demo whose day is over."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / MARK).write_text("finished")
    return tmp_path / "home"


def _until(root: Path, plates: int) -> list[str]:
    """Live on for so many plates; the acts that were told of."""
    told: list[str] = []
    seen: list[Home] = []
    closing = threading.Event()

    def shown(home: Home) -> None:
        seen.append(home)
        if len(seen) == plates:
            closing.set()

    live_on(
        root, fresh=False, tell=lambda act: told.append(act.story), shown=shown, seconds=0,
        closing=closing,
    )  # fmt: skip
    return told


def test_started_again_the_lab_counts_on(root: Path) -> None:
    """Each plate has its own number; those that were counted are not counted again."""
    first, second = _until(root, 2), _until(root, 1)
    assert [one for one in first if "harvested" in one] == [
        "NET-0501 harvested",
        "NET-0502 harvested",
    ]
    assert [one for one in second if "harvested" in one] == ["NET-0503 harvested"]
    home = open_home(root)
    assert {one.plate_id for one in home.database.results()} == {
        "NET-0501",
        "NET-0502",
        "NET-0503",
    }
    home.close()


def test_a_day_that_is_broken_off_is_not_taken_for_over(tmp_path: Path) -> None:
    """It is told to close at its second act: the act is not waited for, none comes after it."""
    told: list[str] = []
    closing = threading.Event()

    def tell(act: Act) -> None:
        told.append(act.story)
        if len(told) == 2:
            closing.set()

    root = tmp_path / "home"
    live_on(root, fresh=False, tell=tell, shown=lambda home: None, seconds=0, closing=closing)
    assert len(told) == 2
    assert not finished(root)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Ctrl-C is sent as a signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_cleanly_when_it_is_told_to(root: Path, number: signal.Signals) -> None:
    """What was in hand is finished, and it says where everything is."""
    command = [sys.executable, "-c", "from labsvc.cli import main; main()"]
    with subprocess.Popen(
        [*command, "demo", "--every", "0", "--home", str(root)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "NET-0501" in process.stdout.readline()
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert f"everything is in {root}" in said
    home = open_home(root)
    assert not home.inbox.entries()
    home.close()

"""One labsvc to a home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.store.lock import NAME, HomeLock

HOLD = """
import sys, time
from pathlib import Path
from labsvc.store.lock import HomeLock
with HomeLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_labsvc_is_told_who_holds_the_home(tmp_path: Path) -> None:
    """The sentence names the process, so that a person can find it."""
    with HomeLock(tmp_path), pytest.raises(ConfigError, match=rf"pid {os.getpid()}\) is running"):
        HomeLock(tmp_path).__enter__()


def test_trying_gives_none_while_another_holds_it(tmp_path: Path) -> None:
    with HomeLock(tmp_path):
        assert HomeLock.try_take(tmp_path) is None
    with HomeLock.try_take(tmp_path) or pytest.fail("it was free"):
        assert HomeLock.try_take(tmp_path) is None


def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    """No file left behind by a crash keeps the service from starting."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert HomeLock.try_take(tmp_path) is None
        assert HomeLock(tmp_path).holder() == str(holder.pid)
        holder.kill()
        holder.wait()
    taken = HomeLock.try_take(tmp_path)
    assert taken is not None
    taken.release()


def test_releasing_twice_is_releasing_once(tmp_path: Path) -> None:
    lock = HomeLock.try_take(tmp_path)
    assert lock is not None
    lock.release()
    lock.release()
    assert lock.holder() == "?"


def test_it_is_seen_who_holds_it_without_taking_it(tmp_path: Path) -> None:
    """Free, held, let go; and left by one who was killed, whose number still stands in it."""
    assert not HomeLock(tmp_path).held()
    with HomeLock(tmp_path):
        assert HomeLock(tmp_path).held()
    assert not HomeLock(tmp_path).held()
    (tmp_path / NAME).write_text("4711")
    assert not HomeLock(tmp_path).held()
    with HomeLock(tmp_path):
        pass

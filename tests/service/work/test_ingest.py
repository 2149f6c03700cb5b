"""Captures handed over by a command, with and without a service on the home."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.work import ingest as ingesting
from labsvc.service.work.ingest import Filed, ingest
from tests.bench import NOW, capture, make_home, report, report_name

PLATE = "NET-0411"
HOLD = """
import sys, threading
from pathlib import Path
from labsvc.service.home import open_home
from labsvc.store.lock import HomeLock
home = open_home(Path(sys.argv[1]))
with HomeLock(home.root):
    print("held", flush=True)
    if sys.argv[2] == "work":
        from labsvc.service.daemon import Daemon
        from labsvc.service.registry import load_drivers
        with Daemon(home, load_drivers()) as daemon:
            threading.Thread(target=daemon.run, daemon=True).start()
            sys.stdin.read()
            daemon.stop()
    else:
        sys.stdin.readline()
home.close()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(make_home(tmp_path / "home"))
    yield made
    made.close()


@contextmanager
def another_process(home: Home, does: str) -> Iterator[subprocess.Popen[str]]:
    """Another labsvc that holds the home's lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root), does],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.stdin is not None:
            process.stdin.close()


def handed(home: Home, *captures: Capture) -> list[Filed]:
    return ingest(home, load_drivers(), captures, clock=lambda: NOW)


def test_a_capture_is_filed_here_when_no_service_runs(home: Home) -> None:
    """With its run and verdict; the inbox is empty afterwards."""
    (filed,) = handed(home, capture(report_name(PLATE), report(PLATE)))
    assert filed.state is CaptureState.FILED
    assert [verdict for _, verdict in filed.runs] == ["held"]
    assert home.inbox.entries() == []


def test_what_was_filed_before_is_a_duplicate_with_its_runs(home: Home) -> None:
    """Also within one command."""
    first = capture(report_name(PLATE), report(PLATE))
    one, two = handed(home, first, capture("copy.txt", report(PLATE)))
    (three,) = handed(home, first)
    assert [one.state, two.state, three.state] == ["filed", "duplicate", "duplicate"]
    assert one.runs == two.runs == three.runs
    assert three.reason == "the same bytes were filed before"


def test_a_refused_capture_comes_back_with_its_reason(home: Home) -> None:
    """And the others of the command are filed."""
    bad, good = handed(home, capture("a.txt", b"Dear diary\n"),
                       capture(report_name(PLATE), report(PLATE)))  # fmt: skip
    assert (bad.state, good.state) == ("quarantined", "filed")
    assert (bad.reason or "").startswith("no driver recognises it; ")


def test_the_running_service_does_the_work(home: Home) -> None:
    """Another process holds the home; it files what we put into the inbox."""
    with another_process(home, "work"):
        (filed,) = handed(home, capture(report_name(PLATE), report(PLATE)))
    assert filed.state is CaptureState.FILED


def test_the_work_is_done_here_once_the_lock_is_free(home: Home) -> None:
    """The holder was no service, but another command that ended."""
    with another_process(home, "hold") as process:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        (filed,) = handed(home, capture(report_name(PLATE), report(PLATE)))
    assert filed.state is CaptureState.FILED


def test_a_service_that_does_not_get_to_it_is_told_and_nothing_is_lost(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence; the capture is safe in the inbox."""
    monkeypatch.setattr(ingesting, "PATIENCE_SECONDS", 0.0)
    brought = capture(report_name(PLATE), report(PLATE))
    with another_process(home, "hold"), pytest.raises(StoreError, match="safe in its inbox"):
        handed(home, brought)
    (entry,) = home.inbox.entries()
    assert entry.key == brought.sha256

"""A capture that stopped the service: tried by a process of its own, which may hang or die."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.driver import Driver
from labsvc.model.filing import CaptureState
from labsvc.service.guards.deadline import Deadline
from labsvc.service.registry import Registry
from labsvc.service.work import apart
from labsvc.service.work.apart import try_apart
from tests.bench import Bench, bench, report, report_name

PLATE = "NET-0411"
MODULE = '''
import os, signal
from labsvc.driver import Driver, Recognition

class Hangs(Driver):
    """Hangs where no alarm reaches it."""
    title, maturity = "hangs", "draft"
    def recognises(self, capture): return Recognition.no("asked for by name only")
    def parse(self, capture):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        while True: pass
    def simulate(self, records, *, fault=None): return b""

class Dies(Hangs):
    """Takes its process with it."""
    def parse(self, capture): os._exit(3)
'''


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Driver]:
    """Drivers that another process can import, too."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "driver_that_hangs.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path / "outside")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "outside"))
    loaded = importlib.import_module("driver_that_hangs")
    return {"hangs": loaded.Hangs(), "dies": loaded.Dies()}


@pytest.fixture
def lab(tmp_path: Path, outside: dict[str, Driver]) -> Iterator[Bench]:
    with bench(tmp_path / "home", drivers=outside) as made:
        yield made


def stopped_once(lab: Bench, name: str, content: bytes, driver: str | None = None) -> None:
    """A capture whose attempt the service did not survive."""
    lab.put(name, content, driver=driver)
    lab.home.inbox.attempt(lab.home.inbox.entries()[-1])


def test_a_driver_that_hangs_beyond_reach_costs_one_process(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its capture is set aside with what is known, and the next one is filed."""
    monkeypatch.setattr(apart, "FURTHER_SECONDS", 1.0)
    every = lab.line.registry
    lab.worker.line = type(lab.line)(
        lab.home, Registry(every.drivers, deadline=Deadline(0.5)), lab.line.book, lab.line.clock
    )
    stopped_once(lab, "a.txt", b"bytes", "hangs")
    lab.put(report_name(PLATE), report(PLATE))
    first, second = lab.work()
    assert first.state is CaptureState.QUARANTINED
    assert (first.reason or "").startswith("the service stopped while it was worked on, and a ")
    assert second.state is CaptureState.FILED


def test_a_driver_that_breaks_its_process_is_found_out(lab: Bench) -> None:
    """At once: nobody waits for a process that is gone."""
    stopped_once(lab, "a.txt", b"bytes", "dies")
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.QUARANTINED
    assert "did not come back" in (outcome.reason or "")


def test_a_capture_that_was_only_in_the_way_of_a_kill_is_filed(lab: Bench) -> None:
    """From the draft that the other process made."""
    stopped_once(lab, report_name(PLATE), report(PLATE))
    (entry,) = lab.home.inbox.entries()
    tried = try_apart(lab.line, entry)
    assert (tried.failed, tried.draft is not None) == (None, True)
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.FILED
    assert lab.only_run().verdict == "held"


def test_bytes_that_nobody_can_read_are_set_aside_by_their_name(lab: Bench) -> None:
    """The other process makes no draft, and is alive: the line says what is wrong."""
    stopped_once(lab, "a.txt", b"\x00\x01 nonsense")
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.QUARANTINED
    assert (outcome.reason or "").startswith("no driver recognises it; ")

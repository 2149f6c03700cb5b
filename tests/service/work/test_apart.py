"""A capture that stopped the service: tried by a process of its own, which may hang or die."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.driver import Driver
from labsvc.model.filing import CaptureState
from labsvc.service.guards.deadline import Deadline
from labsvc.service.registry import Registry
from labsvc.service.work import ahead
from labsvc.service.work.apart import try_apart
from labsvc.service.work.draft import Draft
from tests.bench import Bench, bench, report, report_name
from tests.service.work.outside import drivers_outside

PLATE = "NET-0411"


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Driver]:
    return drivers_outside(tmp_path, monkeypatch)


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
    monkeypatch.setattr(ahead, "FURTHER_SECONDS", 1.0)
    every = lab.line.registry
    lab.worker.line = type(lab.line)(
        lab.home, Registry(every.drivers, deadline=Deadline(0.5)), lab.line.book, lab.line.clock
    )
    stopped_once(lab, "a.txt", b"bytes", "hangs")
    lab.put(report_name(PLATE), report(PLATE))
    first, second = lab.work()
    assert first.state is CaptureState.QUARANTINED
    assert (first.reason or "").startswith("what worked on it stopped, and a process ")
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
    assert isinstance(try_apart(lab.line, entry), Draft)
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.FILED
    assert lab.only_run().verdict == "held"


def test_bytes_that_nobody_can_read_are_set_aside_by_their_name(lab: Bench) -> None:
    """The other process makes no draft, and is alive: the line says what is wrong."""
    stopped_once(lab, "a.txt", b"\x00\x01 nonsense")
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.QUARANTINED
    assert (outcome.reason or "").startswith("no driver recognises it; ")

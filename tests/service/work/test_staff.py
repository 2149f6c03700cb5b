"""How many processes work captures out, and for how long: real ones, counted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from labsvc.model.filing import CaptureState
from labsvc.service.registry import Registry
from labsvc.service.work.line import Line
from tests.bench import Bench, report, report_name
from tests.service.work.crews import PLATES, others
from tests.service.work.outside import drivers_outside


@pytest.fixture
def lab(filled: Bench) -> Bench:
    return filled


@pytest.mark.parametrize(("in_view", "started"), [(0, False), (10, True)])
def test_what_a_scan_has_in_view_counts_as_backlog(
    lab: Bench, in_view: int, *, started: bool
) -> None:
    """The processes start while files are still being taken, not when all of them are.

    On one core none ever starts.
    """
    lab.worker.staff.backlog, lab.worker.staff.coming = len(PLATES) + 10, lambda: in_view
    before = others()
    work = lab.worker.work_off()
    next(work)
    several = (os.cpu_count() or 1) > 1
    assert (others() > before) is (started and several)
    assert len(list(work)) == len(PLATES) - 1


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core none ever starts")
def test_a_backlog_in_view_at_the_start_has_its_processes_first(lab: Bench) -> None:
    """They start beside what the service loads for its first capture, and work on that backlog."""
    in_view = [10]
    lab.worker.staff.backlog, lab.worker.staff.coming = len(PLATES) + 10, lambda: in_view[0]
    before = others()
    lab.worker.warm_up()
    started = others() - before
    work = lab.worker.work_off()
    next(work)
    assert others() - before == started != set()
    in_view[0] = 0
    assert len(list(work)) == len(PLATES) - 1
    assert others() == before


def test_processes_for_a_backlog_that_never_came_are_ended(lab: Bench) -> None:
    """The service is stopped before its first round."""
    lab.worker.staff.backlog, lab.worker.staff.coming = 10, lambda: 10
    before = others()
    lab.worker.warm_up()
    lab.worker.close()
    assert others() == before


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core none ever starts")
def test_processes_wait_for_a_backlog_that_is_still_being_read(lab: Bench) -> None:
    """A round before it lies in the inbox starts and ends none; one after it came to nothing does.

    The bench's captures are taken away first.
    """
    lab.home.inbox.remove(*lab.home.inbox.entries())
    in_view = [10]
    lab.worker.staff.backlog, lab.worker.staff.coming = 10, lambda: in_view[0]
    before = others()
    lab.worker.warm_up()
    started = others() - before
    assert list(lab.worker.work_off()) == []
    assert others() - before == started != set()
    in_view[0] = 0
    assert list(lab.worker.work_off()) == []
    assert others() == before


def test_a_backlog_is_worked_off_with_a_second_process_and_it_ends_with_it(lab: Bench) -> None:
    lab.worker.staff.backlog = 2
    before = others()
    outcomes = lab.work()
    assert [one.state for one in outcomes] == [CaptureState.FILED] * len(PLATES)
    assert others() == before
    assert not list((lab.home.root / "archive" / ".staging").iterdir())


def test_it_is_sent_home_when_nothing_has_come_for_long(handed: Bench) -> None:
    """And what it laid ready and nobody fetched goes with it."""
    before = others()
    handed.sees(report_name(PLATES[0]), report(PLATES[0]))
    assert len(others() - before) == 1
    handed.worker.staff.stays = 0.0
    assert handed.work() == []
    assert others() == before


def test_without_another_process_all_is_worked_out_here(
    handed: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here for a driver that cannot be handed over; that is found out once for all captures."""
    local = type(
        "Local", (type(drivers_outside(tmp_path, monkeypatch)["hangs"]),), {}
    )()  # no module has it under its name
    before = others()
    registry = Registry({**handed.line.registry.drivers, "local": local})
    handed.worker.line = Line(handed.home, registry, handed.line.book, handed.line.clock)
    with capture_logs() as said:
        for seed, plate in enumerate(PLATES[:2]):
            assert handed.sees(report_name(plate), report(plate, seed=seed)).results
    assert others() == before
    assert [one["event"] for one in said].count(
        "another process lost; this one goes on without it"
    ) == 2

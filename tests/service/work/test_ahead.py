"""A backlog worked out ahead by a second process: real processes, and the same filings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from labsvc import __version__
from labsvc.service.work.ahead import IN_HAND, Ahead
from labsvc.service.work.draft import Draft
from labsvc.service.work.members import Member
from labsvc.store.inbox import Entry
from tests.bench import Bench, bench, harvest, report, report_name, sheet
from tests.patience import PATIENCE

PLATES = [f"NET-{number:04}" for number in range(1, IN_HAND + 2)]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        _fill(made)
        yield made


def _fill(lab: Bench) -> None:
    """Plates in the inbox, one more than may be in hand, each with its run sheet."""
    for number, plate in enumerate(PLATES):
        lab.lay_sheet(plate)
        lab.put(report_name(plate), report(plate, seed=number))


def _files(lab: Bench) -> dict[str, bytes]:
    root = lab.home.root / "archive"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def _waiting(lab: Bench) -> list[Entry]:
    return lab.home.inbox.entries()


def test_drafts_made_ahead_are_filed_as_the_line_would_have(
    lab: Bench, ahead: Ahead, tmp_path: Path
) -> None:
    """Byte for byte the same archive, whichever process worked a capture out, and with which."""
    waiting = _waiting(lab)
    for entry in waiting:
        ahead.order(entry)
    for entry in waiting:
        draft = ahead.draft(entry)
        assert draft is not None
        assert lab.worker.take(entry, draft) is not None
    with bench(tmp_path / "alone") as alone:
        _fill(alone)
        alone.work()
        assert _files(lab) == _files(alone)
        assert len(_files(alone)) > 6 * len(PLATES)


@pytest.mark.parametrize(("in_view", "started"), [(0, False), (10, True)])
def test_what_a_scan_has_in_view_counts_as_backlog(
    lab: Bench, in_view: int, *, started: bool
) -> None:
    """The processes start while files are still being taken, not when all of them are.

    On one core none ever starts.
    """
    lab.worker.backlog, lab.worker.coming = len(PLATES) + 10, lambda: in_view
    before = set(psutil.Process().children())
    work = lab.worker.work_off()
    next(work)
    several = (os.cpu_count() or 1) > 1
    assert (set(psutil.Process().children()) > before) is (started and several)
    assert len(list(work)) == len(PLATES) - 1


def test_a_draft_made_with_another_book_is_thrown_away(lab: Bench, ahead: Ahead) -> None:
    """A run sheet corrected between order and filing counts; the next draft knows it."""
    first, second = _waiting(lab)[:2]
    ahead.order(first)
    for plate in PLATES:
        lab.lay_sheet(plate, sheet(plate).replace(b"M. Keller", b"E. Noether"))
    assert lab.line.book.refresh()
    assert ahead.draft(first) is None
    ahead.order(second)
    draft = ahead.draft(second)
    assert draft is not None
    assert isinstance(draft, Draft)
    assert draft.results[0].result.operator == "E. Noether"


def test_a_draft_that_does_not_know_of_a_harvest_is_made_anew(lab: Bench, ahead: Ahead) -> None:
    """The harvest was filed after the draft was made: the filed run has it in its timeline."""
    entry = next(one for one in _waiting(lab) if PLATES[0] in one.name)
    ahead.order(entry)
    draft = ahead.draft(entry)
    lab.line.take(lab.put("harvest.csv", harvest(PLATES[0])))
    outcome = lab.worker.take(entry, draft)
    assert outcome is not None
    assert "harvest" in {one.step for one in outcome.results[0].result.timeline if one.at}


def test_a_process_that_is_gone_stops_nothing(lab: Bench, ahead: Ahead) -> None:
    """It died with nothing in hand, and is told of more: the line does that by itself."""
    first, second = _waiting(lab)[:2]
    ahead.order(first)
    assert ahead.draft(first)
    ahead._member.leader.kill()
    ahead._member.leader.wait(PATIENCE)
    ahead.order(second)
    assert ahead.draft(second) is None
    assert not ahead.ready()


def _other(lab: Bench, version: str, *, then: str = "") -> Ahead:
    """A process that says this version, and then does what these words say."""
    says = (
        "import pickle, sys, time; from labsvc.service.work.messages import Ready;"
        f"[pickle.dump(one, sys.stdout.buffer) for one in ({version!r}, Ready())]"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", f"{says}; sys.stdout.buffer.flush(); {then}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert other.stdin is not None
    assert other.stdout is not None
    return Ahead(lab.line, Member(other.stdin, other.stdout, other))


def test_a_second_process_of_another_version_is_not_listened_to(lab: Bench) -> None:
    """labsvc may be upgraded on the disk while the service runs."""
    ahead = _other(lab, "0.0.0")
    assert not ahead.ready(PATIENCE)
    assert ahead.draft(_waiting(lab)[0]) is None
    ahead.close()


def test_a_process_that_hangs_holds_nobody_up_longer_than_its_patience(lab: Bench) -> None:
    """It hears nothing, and a book of many run sheets is more than its pipe holds."""
    lab.lay_sheet(PLATES[0], sheet(PLATES[0]) + b"# a remark\n" * 50_000)
    lab.line.book.refresh()
    ahead = _other(lab, __version__, then="time.sleep(3600)")
    assert ahead.ready(PATIENCE)
    first, second = _waiting(lab)[:2]
    ahead.order(first)
    ahead.order(second)
    assert ahead.draft(first, patience=0.1) is None
    assert not ahead.ready()
    ahead.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_the_other_processes_end_when_the_first_is_killed(tmp_path: Path) -> None:
    """Its input ends; nobody has to look for what is left running."""
    words = (
        "import sys; from pathlib import Path; from tests.bench import bench;"
        "from labsvc.service.work.crew import Crew;"
        "lab = bench(Path(sys.argv[1])).__enter__(); crew = Crew(); crew.muster(lab.line, 3);"
        "assert all(one.ready(60) for one in crew.members);"
        "print('pid', crew.members[0].leader, flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    with subprocess.Popen(
        [sys.executable, "-c", words, str(tmp_path / "home")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=Path.cwd(),
    ) as first:  # fmt: skip
        assert first.stdout is not None
        said = next(line for line in first.stdout if line.startswith(b"pid "))
        leader = psutil.Process(int(said.split()[1]))
        others = [leader, *leader.children()]
        assert len(others) == (3 if hasattr(os, "fork") else 1)
        first.kill()
        gone, alive = psutil.wait_procs(others, timeout=PATIENCE)
    assert not alive
    assert len(gone) == len(others)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core none ever starts")
def test_a_backlog_in_view_at_the_start_has_its_processes_first(lab: Bench) -> None:
    """They start beside what the service loads for its first capture, and work on that backlog."""
    in_view = [10]
    lab.worker.backlog, lab.worker.coming = len(PLATES) + 10, lambda: in_view[0]
    before = set(psutil.Process().children())
    lab.worker.warm_up()
    started = set(psutil.Process().children()) - before
    work = lab.worker.work_off()
    next(work)
    assert set(psutil.Process().children()) - before == started != set()
    in_view[0] = 0
    assert len(list(work)) == len(PLATES) - 1
    assert set(psutil.Process().children()) == before


def test_processes_for_a_backlog_that_never_came_are_ended(lab: Bench) -> None:
    """The service is stopped before its first round."""
    lab.worker.backlog, lab.worker.coming = 10, lambda: 10
    before = set(psutil.Process().children())
    lab.worker.warm_up()
    lab.worker.close()
    assert set(psutil.Process().children()) == before


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core none ever starts")
def test_processes_wait_for_a_backlog_that_is_still_being_read(lab: Bench) -> None:
    """A round before it lies in the inbox starts and ends none; one after it came to nothing does.

    The bench's captures are taken away first.
    """
    lab.home.inbox.remove(*lab.home.inbox.entries())
    in_view = [10]
    lab.worker.backlog, lab.worker.coming = 10, lambda: in_view[0]
    before = set(psutil.Process().children())
    lab.worker.warm_up()
    started = set(psutil.Process().children()) - before
    assert list(lab.worker.work_off()) == []
    assert set(psutil.Process().children()) - before == started != set()
    in_view[0] = 0
    assert list(lab.worker.work_off()) == []
    assert set(psutil.Process().children()) == before

"""A backlog worked out ahead by a second process: real processes, and the same filings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from labsvc import __version__
from labsvc.service.work.ahead import Ahead
from labsvc.service.work.draft import Draft
from labsvc.service.work.members import Member
from labsvc.store.inbox import Entry
from tests.bench import Bench, harvest, sheet
from tests.patience import PATIENCE
from tests.service.work.crews import PLATES, files, fill


@pytest.fixture
def lab(filled: Bench) -> Bench:
    return filled


def _waiting(lab: Bench) -> list[Entry]:
    return lab.home.inbox.entries()


def test_drafts_made_ahead_are_filed_as_the_line_would_have(
    lab: Bench, ahead: Ahead, alone: Bench
) -> None:
    """Byte for byte the same archive, whichever process worked a capture out, and with which."""
    waiting = _waiting(lab)
    for entry in waiting:
        ahead.order(entry)
    for entry in waiting:
        draft = ahead.draft(entry)
        assert draft is not None
        assert lab.worker.take(entry, draft) is not None
    fill(alone)
    alone.work()
    assert files(lab) == files(alone)
    assert len(files(alone)) > 6 * len(PLATES)


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

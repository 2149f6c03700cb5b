"""The processes that work captures out: real ones, called up, given orders, sent home."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from labsvc.filing.history import FEWEST
from labsvc.model.filing import CaptureState
from labsvc.service.work import members
from labsvc.service.work.ahead import IN_HAND, Ahead
from labsvc.service.work.crew import Crew
from labsvc.service.work.draft import Draft
from labsvc.service.work.line import Line
from labsvc.store.inbox import Entry
from tests.bench import NOW, Bench, bench, report, report_name, sheet
from tests.service.work.crews import PLATES, files, others
from tests.service.work.outside import drivers_outside


@pytest.fixture
def lab(filled: Bench) -> Bench:
    return filled


def waiting_in(lab: Bench) -> list[Entry]:
    return lab.home.inbox.entries()


def reports(lab: Bench) -> list[bytes]:
    return [path.read_bytes() for path in lab.archived("report.html")]


def test_no_more_is_ordered_than_may_lie_in_hand(lab: Bench, ahead: Ahead) -> None:
    """What was not ordered has no draft: the line makes it itself."""
    waiting, crew = waiting_in(lab), Crew(members=[ahead])
    crew.offer(waiting)
    made = [crew.draft(entry) is not None for entry in waiting]
    assert made == [True] * IN_HAND + [False] * (len(waiting) - IN_HAND)


def test_what_a_round_that_broke_off_had_ordered_is_ordered_anew(lab: Bench, ahead: Ahead) -> None:
    """It was to be filed at another time, perhaps hours ago."""
    waiting, crew = waiting_in(lab), Crew(members=[ahead])
    crew.offer(waiting)
    assert crew.in_hand == IN_HAND
    crew.forget()
    assert (crew.in_hand, crew.draft(waiting[0])) == (0, None)
    crew.offer(waiting[:1])
    assert isinstance(crew.draft(waiting[0]), Draft)


def test_a_capture_that_was_tried_before_is_not_ordered(lab: Bench, ahead: Ahead) -> None:
    """It may have stopped the service: it is looked at alone, in the first process."""
    lab.home.inbox.attempt(waiting_in(lab)[0])
    tried, fresh = waiting_in(lab)[:2]
    crew = Crew(members=[ahead])
    crew.offer([tried, fresh])
    assert crew.draft(tried) is None
    assert crew.draft(fresh) is not None


def test_the_backlog_is_filed_though_the_second_process_is_killed(lab: Bench, ahead: Ahead) -> None:
    waiting, crew = waiting_in(lab), Crew(members=[ahead])
    crew.offer(waiting)
    psutil.Process(ahead.leader).kill()
    drafts = [crew.draft(entry) for entry in waiting]
    assert drafts[-1] is None
    assert all(crew.lost_with(entry) for entry in waiting[:IN_HAND])
    states = [lab.worker.take(*pair).state for pair in zip(waiting, drafts, strict=True)]  # type: ignore[union-attr]
    assert states == [CaptureState.FILED] * len(PLATES)


def test_a_single_capture_is_worked_out_by_another_process_which_stays(
    handed: Bench, alone: Bench
) -> None:
    """The next one has the same; and they are filed as this process would have, byte for byte."""
    before, whose = others(), []
    for seed, plate in enumerate(PLATES[:2]):
        for lab in (handed, alone):
            lab.lay_sheet(plate)
            lab.sees(report_name(plate), report(plate, seed=seed))
        whose.append(others() - before)
    assert files(handed) == files(alone)
    assert whose[0] == whose[1]
    assert len(whose[0]) == 1


def test_a_bad_capture_is_refused_by_the_process_that_read_it(handed: Bench, alone: Bench) -> None:
    """With the sentence that this one would have said."""
    there = handed.sees("notes.txt", b"buy buffer")
    here = alone.sees("notes.txt", b"buy buffer")
    assert there.state is here.state is CaptureState.QUARANTINED
    assert there.reason == here.reason


def test_a_run_sheet_that_comes_or_goes_counts_for_the_next_capture(handed: Bench) -> None:
    """The process is told what is new, and what is gone."""
    first, second, third = PLATES[:3]
    for plate in (first, second):
        handed.lay_sheet(plate)
    assert handed.sees(report_name(first), report(first)).results[0].result.runsheet == first
    (handed.home.runsheets / f"{second}.yaml").unlink()
    handed.lay_sheet(third, sheet(third).replace(b"M. Keller", b"E. Noether"))
    held = handed.sees(report_name(second), report(second, seed=2)).results[0].result
    filed = handed.sees(report_name(third), report(third, seed=3)).results[0].result
    assert (held.runsheet, held.verdict.value) == (None, "held")
    assert (filed.runsheet, filed.operator) == (third, "E. Noether")


def test_each_day_has_the_history_of_the_days_before(handed: Bench) -> None:
    """The process stays over midnight: what was filed before it is in the reports after it."""
    now = [NOW]
    registry, book = handed.line.registry, handed.line.book
    handed.worker.line = Line(handed.home, registry, book, lambda: now[0])
    for number, plate in enumerate(PLATES[: FEWEST + 1]):
        now[0] = NOW + timedelta(days=number // FEWEST)
        handed.lay_sheet(plate)
        handed.sees(report_name(plate), report(plate, seed=number))
    (told,) = [one for one in reports(handed) if b"the days before, and this run" in one]
    assert PLATES[FEWEST].encode() in told


def test_a_capture_that_breaks_its_process_twice_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service itself never works on it; the next capture has a process again."""
    drivers = drivers_outside(tmp_path, monkeypatch)
    with bench(tmp_path / "home", drivers=drivers) as lab:
        lab.worker.staff.hands = 1
        lab.put("a.txt", b"bytes", driver="dies")
        lab.put(report_name(PLATES[0]), report(PLATES[0]))
        first, second = lab.work()
    assert first.state is CaptureState.QUARANTINED
    assert (first.reason or "").startswith("what worked on it stopped, and a process of its own")
    assert second.state is CaptureState.FILED


def test_those_started_early_are_taken_first_and_the_others_dismissed(lab: Bench) -> None:
    """At the start of the service nobody knows yet how many it will need."""
    before = others()
    with members.early() as started:
        crew = Crew(spare=list(started))
        crew.muster(lab.line, 1)
        assert crew.ready()
        assert [one._member for one in crew.members] == started[:1]
        assert all(one.replies.closed for one in started[1:])
        assert len(others() - before) == 1
    assert others() == before

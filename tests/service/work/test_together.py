"""Captures of a backlog filed together: the same filings as one after another, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.model.filing import CaptureState
from labsvc.service.work.draft import Draft
from labsvc.service.work.together import count_tries, file_together, first_ones
from labsvc.store.inbox import Entry
from tests.bench import NOW, Bench, bench, harvest, report, report_name

PLATES = ("NET-0001", "NET-0002", "NET-0003")
Drafted = list[tuple[Entry, Draft | None]]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        fill(made)
        yield made


def fill(lab: Bench) -> None:
    for number, plate in enumerate(PLATES):
        lab.lay_sheet(plate)
        lab.put(report_name(plate), report(plate, seed=number))


def drafted(lab: Bench) -> Drafted:
    """All that waits, worked out as a process that works ahead does it."""
    lab.line.book.refresh()
    return [(entry, made_ahead(lab, entry)) for entry in lab.home.inbox.entries()]


def made_ahead(lab: Bench, entry: Entry) -> Draft:
    draft = lab.line.drafter.draft(lab.home.inbox.read(entry), NOW)
    return replace(draft, files=lab.home.archive.stage(draft.folder, draft.files))


def contents(lab: Bench) -> tuple[dict[str, bytes], list[str]]:
    root = lab.home.root / "archive"
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    return files, [one.document for one in lab.home.database.results()]


def test_what_is_filed_together_is_what_each_would_have_been(lab: Bench, tmp_path: Path) -> None:
    """The same bytes and rows in the same order, a sound trail, and an empty inbox."""
    some = first_ones(lab.line, drafted(lab))
    count_tries(lab.line, some)
    outcomes = file_together(lab.line, some)
    assert [one.state for one in outcomes] == [CaptureState.FILED] * len(PLATES)
    assert not list((lab.home.root / "inbox").iterdir())
    assert lab.home.database.verify() == []
    with bench(tmp_path / "alone") as alone:
        fill(alone)
        alone.work()
        assert contents(lab) == contents(alone)


def test_a_try_of_each_is_counted_before(lab: Bench) -> None:
    count_tries(lab.line, first_ones(lab.line, drafted(lab)))
    assert [one.attempts for one in lab.home.inbox.entries()] == [1] * len(PLATES)


def without_draft(lab: Bench, made: Drafted) -> None:
    made[1] = (made[1][0], None)


def not_ready(lab: Bench, made: Drafted) -> None:
    made[1] = (made[1][0], replace(made[1][1], files={"run.json": b"{}"}))


def tried_before(lab: Bench, made: Drafted) -> None:
    made[1] = (replace(made[1][0], attempts=1), made[1][1])


def filed_meanwhile(lab: Bench, made: Drafted) -> None:
    lab.line.take(lab.home.inbox.read(made[1][0]))


def changed_in_the_inbox(lab: Bench, made: Drafted) -> None:
    (lab.home.root / "inbox" / made[1][0].key).write_bytes(b"x" * made[1][0].size)


def the_same_run_as_the_first(lab: Bench, made: Drafted) -> None:
    made[1] = (made[1][0], replace(made[1][1], looked=made[0][1].looked))


def with_a_bench_event(lab: Bench, made: Drafted) -> None:
    lab.put("harvests.csv", harvest(PLATES[1]), driver="harvest")
    entry = next(one for one in lab.home.inbox.entries() if one.name == "harvests.csv")
    made[1] = (entry, made_ahead(lab, entry))


@pytest.mark.parametrize(
    "change",
    [
        without_draft,
        not_ready,
        tried_before,
        filed_meanwhile,
        changed_in_the_inbox,
        the_same_run_as_the_first,
        with_a_bench_event,
    ],
)
def test_what_must_be_weighed_and_all_after_it_is_left_to_be_taken_alone(
    lab: Bench, change: object
) -> None:
    made = drafted(lab)
    change(lab, made)
    assert [one.entry for one in first_ones(lab.line, made)] == [made[0][0]]


def test_where_one_cannot_be_filed_none_is(lab: Bench) -> None:
    """The one in the middle was filed between the weighing and the filing."""
    some = first_ones(lab.line, drafted(lab))
    lab.line.take(some[1].capture)
    with pytest.raises(StoreError):
        file_together(lab.line, some)
    assert len(lab.home.database.results()) == 1
    assert len(lab.home.inbox.entries()) == len(PLATES)


def test_what_could_not_be_filed_together_is_filed_one_by_one(lab: Bench) -> None:
    """What was put in place before the fault is a leftover, and its place is taken."""
    some = first_ones(lab.line, drafted(lab))
    lab.line.take(some[1].capture)
    with pytest.raises(StoreError):
        file_together(lab.line, some)
    lab.work()
    assert len(lab.home.database.results()) == len(PLATES)
    assert lab.home.database.verify() == []
    assert list(lab.home.archive.verify()) == []


def tries(lab: Bench) -> list[int]:
    return [one.attempts for one in lab.home.inbox.entries()]


def test_a_failing_disk_ends_the_round_and_counts_against_none_of_them(lab: Bench) -> None:
    """It was ours that failed: where the folder of the year belongs lies a file."""
    made = drafted(lab)
    year = lab.home.root / "archive" / "2026"
    year.write_bytes(b"")
    with pytest.raises(StoreError):
        lab.worker._take_together(made)
    assert tries(lab) == [0] * len(PLATES)


def test_a_bug_met_with_one_of_them_counts_against_none(lab: Bench) -> None:
    """It is told where that one is met alone; the others are filed."""
    made = drafted(lab)
    made[1] = (made[1][0], replace(made[1][1], results=("no result",)))
    assert lab.worker._take_together(made) == []
    assert tries(lab) == [0] * len(PLATES)
    lab.work()
    assert len(lab.home.database.results()) == len(PLATES)

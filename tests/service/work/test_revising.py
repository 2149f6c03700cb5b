"""Filed runs analysed again, and nothing written."""

from __future__ import annotations

from pathlib import Path

from tests.bench import Bench, harvest, report, report_name

PLATE = "NET-0411"


def lying(lab: Bench) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in lab.archived("*") if path.is_file()}


def test_what_comes_of_a_held_run_is_written_by_whoever_asked(alone: Bench) -> None:
    """Nothing comes of one that is still held."""
    alone.sees(report_name(PLATE), report(PLATE))
    stored, before = alone.only_run(), lying(alone)
    assert list(alone.line.reviser.release(stored)) == []
    alone.lay_sheet(PLATE)
    alone.line.book.refresh()
    (revision,) = alone.line.reviser.release(stored)
    assert (revision.filed.revision, revision.base) == (2, stored.folder)
    assert lying(alone) == before
    assert alone.only_run() == stored


def test_a_run_that_knows_of_its_bench_event_is_not_reconsidered(alone: Bench) -> None:
    alone.lay_sheet(PLATE)
    alone.sees("harvest.csv", harvest(PLATE))
    alone.sees(report_name(PLATE), report(PLATE))
    assert list(alone.line.reviser.reconsider(alone.only_run())) == []

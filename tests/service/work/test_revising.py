"""Filed runs analysed again, and nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import Bench, bench, harvest, report, report_name

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        yield made


def lying(lab: Bench) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in lab.archived("*") if path.is_file()}


def test_what_comes_of_a_held_run_is_written_by_whoever_asked(lab: Bench) -> None:
    """Nothing comes of one that is still held."""
    lab.sees(report_name(PLATE), report(PLATE))
    stored, before = lab.only_run(), lying(lab)
    assert list(lab.line.reviser.release(stored)) == []
    lab.lay_sheet(PLATE)
    lab.line.book.refresh()
    (revision,) = lab.line.reviser.release(stored)
    assert (revision.filed.revision, revision.base) == (2, stored.folder)
    assert lying(lab) == before
    assert lab.only_run() == stored


def test_a_run_that_knows_of_its_bench_event_is_not_reconsidered(lab: Bench) -> None:
    lab.lay_sheet(PLATE)
    lab.sees("harvest.csv", harvest(PLATE))
    lab.sees(report_name(PLATE), report(PLATE))
    assert list(lab.line.reviser.reconsider(lab.only_run())) == []

"""Which held runs are looked at again when the book has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.service.work.held import may_be_released
from tests.bench import Bench, bench, report, report_name

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    """A plate is held for want of its run sheet, and all that is in force was looked at."""
    with bench(tmp_path / "home") as made:
        made.sees(report_name(PLATE), report(PLATE))
        yield made


@pytest.mark.parametrize(("laid", "concerned"), [(PLATE, True), ("NET-0500", False)])
def test_a_run_sheet_concerns_the_run_of_its_plate(
    lab: Bench, laid: str, *, concerned: bool
) -> None:
    lab.lay_sheet(laid)
    assert lab.line.book.refresh()
    assert may_be_released(lab.only_run(), lab.line.book) is concerned


def test_after_a_look_nothing_concerns_it_until_something_changes(lab: Bench) -> None:
    assert not may_be_released(lab.only_run(), lab.line.book)

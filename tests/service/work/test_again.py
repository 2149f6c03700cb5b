"""Filed runs filed again by the service, worked out by another process as by this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labsvc.model.filing import CaptureState
from labsvc.service.work.again import may_be_released
from tests.bench import Bench, bench, harvest, report, report_name
from tests.service.work.crews import files
from tests.service.work.outside import drivers_outside

PLATE = "NET-0411"


def alerts(lab: Bench) -> list[tuple[str, bytes | None]]:
    return [(one.alert.subject, one.alert.figure_png) for one in lab.owed()]


def released(lab: Bench) -> None:
    lab.sees(report_name(PLATE), report(PLATE, total=230.0))
    lab.lay_sheet(PLATE)
    lab.work()


def late(lab: Bench) -> None:
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    lab.sees("harvest.csv", harvest(PLATE, minutes=160))


@pytest.mark.parametrize("what", [released, late])
def test_a_run_is_filed_again_as_this_process_would_have(
    handed: Bench, alone: Bench, what: Callable[[Bench], None]
) -> None:
    """Byte for byte, with the mail's figure, and the reason of its revision."""
    for one in (handed, alone):
        what(one)
    assert handed.only_run().revision == 2
    assert files(handed) == files(alone)
    assert alerts(handed) == alerts(alone) != []


def test_what_breaks_its_process_stays_as_it_was_filed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service itself does not try it; the lab is told, and the next capture is filed."""
    with bench(tmp_path / "home", drivers=drivers_outside(tmp_path, monkeypatch)) as lab:
        lab.worker.staff.hands = 1
        lab.lay_sheet(PLATE)
        lab.sees(report_name(PLATE), report(PLATE), driver="later")
        (tmp_path / "outside" / "later").touch()
        assert lab.sees("harvest.csv", harvest(PLATE, minutes=160)).state is CaptureState.FILED
        assert lab.only_run().revision == 1
        (told,) = [one.alert.text for one in lab.owed() if one.alert.kind == "trouble"]
    assert "did not come back from it" in told


@pytest.fixture
def lab(alone: Bench) -> Bench:
    """A plate is held for want of its run sheet, and all that is in force was looked at."""
    alone.sees(report_name(PLATE), report(PLATE))
    return alone


@pytest.mark.parametrize(("laid", "concerned"), [(PLATE, True), ("NET-0500", False)])
def test_a_run_sheet_concerns_the_run_of_its_plate(
    lab: Bench, laid: str, *, concerned: bool
) -> None:
    lab.lay_sheet(laid)
    assert lab.line.book.refresh()
    assert may_be_released(lab.only_run(), lab.line.book) is concerned


def test_after_a_look_nothing_concerns_it_until_something_changes(lab: Bench) -> None:
    assert not may_be_released(lab.only_run(), lab.line.book)

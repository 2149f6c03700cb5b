"""Filed runs filed again by the service, worked out by another process as by this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labsvc.model.filing import CaptureState
from tests.bench import Bench, bench, harvest, report, report_name
from tests.service.work.outside import drivers_outside

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    """Whatever comes is worked out by another process."""
    with bench(tmp_path / "home") as made:
        made.worker.hands, made.worker.stays = 1, 3600.0
        yield made
        made.worker.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "alone") as made:
        yield made


def files(lab: Bench) -> dict[str, bytes]:
    root = lab.home.root / "archive"
    return {str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*") if path.is_file()}  # fmt: skip


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
    lab: Bench, alone: Bench, what: Callable[[Bench], None]
) -> None:
    """Byte for byte, with the mail's figure, and the reason of its revision."""
    for one in (lab, alone):
        what(one)
    assert lab.only_run().revision == 2
    assert files(lab) == files(alone)
    assert alerts(lab) == alerts(alone) != []


def test_what_breaks_its_process_stays_as_it_was_filed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service itself does not try it; the lab is told, and the next capture is filed."""
    with bench(tmp_path / "home", drivers=drivers_outside(tmp_path, monkeypatch)) as lab:
        lab.worker.hands = 1
        lab.lay_sheet(PLATE)
        lab.sees(report_name(PLATE), report(PLATE), driver="later")
        (tmp_path / "outside" / "later").touch()
        assert lab.sees("harvest.csv", harvest(PLATE, minutes=160)).state is CaptureState.FILED
        assert lab.only_run().revision == 1
        (told,) = [one.alert.text for one in lab.owed() if one.alert.kind == "trouble"]
    assert "did not come back from it" in told

"""A counter's calibration report through the line: kept, and nobody is troubled with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import CalibrationRun, Instrument, Measure
from labsvc.model.filing import CaptureState
from tests.bench import Bench, bench, named

FIGURES = (
    ("efficiency", "C14", 91.8), ("chi_square", "C14", 18.4), ("efficiency", "H3", 55.2),
    ("chi_square", "H3", 21.07), ("background", None, 11.42), ("background", None, 18.03),
    ("E2_B", "C14", 560.12), ("E2_B", "H3", 270.5),
)  # fmt: skip


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.worker.look_at_book()
        yield made


def calibration(day: int = 2) -> bytes:
    """An SNC/IPA report of a 2100TR, of that day of March."""
    at = datetime(2026, 3, day, 8, 5)
    measures = tuple(
        Measure(name, value, nuclide=nuclide, region="0-156 keV", performed_at=at)
        for name, nuclide, value in FIGURES
    )
    run = CalibrationRun("x", Instrument("Packard"), measures)
    return named("tricarb-2100tr").simulate([run])


def test_a_calibration_is_filed_without_a_result(lab: Bench) -> None:
    """Its bytes and figures lie in the archive; no run, no alert, no reason to explain."""
    outcome = lab.sees("calibration.bin", calibration())
    assert (outcome.state, outcome.results, outcome.reason) == (CaptureState.FILED, (), None)
    assert lab.home.archive.read(outcome.folder, "raw/calibration.bin") == calibration()
    (record,) = json.loads(lab.home.archive.read(outcome.folder, "run.json"))["records"]
    assert (record["kind"], record["measures"][-1]["value"]) == ("calibration", 270.5)
    assert lab.home.database.results() == []
    assert lab.owed() == []


def test_the_row_of_a_calibration_is_filed(lab: Bench) -> None:
    """Not a duplicate of anything, and with the driver's name."""
    brought = lab.put("calibration.bin", calibration())
    lab.work()
    row = lab.home.database.capture(brought.sha256)
    assert row is not None
    assert (row.state, row.driver, row.name) == (
        CaptureState.FILED, "tricarb-2100tr", "calibration.bin",
    )  # fmt: skip


def test_each_calibration_is_filed(lab: Bench) -> None:
    """One every day, and none is taken for the one before; the same bytes again are a duplicate."""
    first, second = (lab.sees(f"{day}.bin", calibration(day)) for day in (2, 3))
    again = lab.sees("copy.bin", calibration(2))
    assert (first.state, second.state) == (CaptureState.FILED, CaptureState.FILED)
    assert first.folder != second.folder
    assert (again.state, again.folder) == (CaptureState.DUPLICATE, first.folder)


def test_a_calibration_cut_short_is_set_aside_and_told(lab: Bench) -> None:
    """As with any report: quarantined with the sentence that says what is missing."""
    outcome = lab.sees("calibration.bin", calibration()[:-40])
    assert outcome.state is CaptureState.QUARANTINED
    assert outcome.reason is not None
    assert "the calibration report was cut short" in outcome.reason
    assert len(lab.owed()) == 1

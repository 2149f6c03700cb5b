"""Counters' figures of themselves, run after run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import CalibrationRun, Instrument, Measure
from labsvc.service.trends.calibrations import Calibrations
from labsvc.service.trends.charts import filed_chart
from tests.bench import Bench, bench, harvest, named


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.worker.look_at_book()
        yield made


def calibration(day: int, e2_b: float) -> bytes:
    """An SNC/IPA report of a 2100TR, of that day of March."""
    at = datetime(2026, 3, day, 8, 5)
    figures = (
        ("efficiency", "C14", 91.8), ("chi_square", "C14", 18.4), ("efficiency", "H3", 55.2),
        ("chi_square", "H3", 21.07), ("background", None, 11.42), ("background", None, 18.03),
        ("E2_B", "C14", 560.12), ("E2_B", "H3", e2_b),
    )  # fmt: skip
    measures = tuple(
        Measure(name, value, nuclide=nuclide, region="0-156 keV", performed_at=at)
        for name, nuclide, value in figures
    )
    run = CalibrationRun("x", Instrument("Packard"), measures)
    return named("tricarb-2100tr").simulate([run])


@pytest.fixture
def counters(lab: Bench) -> Calibrations:
    """After two checks, and a harvest log between them."""
    lab.sees("first.bin", calibration(2, 270.5))
    lab.sees("harvest.csv", harvest("NET-0411"), driver="harvest")
    lab.sees("second.bin", calibration(3, 261.5))
    return Calibrations(lab.home.database, lab.home.archive)


def test_a_figure_comes_once_for_every_check(counters: Calibrations) -> None:
    """In the order of filing, of its source."""
    found = counters.numbers("E2_B H3")
    assert [one.value for one in found] == [270.5, 261.5]
    assert len({(one.run, one.protocol) for one in found}) == 2
    assert counters.numbers("E2_B U8") == []


def test_what_two_checks_have_is_listed(counters: Calibrations) -> None:
    """With the prefix that makes it a name to chart."""
    names = {one.name: one.runs for one in counters.listed()}
    assert names["counter: efficiency H3"] == 2


def test_it_is_charted_like_any_number(lab: Bench, counters: Calibrations) -> None:
    found = filed_chart(lab.home.database, "counter: E2_B H3", calibrations=counters)
    assert [one.value for one in found.chart.series] == [270.5, 261.5]


def test_a_damaged_report_is_left_out(lab: Bench, counters: Calibrations) -> None:
    """The index must not stand still for it; verify tells of it."""
    folder = lab.home.database.captures()[0].folder
    path = lab.home.root / "archive" / folder / "run.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"261.5", b"270.5"))
    assert [one.value for one in counters.numbers("E2_B H3")] == [270.5]

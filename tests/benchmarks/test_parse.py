"""The benchmark of the parsers: that it makes and reads a report of each driver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.parse import MAKERS, TABLES, driver
from labsvc.service.registry import load_drivers

PARSE = Path(__file__).parents[2] / "benchmarks" / "parse.py"


def test_every_driver_is_measured() -> None:
    """A driver that is added has its figures; the shipped table drivers have theirs."""
    tables = {path.stem for path in TABLES.glob("*.yaml")}
    assert {*load_drivers().drivers, *tables} == {name for name, _ in MAKERS.values()}


@pytest.mark.parametrize("label", MAKERS)
def test_a_made_report_is_as_large_as_asked_and_its_drivers(label: str) -> None:
    """Within a quarter: in whole plates or racks."""
    name, make = MAKERS[label]
    assert 150_000 < len(make(200_000)) < 240_000
    assert driver(name).title


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory of one process")
def test_the_figures_of_a_driver_are_one_document(tmp_path: Path) -> None:
    """Time, memory and growth, each a number."""
    ran = subprocess.run(
        [sys.executable, PARSE, "--json", "--sizes", "1", "--driver", "quantulus"],
        env={"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)["quantulus"]
    (row,) = found["sizes"]
    assert found["growth"] == 1.0
    assert row["readings"] > 1000
    assert row["mb_per_second"] > 0
    assert not any(tmp_path.iterdir())

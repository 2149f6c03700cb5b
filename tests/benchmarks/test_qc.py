"""The benchmark of the checks: that its plates are what they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.qc import FAULTS, clean, counted, judged, measured, simulated, table
from labsvc.model.result import Verdict

QC = Path(__file__).parents[2] / "benchmarks" / "qc.py"
FOUND_AT_ONCE = [
    "clogged harvester probe (a row loses 40 %)", "rotated filter",
    "drifting detector (40 % over the plate)", "evaporated edge (a third less)",
    "chemiluminescence (some 250 cpm, fading)", "late harvest (180 for 120 min)",
    "wrong dilution of the reference (10 x)", "contaminated blank (2 of 8 wells, 300 cpm)",
]  # fmt: skip


def test_a_clean_plate_is_accepted() -> None:
    """Of 40 from a seed: all, where one in 200 may raise an alarm."""
    assert [one.alarms for one in simulated(40, 1) if one.alarms] == []
    result = judged(clean(np.random.default_rng(5)))
    assert (result.verdict, len(result.curves)) == (Verdict.ACCEPTED, 4)


@pytest.mark.parametrize("name", FOUND_AT_ONCE)
def test_a_fault_of_a_place_or_of_the_bench_is_found_on_its_plate(name: str) -> None:
    """Five plates of five."""
    assert all(one.alarms for one in simulated(5, 3, FAULTS[name]))


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_changes_what_is_counted_or_when(name: str) -> None:
    """The same dice without the fault give other counts, or another time."""
    good = clean(np.random.default_rng(7))
    bad = FAULTS[name](clean(np.random.default_rng(7)))
    changed = [(one.specific + one.nonspecific).tolist() for one in (good, bad)]
    assert changed[0] != changed[1] or bad.minutes != good.minutes or bad.turned
    assert len(counted(bad)) == 96


def test_there_are_fifteen_faults_and_the_table_has_all() -> None:
    """One row each, as in the documentation."""
    assert len(FAULTS) == 15
    rows = table(measured(25, 1, series=3)).splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(FAULTS)


def test_the_documentation_has_every_fault() -> None:
    page = (QC.parents[1] / "docs/explanation/qc.md").read_text("utf-8")
    assert [name for name in FAULTS if f"| {name} |" not in page] == []


def test_the_figures_are_one_document() -> None:
    """With the false alarms of the default set."""
    command = [sys.executable, QC, "--json", "--clean", "22", "--faulty", "1"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (found["clean_plates"], found["false_alarm_percent"]) == (22, 0.0)

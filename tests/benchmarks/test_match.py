"""The benchmark of the matching: that each case is what it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.match import cases, measured
from labsvc.core.matching.match import match
from labsvc.model.assay import Assay, Held

MATCH = Path(__file__).parents[2] / "benchmarks" / "match.py"


def test_a_case_finds_its_run_sheet_or_not_as_it_says() -> None:
    """A run that is held because it does not fit the plan has found it too."""
    for case in cases(20, 100):
        found = match(case.unit, case.protocols, case.sheets, ())
        named = isinstance(found, Held) and "planned positions" in found.because
        assert (isinstance(found, Assay) or named) == case.taken, case.name


def test_what_is_timed_is_told_for_each_case() -> None:
    """The first time and those after it."""
    row = measured(cases(3, 10)[0], 2)
    assert set(row) == {"first_ms", "median_ms", "p95_ms", "within"}


def test_the_figures_are_one_document() -> None:
    """For every case."""
    ran = subprocess.run(
        [sys.executable, MATCH, "--json", "--quick"], capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout)
    assert (found["protocols"], found["sheets"], len(found["cases"])) == (20, 100, 5)

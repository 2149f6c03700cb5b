"""The benchmark of interim warnings: that its counts are what they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.interim import FAULTS, HARDER, simulated, simulated_by_files

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "interim.py"
PAGE = SCRIPT.parents[1] / "docs/explanation/qc.md"


def test_a_clean_count_gives_no_warning_at_any_reading() -> None:
    """Of 40 from a seed, each judged 95 times."""
    assert [one for one in simulated(40, 1) if one] == []


@pytest.mark.parametrize("name", HARDER)
def test_nor_does_a_clean_count_of_a_harder_assay(name: str) -> None:
    """Weak, dirty or scattered, and still no fault."""
    assert not any(simulated(10, 3, None, HARDER[name]))


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_within_one_reading_of_its_evidence(name: str) -> None:
    """Ten of ten."""
    fault, evidence, own = FAULTS[name]
    found = simulated(10, 3, fault)
    assert all(min(one.values()) <= evidence + 1 for one in found)
    assert all(own in one for one in found)


def test_a_file_for_each_vial_is_told_of_as_soon() -> None:
    """At the very reading; a rack's number is in no such file."""
    found = simulated_by_files(1, 2)
    assert len(found) == len(FAULTS) - 1
    assert all(one == {"counts": 1, "told": 1, "same": 1} for one in found.values())


def test_the_documentation_has_every_fault() -> None:
    """One row each, and the false alarms."""
    page = PAGE.read_text("utf-8")
    assert [name for name in FAULTS if f"| {name} |" not in page] == []


def test_the_figures_are_one_document() -> None:
    """With the false alarms."""
    command = [sys.executable, str(SCRIPT), "--json", "--clean", "3", "--faulty", "1"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (found["clean_counts"], found["false_alarms"]) == (3, 0)

"""labsvc runsheet."""

from __future__ import annotations

from pathlib import Path

from tests.bench import BINDING, sheet
from tests.cli.conftest import Labsvc


def test_run_sheets_are_linted(labsvc: Labsvc, run_sheet: Path, tmp_path: Path) -> None:
    """File, line and what was expected."""
    assert labsvc("runsheet", "lint", run_sheet).out == "1 files, 0 with errors\n"
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(sheet("NET-1").replace(b"top: 10 uM", b"top: 10"))
    ran = labsvc("runsheet", "lint", bad)
    assert (ran.code, ran.out) == (78, "1 files, 1 with errors\n")
    assert ran.sentence.startswith(f"{bad}:5: ")


def test_lint_goes_on_after_a_file_that_is_not_there(labsvc: Labsvc, run_sheet: Path) -> None:
    """One line for each fault; exit code 78."""
    ran = labsvc("runsheet", "lint", "gone.yaml", run_sheet)
    assert (ran.code, ran.out) == (78, "2 files, 1 with errors\n")
    assert ran.sentence == "gone.yaml: cannot be read: No such file or directory"


def test_a_run_sheet_for_a_protocol_of_ones_own(labsvc: Labsvc, home: Path, tmp_path: Path) -> None:
    """It is known by its home; elsewhere it is told by its name."""
    mine = tmp_path / "NET-1.yaml"
    mine.write_bytes(sheet("NET-1").replace(BINDING.encode(), b"our-own"))
    plan = home / "protocols" / f"{BINDING}.yaml"
    plan.write_bytes(plan.read_bytes().replace(BINDING.encode(), b"our-own"))
    ran = labsvc("runsheet", "lint", mine)
    assert ran.code == 78
    assert "'our-own'" in ran.sentence
    assert labsvc("runsheet", "lint", mine, "--home", home).code == 0


def test_every_fault_of_a_run_sheet_is_told(labsvc: Labsvc, tmp_path: Path) -> None:
    """Not the first alone."""
    bad = tmp_path / "bad.yaml"
    text = sheet("NET-1").replace(b"top: 10 uM", b"top: 10")
    bad.write_bytes(text.replace(b"operator", b"operater"))
    ran = labsvc("runsheet", "lint", bad)
    assert [line.split(":")[1] for line in ran.err.splitlines()] == ["3", "5"]

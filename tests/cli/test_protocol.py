"""labsvc protocol."""

from __future__ import annotations

from pathlib import Path

from tests.bench import BINDING
from tests.cli.conftest import Labsvc


def test_the_shipped_protocols_are_listed(labsvc: Labsvc) -> None:
    """With version, title, kind and digest."""
    rows = {row["name"]: row for row in labsvc("protocol", "ls", "--json").json}
    assert set(rows) >= {BINDING, "net-ne-uptake", "hsert-binding", "thyroid-hormone-uptake"}
    assert rows[BINDING]["kind"] == "competition_binding"
    assert len(rows[BINDING]["digest"]) == 64
    assert "[3H]Nisoxetine competition binding" in labsvc("protocol", "ls").out


def test_a_protocol_shows_its_plate(labsvc: Labsvc, protocol_file: Path) -> None:
    """Totals, non-specific wells, slots; by name or by file."""
    shown = labsvc("protocol", "show", BINDING).out
    assert "  A  T  1  1  1  1  1  1  1  1  1  1  T\n" in shown
    assert labsvc("protocol", "show", protocol_file).out == shown
    assert "the run sheet lists the positions" in labsvc("protocol", "show", "net-ne-uptake").out


def test_lint_tells_every_error_with_its_line(
    labsvc: Labsvc, protocol_file: Path, tmp_path: Path
) -> None:
    """Exit code 78; a sound file beside it is counted too."""
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(protocol_file.read_bytes().replace(b"kd:", b"kdd:").replace(b"4 C", b"4"))
    ran = labsvc("protocol", "lint", protocol_file, bad)
    assert ran.code == 78
    assert ran.out == f"2 files, {len(ran.err.splitlines())} errors\n"
    assert all(line.startswith(f"{bad}:") for line in ran.err.splitlines())
    faults = labsvc("protocol", "lint", bad, "--json").json
    assert {fault["file"] for fault in faults} == {str(bad)}
    assert [fault["line"] for fault in faults] == sorted(fault["line"] for fault in faults)
    assert labsvc("protocol", "lint", protocol_file).code == 0


def test_lint_of_a_file_that_is_not_there(labsvc: Labsvc) -> None:
    """One sentence; exit code 78."""
    ran = labsvc("protocol", "lint", "gone.yaml")
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence == "labsvc: gone.yaml: cannot be read: No such file or directory"

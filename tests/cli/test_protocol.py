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
    told = [line for line in ran.err.splitlines() if line.startswith(f"{bad}:")]
    assert ran.out == f"2 files, {len(told)} errors\n"
    assert f"{bad}:39:3: error: 'kdd' is not a key here; did you mean 'kd'?" in told
    faults = labsvc("protocol", "lint", bad, "--json").json
    assert {fault["file"] for fault in faults} == {str(bad)}
    assert [fault["line"] for fault in faults] == sorted(fault["line"] for fault in faults)
    assert faults[0]["text"].startswith("  kdd: {value: 0.8 nM")
    assert labsvc("protocol", "lint", protocol_file).code == 0


def test_lint_of_a_file_that_is_not_there(labsvc: Labsvc) -> None:
    """One sentence; exit code 78."""
    ran = labsvc("protocol", "lint", "gone.yaml")
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence == "labsvc: gone.yaml: cannot be read: No such file or directory"


def test_the_worked_examples_are_run(labsvc: Labsvc, protocol_file: Path, tmp_path: Path) -> None:
    """All shipped agree; a changed answer is shown beside what was found, with exit code 1."""
    assert labsvc("protocol", "test").code == 0
    changed = tmp_path / "changed.yaml"
    changed.write_text(protocol_file.read_text("utf-8").replace("is: 14.7 nM", "is: 24.7 nM"))
    ran = labsvc("protocol", "test", changed, "--json")
    assert ran.code == 1
    assert [one["what"] for one in ran.json if not one["agrees"]] == ["ki of imipramine"]
    assert "DIFFERS" in labsvc("protocol", "test", changed).out


def test_the_schema_is_printed_for_an_editor(labsvc: Labsvc, tmp_path: Path) -> None:
    """Of protocols and of run sheets: those that init lays beside the files."""
    labsvc("init", tmp_path / "lab")
    laid = (tmp_path / "lab/protocols/protocol.schema.json").read_text("utf-8")
    assert labsvc("protocol", "schema").out == laid
    laid = (tmp_path / "lab/runsheets/runsheet.schema.json").read_text("utf-8")
    assert labsvc("protocol", "schema", "--runsheet").out == laid


def test_a_plate_for_programs(labsvc: Labsvc) -> None:
    """Each well with its role or its slot."""
    document = labsvc("protocol", "show", BINDING, "--json").json
    assert (document["plate"], document["wells"]["A01"]["role"]) == (96, "total")


def test_the_homes_protocols_are_listed_and_shown(labsvc: Labsvc, home: Path) -> None:
    """Those in force there, not what is shipped."""
    file = home / "protocols" / f"{BINDING}.yaml"
    file.write_text(file.read_text("utf-8").replace(f"name: {BINDING}", "name: our-own"), "utf-8")
    assert [one["name"] for one in labsvc("protocol", "ls", "--home", home, "--json").json] == [
        "our-own"
    ]
    assert labsvc("protocol", "show", "our-own", "--home", home).out.startswith("our-own version")
    rows = labsvc("protocol", "test", "--home", home, "--json").json
    assert {one["protocol"] for one in rows} == {"our-own"}

"""labsvc protocol new."""

from __future__ import annotations

from pathlib import Path

from labsvc.service.home import Home
from tests.cli.conftest import Labsvc


def test_a_draft_is_made_of_a_run(labsvc: Labsvc, filed: Path, opened: Home) -> None:
    """The plate it sees is shown; lint names what only a person knows."""
    (run,) = opened.database.results()
    opened.close()
    words = ("--from-run", run.run_id[:6], "--name", "our-own", "--home", filed)
    ran = labsvc("protocol", "new", *words, "--out", "own.yaml")
    assert ran.out == "own.yaml is made. Fill it in, then: labsvc protocol lint own.yaml\n"
    assert "  A  T  1  1  1  1  1  1  1  1  1  1  T\n" in ran.err
    assert "  A  9  0  0  0" in ran.err
    text = Path("own.yaml").read_text("utf-8")
    assert f"# Drafted from run {run.run_id} (NET-0411_A7_212.txt" in text
    found = labsvc("protocol", "lint", "own.yaml", "--json").json
    assert [one["text"].partition(":")[0] for one in found] == ["title", "target", "  name"]


def test_a_draft_without_a_run_is_shown(labsvc: Labsvc) -> None:
    ran = labsvc("protocol", "new")
    assert ran.code == 0
    assert "name: new-protocol" in ran.out


def test_a_draft_never_replaces_a_file(labsvc: Labsvc, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    assert labsvc("protocol", "new", "--out", "mine.yaml").code == 78
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_run_that_is_not_there(labsvc: Labsvc, home: Path) -> None:
    ran = labsvc("protocol", "new", "--from-run", "abcd", "--home", home)
    assert (ran.code, ran.sentence) == (
        78, "labsvc: there is no run 'abcd' here; see: labsvc runs ls",
    )  # fmt: skip

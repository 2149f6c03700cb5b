"""labsvc demo --once: the day as a script sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Labsvc


def test_the_day_is_one_json_document(labsvc: Labsvc, tmp_path: Path) -> None:
    """Every plate with verdict and answers; the reports and mails it names are there."""
    ran = labsvc("demo", "--once", "--home", tmp_path / "demo", "--json")
    document: dict[str, Any] = ran.json
    assert ran.code == 0
    verdicts = {row["plate"]: row["verdict"] for row in document["runs"]}
    assert verdicts["NET-0411"] == "accepted"
    assert verdicts["NET-0414"] == "rejected"
    assert document["quarantined"] == ["NET-0417_A7_218.txt"]
    assert all(Path(row["report"]).is_file() for row in document["runs"])
    assert all(Path(mail).is_file() for mail in document["mails"])
    again = labsvc("demo", "--once", "--home", tmp_path / "demo", "--json")
    assert again.json == document
    table = labsvc("demo", "--once", "--home", tmp_path / "demo").out
    assert "NET-0417_A7_218.txt" in table
    assert f"--home {tmp_path / 'demo'}" in table


def test_a_folder_of_somebody_elses_is_never_touched(labsvc: Labsvc, tmp_path: Path) -> None:
    """One sentence, exit code 78."""
    (tmp_path / "thesis.txt").write_text("chapter one")
    ran = labsvc("demo", "--once", "--home", tmp_path)
    assert (ran.code, ran.out) == (78, "")
    assert "holds other files" in ran.sentence
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("words", [["--json"], ["--every", "-1"]])
def test_what_makes_no_sense_is_refused(labsvc: Labsvc, words: list[str]) -> None:
    """JSON needs an end; time runs forwards."""
    ran = labsvc("demo", *words)
    assert ran.code in (2, 78)
    assert ran.out == ""

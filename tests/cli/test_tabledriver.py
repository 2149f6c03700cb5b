"""labsvc driver draft, test, and a home's own drivers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Labsvc
from tests.driver.tables.examples import FOLDER, sample


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    path = tmp_path / "A16.txt"
    path.write_bytes(sample("microbeta2-grid"))
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with one table driver is enough of a home to read files by."""
    folder = tmp_path / "home" / "drivers"
    folder.mkdir(parents=True)
    example = FOLDER / "microbeta2-grid.yaml"
    (folder / example.name).write_bytes(example.read_bytes())
    return folder.parent


def test_a_draft_goes_from_the_example_to_the_home(
    labsvc: Labsvc, grid: Path, tmp_path: Path
) -> None:
    """The plate is drawn, what is open is said, and a file that is there is not written over."""
    out = tmp_path / "drivers" / "mine.yaml"
    ran = labsvc("driver", "draft", grid, "--out", out)
    assert ran.code == 0
    assert "640.25" in ran.err
    assert "to settle: " in ran.err
    assert out.read_text(encoding="utf-8").startswith("# Proposed from A16.txt.")
    again = labsvc("driver", "draft", grid, "--out", out)
    assert again.code == 78
    assert "cannot be written: File exists" in again.err


def test_a_draft_without_out_is_on_standard_output(labsvc: Labsvc, grid: Path) -> None:
    ran = labsvc("driver", "draft", grid)
    assert "grid: {titled: true}" in ran.out


def test_an_example_that_is_no_table_is_told(labsvc: Labsvc, tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_bytes(b"Dear diary\n")
    ran = labsvc("driver", "draft", diary)
    assert (ran.code, ran.out) == (65, "")
    assert "no table of readings is seen" in ran.err


def test_a_driver_is_held_against_samples(
    labsvc: Labsvc, home: Path, grid: Path, tmp_path: Path
) -> None:
    """Exit code 65 as soon as one sample has something to look at."""
    spec = home / "drivers" / "microbeta2-grid.yaml"
    good = labsvc("driver", "test", spec, grid)
    assert (good.code, good.out.count("ok  "), good.out.count("LOOK")) == (0, 4, 0)
    cut = tmp_path / "cut.txt"
    cut.write_bytes(grid.read_bytes()[:-20])
    bad = labsvc("driver", "test", spec, grid, cut)
    assert bad.code == 65
    assert "LOOK  reading: line" in bad.out


def test_a_homes_drivers_are_listed_and_read_by(labsvc: Labsvc, home: Path, grid: Path) -> None:
    """As the installed ones are."""
    rows = {row["name"]: row for row in labsvc("driver", "ls", "--home", home, "--json").json[
        "drivers"]}  # fmt: skip
    assert rows["microbeta2-grid"]["maturity"] == "draft"
    sniffed = labsvc("driver", "sniff", grid, "--home", home).out
    assert sniffed.startswith(f"{grid}: microbeta2-grid: ")
    (run,) = labsvc("driver", "parse", grid, "--home", home, "--json").json["records"]
    assert len(run["readings"]) == 48
    assert labsvc("driver", "sniff", grid).code == 65


def test_a_home_that_is_away_is_told(labsvc: Labsvc, grid: Path, tmp_path: Path) -> None:
    ran = labsvc("driver", "sniff", grid, "--home", tmp_path / "gone")
    assert ran.code == 78
    assert "there is no home" in ran.err

"""The table drivers of a home."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.model.capture import Capture
from labsvc.service.registry import load_drivers
from labsvc.service.tabledrivers.folder import read_table_driver, read_tables
from tests.driver.tables.examples import FOLDER, sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped examples."""
    return Path(shutil.copytree(FOLDER, tmp_path / "drivers"))


def test_the_registry_holds_a_homes_drivers_beside_the_installed(folder: Path) -> None:
    """And one of them claims its file as any other would."""
    registry = load_drivers(folder)
    assert set(registry.drivers) > {"microbeta", "wizard2", "cobra-csv", "microbeta2-grid"}
    assert registry.named("cobra-csv").title == "Cobra gamma counter, comma-separated list"
    for name in ("cobra-csv", "wizard-1470", "microbeta2-grid", "microbeta2-xlsx"):
        captured = Capture("x", "test", datetime(2026, 1, 5, tzinfo=UTC), sample(name))
        assert registry.claim(captured) == name


def test_without_a_folder_there_are_the_installed_alone(tmp_path: Path) -> None:
    assert load_drivers(tmp_path / "gone").drivers.keys() == load_drivers().drivers.keys()


def test_a_bad_file_is_disabled_with_its_reason_and_the_others_work(folder: Path) -> None:
    """Whoever asks for it by name is told file and line."""
    broken = folder / "cobra-csv.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("decimal: point", "decimal: x"),
                      encoding="utf-8")  # fmt: skip
    registry = load_drivers(folder)
    with pytest.raises(ConfigError, match=r"'cobra-csv' is disabled: cobra-csv.yaml:\d+: 'decimal"):
        registry.named("cobra-csv")
    assert "wizard-1470" in registry.drivers


def test_an_installed_drivers_name_is_not_taken_over(folder: Path) -> None:
    """Neither is that of another file."""
    text = (folder / "cobra-csv.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(text.replace("name: cobra-csv", "name: wizard2"),
                                      encoding="utf-8")  # fmt: skip
    (folder / "twin.yaml").write_text(text, encoding="utf-8")
    registry = load_drivers(folder)
    assert registry.disabled["wizard2 (mine.yaml)"].startswith("an installed driver has this name")
    assert registry.disabled["cobra-csv (twin.yaml)"].startswith("an earlier file")
    assert type(registry.drivers["wizard2"]).__name__ == "Wizard2"


def test_a_bad_file_never_hides_an_installed_driver(tmp_path: Path) -> None:
    (tmp_path / "wizard2.yaml").write_text("name: [", encoding="utf-8")
    (tmp_path / ".hidden.yaml").write_text("name: [", encoding="utf-8")
    found, refused = read_tables(tmp_path, {"wizard2"})
    assert (found, list(refused)) == ({}, ["wizard2.yaml"])


def test_a_file_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml: cannot be read"):
        read_table_driver(tmp_path / "x.yaml")

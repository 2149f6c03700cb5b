"""Finding and opening a home."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labsvc.errors import ConfigError, StoreError
from labsvc.service.home import find_home, open_home
from tests.bench import make_home


def test_the_home_named_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the environment, then ./labsvc-home, then the system's place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABSVC_HOME", "/from/environment")
    assert find_home(Path("named")) == Path("named")
    assert find_home(None) == Path("/from/environment")
    monkeypatch.delenv("LABSVC_HOME")
    assert find_home(None) == Path("/var/lib/labsvc")
    (tmp_path / "labsvc-home").mkdir()
    assert find_home(None) == Path("labsvc-home")


def test_a_folder_that_is_no_home_is_told_with_the_remedy(tmp_path: Path) -> None:
    """Nothing is made in it."""
    with pytest.raises(ConfigError, match=r"no labsvc\.yaml in .*make a home with: labsvc init"):
        open_home(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_opening_makes_what_is_missing(tmp_path: Path) -> None:
    """All that a home needs beside its settings."""
    home = open_home(make_home(tmp_path / "home"))
    assert home.runsheets.is_dir()
    assert home.spool.is_dir()
    assert home.database.results() == []
    assert (tmp_path / "home" / "labsvc.db").is_file()
    home.close()


def test_a_home_may_have_an_awkward_name(tmp_path: Path) -> None:
    """Blanks, percent and question marks, letters beyond ASCII are no part of an address."""
    root = make_home(tmp_path / ("50% Labor #1 µ" if os.name == "nt" else "50% Labor? #1 µ"))
    open_home(root).close()
    assert (root / "labsvc.db").is_file()


def test_a_database_named_in_the_settings_is_used(tmp_path: Path) -> None:
    """By its URL."""
    root = make_home(tmp_path / "home", f"database: sqlite:///{tmp_path}/elsewhere.db\n")
    open_home(root).close()
    assert (tmp_path / "elsewhere.db").is_file()
    assert not (root / "labsvc.db").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file lies where the folder belongs."""
    root = make_home(tmp_path / "home")
    (root / "spool").write_bytes(b"")
    with pytest.raises(StoreError, match=r"cannot make the folder .*spool"):
        open_home(root)

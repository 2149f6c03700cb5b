"""Folders that appear and vanish whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.store.staging import Staging


def test_a_folder_made_aside_appears_under_its_name_with_all_its_files(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staged = staging.make({"raw/a.txt": b"a", "b.json": b"b"})
    staging.put_in_place(staged, tmp_path / "2026" / "x")
    assert (tmp_path / "2026" / "x" / "raw" / "a.txt").read_bytes() == b"a"
    assert (tmp_path / "2026" / "x" / "b.json").read_bytes() == b"b"
    assert not list(staging.path.iterdir())


def test_folders_within_folders_are_made(tmp_path: Path) -> None:
    """Also where the upper one holds no file of its own."""
    staged = Staging(tmp_path).make({"plate-1/figures/curves.svg": b"a", "run.json": b"b"})
    assert (staged / "plate-1" / "figures" / "curves.svg").read_bytes() == b"a"


def test_a_making_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Here a file stands where a folder is needed."""
    staging = Staging(tmp_path)
    with pytest.raises(StoreError):
        staging.make({"raw": b"a file", "raw/a.txt": b"a"})
    assert not list(staging.path.iterdir())


def test_sweeping_empties_staging_of_folders_and_files(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.make({"a.txt": b"a"})
    (staging.path / "stray.txt").write_bytes(b"x")
    staging.sweep()
    assert not list(staging.path.iterdir())


def test_what_is_discarded_is_gone(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.put_in_place(staging.make({"a.txt": b"a"}), tmp_path / "x")
    staging.discard(tmp_path / "x")
    assert [path.name for path in tmp_path.rglob("*")] == [".staging"]


def test_several_are_made_at_once_or_none(tmp_path: Path) -> None:
    """Each with its own files; a fault of one leaves nothing of the others."""
    staging = Staging(tmp_path)
    first, second = staging.make_all([{"raw/a.txt": b"a"}, {"raw/a.txt": b"b", "c.txt": b"c"}])
    assert (first / "raw" / "a.txt").read_bytes() == b"a"
    assert sorted(path.name for path in second.rglob("*")) == ["a.txt", "c.txt", "raw"]
    staging.sweep()
    with pytest.raises(StoreError):
        staging.make_all([{"a.txt": b"a"}, {"raw": b"a file", "raw/a.txt": b"a"}])
    assert not list(staging.path.iterdir())

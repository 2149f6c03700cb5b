"""Writing whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import DiskFull, StoreError
from labsvc.store import durable
from labsvc.store.durable import make_folder, our_disk, sweep_half_written, write_durably


def test_what_was_written_is_read_back_and_nothing_else_lies_there(tmp_path: Path) -> None:
    """The temporary file is gone when the write returns."""
    write_durably(tmp_path / "a.txt", b"first")
    write_durably(tmp_path / "a.txt", b"second")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"second"}


def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    """ENOSPC, real from the kernel, becomes DiskFull that names our path."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    place = tmp_path / "result.json"
    told = pytest.raises(DiskFull, match=r"result\.json.*free some space")
    with told, our_disk(place), full.open("wb", buffering=0) as file:
        file.write(b"x")


def test_a_folder_that_is_away_is_a_store_error_naming_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"away.*No such file"):
        write_durably(tmp_path / "away" / "a.txt", b"x")


def test_a_failed_write_leaves_the_old_content_and_no_rest(tmp_path: Path) -> None:
    """A rename onto a folder fails after the bytes were written: they are cleared away."""
    (tmp_path / "a").mkdir()
    with pytest.raises(StoreError):
        write_durably(tmp_path / "a", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_folders_are_made_with_the_parents_they_lack(tmp_path: Path) -> None:
    make_folder(tmp_path / "2026" / "march")
    make_folder(tmp_path / "2026" / "march")
    assert (tmp_path / "2026" / "march").is_dir()


def test_a_file_in_the_place_of_a_folder_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(StoreError, match="inbox"):
        make_folder(tmp_path / "inbox")


def test_what_a_crash_left_half_written_is_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in (f".{'a' * 32}.tmp", ".mine.tmp", "sources.json", f"{'a' * 32}.tmp"):
        (tmp_path / name).write_bytes(b"x")
    sweep_half_written(tmp_path)
    left = [".mine.tmp", f"{'a' * 32}.tmp", "sources.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == left


def test_what_windows_refuses_for_a_moment_is_tried_again() -> None:
    """While somebody reads a file, Windows replaces it by no other."""
    refusals = [PermissionError(), PermissionError()]

    def act() -> str:
        if refusals:
            raise refusals.pop()
        return "done"

    assert durable.patiently(act, (0.0, 0.0)) == "done"
    refusals.extend(PermissionError() for _ in range(3))
    with pytest.raises(PermissionError):
        durable.patiently(act, (0.0, 0.0))

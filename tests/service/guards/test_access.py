"""What other accounts of the machine may see of a home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.service.guards.access import keep_from_others, make_ours, open_to_others, told_in_clear


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def made_in(root: Path) -> tuple[int, int]:
    """The modes of a new file and a new folder."""
    (root / "file").write_bytes(b"")
    (root / "folder").mkdir()
    return (root / "file").stat().st_mode & 0o777, (root / "folder").stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("home", "file", "folder"),
    [(0o700, 0o600, 0o700), (0o750, 0o640, 0o750), (0o755, 0o640, 0o750), (0o770, 0o640, 0o750)],
)
def test_what_is_made_is_open_to_nobody_else(
    tmp_path: Path, home: int, file: int, folder: int
) -> None:
    """To the group as far as the home is, and never further than the caller's own mask."""
    tmp_path.chmod(home)
    keep_from_others(tmp_path)
    assert made_in(tmp_path) == (file, folder)


def test_a_mask_that_is_stricter_already_stays(tmp_path: Path) -> None:
    os.umask(0o077)
    tmp_path.chmod(0o750)
    keep_from_others(tmp_path)
    assert made_in(tmp_path) == (0o600, 0o700)


def test_a_new_home_is_closed_and_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    make_ours(tmp_path / "a" / "home")
    assert (tmp_path / "a" / "home").stat().st_mode & 0o777 == 0o700
    assert open_to_others(tmp_path / "a" / "home") is None
    tmp_path.chmod(0o755)
    make_ours(tmp_path)
    assert "chmod o-rwx" in (open_to_others(tmp_path) or "")


def test_a_home_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be looked at"):
        open_to_others(tmp_path / "gone")
    keep_from_others(tmp_path / "gone")


def test_a_password_that_would_go_out_in_clear_is_told() -> None:
    """Not on this very machine, nor where it is encrypted or there is none."""
    told = told_in_clear("mail.lab", 25, starttls=False, login=True)
    assert "without encryption" in (told or "")
    assert told_in_clear("mail.lab", 25, starttls=True, login=True) is None
    assert told_in_clear("mail.lab", 465, starttls=False, login=True) is None
    assert told_in_clear("mail.lab", 25, starttls=False, login=False) is None
    assert told_in_clear("localhost", 25, starttls=False, login=True) is None

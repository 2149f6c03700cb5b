"""Files of long ago that have left the folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.capture.gone import gone
from labsvc.model.filing import SeenFile

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OLD = int((NOW - timedelta(days=100)).timestamp()) * 1_000_000_000
PATH = "counter-pc/results/a.txt"
NEW = int((NOW - timedelta(days=1)).timestamp()) * 1_000_000_000


def left(*files: tuple[str, int]) -> list[str]:
    taken = [SeenFile(path, 3, modified_ns, "") for path, modified_ns in files]
    return [path for paths in gone(taken, NOW - timedelta(days=30)) for path in paths]


def test_what_left_long_ago_is_named(tmp_path: Path) -> None:
    """What is there stays known, and so does what may be away for a while only."""
    there = tmp_path / "there.txt"
    there.write_bytes(b"old")
    old, new = str(tmp_path / "old.txt"), str(tmp_path / "new.txt")
    assert left((old, OLD), (new, NEW), (str(there), OLD)) == [old]


def test_what_cannot_be_looked_at_stays_known(tmp_path: Path) -> None:
    """A name below a file is no answer, and a name that was no text leads to no file."""
    (tmp_path / "file").write_bytes(b"x")
    assert left((str(tmp_path / "file" / "a.txt"), OLD)) == []
    assert os.sep != "/" or left((str(tmp_path / "\\xff.txt"), OLD)) == []


@pytest.mark.parametrize(("number", "answer"), [(2, [PATH]), (3, [PATH]), (53, []), (67, [])])
def test_a_share_that_is_away_says_nothing(
    monkeypatch: pytest.MonkeyPatch, number: int, answer: list[str]
) -> None:
    """On Windows, where Python tells it as a file that is not found, by another number."""

    class Away(FileNotFoundError):
        winerror = number

    def away(path: str) -> None:
        raise Away(path)

    monkeypatch.setattr(os, "lstat", away)
    assert left((PATH, OLD)) == answer


def test_they_come_in_pieces(tmp_path: Path) -> None:
    """A hundred thousand at once would be one long transaction."""
    taken = [SeenFile(str(tmp_path / f"{n}.txt"), 3, OLD, "") for n in range(1200)]
    assert [len(paths) for paths in gone(taken, NOW)] == [500, 500, 200]

"""The counts of tries of what lies in the inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.store.tries import Tries


def test_counts_come_back_without_those_that_are_zero(tmp_path: Path) -> None:
    Tries(tmp_path).write({"a": 2, "b": 0})
    assert Tries(tmp_path).read() == {"a": 2}


def test_nothing_was_begun_where_no_file_lies(tmp_path: Path) -> None:
    tries = Tries(tmp_path)
    tries.clear()
    assert (tries.read(), tries.fault()) == ({}, None)


def test_no_file_lies_where_nothing_is_begun_any_more(tmp_path: Path) -> None:
    tries = Tries(tmp_path)
    tries.write({"a": 1})
    tries.write({"a": 0})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"a": 3, "seal": "x"}'])
def test_an_altered_file_tells_nothing_and_is_named(tmp_path: Path, content: bytes) -> None:
    """Each capture is then begun as if for the first time."""
    tries = Tries(tmp_path)
    tries.write({"a": 1})
    (tmp_path / ".tries").write_bytes(content)
    assert tries.read() == {}
    assert ".tries' are altered" in str(tries.fault())

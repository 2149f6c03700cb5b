"""The files of watched folders that were taken."""

from __future__ import annotations

from labsvc.model.filing import SeenFile
from labsvc.store.database import Database


def test_a_remembered_file_comes_back_with_any_name(database: Database) -> None:
    """Names are bytes on Linux; what was taken must be known again, and nothing else."""
    odd = SeenFile("/data/pr\udcf8ve µ\x01.txt", 2**40, 1_772_000_000_123_456_789, "11" * 32)
    database.remember("counter-1", [odd])
    assert database.seen("counter-1") == {odd.path: odd}
    assert database.seen("counter-2") == {}


def test_remembering_again_keeps_the_newest_state(database: Database) -> None:
    first = SeenFile("a.txt", 1, 1, "11" * 32)
    grown = SeenFile("a.txt", 2, 2, "22" * 32)
    database.remember("s", [first, SeenFile("b.txt", 1, 1, "33" * 32)])
    database.remember("s", [grown])
    assert database.seen("s")["a.txt"] == grown
    assert len(database.seen("s")) == 2

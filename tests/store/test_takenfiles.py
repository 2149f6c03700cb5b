"""What the capturing of files asks of the database."""

from __future__ import annotations

import pytest

from labsvc.model.filing import SeenFile
from labsvc.store import takenfiles
from labsvc.store.database import Database
from labsvc.store.takenfiles import TakenFiles

FILES = [SeenFile(f"/lab/{n} \\xff é.txt", n, -n, f"{n:064x}") for n in range(7)]


@pytest.fixture
def taken(database: Database) -> TakenFiles:
    ledger = TakenFiles(database, "counter-1")
    ledger.remember(FILES)
    TakenFiles(database, "counter-2").remember([SeenFile(FILES[0].path, 99, 99, "other")])
    return ledger


def test_all_of_one_source_are_read_page_by_page(
    taken: TakenFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, however they fall on the pages; none of another source."""
    monkeypatch.setattr(takenfiles, "PAGE", 3)
    assert sorted(taken.all(), key=lambda one: one.size) == FILES


def test_one_is_found_by_its_path(taken: TakenFiles) -> None:
    """With its digest, which is kept nowhere else."""
    assert taken.of(FILES[3].path) == FILES[3]
    assert taken.of("/lab/never.txt") is None


def test_what_is_forgotten_is_not_known_any_more(taken: TakenFiles, database: Database) -> None:
    """Of this source; what another has is its own, and the rest is still vouched for."""
    taken.forget([FILES[0].path, FILES[5].path, "/lab/never.txt"])
    assert len(list(taken.all())) == 5
    assert TakenFiles(database, "counter-2").of(FILES[0].path) is not None
    assert database.verify() == []


def test_rows_forgotten_while_they_are_read_do_no_harm(
    taken: TakenFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is how they are: each page is asked for what follows the last one."""
    monkeypatch.setattr(takenfiles, "PAGE", 2)
    met = []
    for one in taken.all():
        met.append(one)
        taken.forget([one.path])
    assert sorted(met, key=lambda one: one.size) == FILES
    assert list(taken.all()) == []

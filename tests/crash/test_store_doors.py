"""Killed at every door, and a disk that ends at every size: whole or absent, never a part."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.model.capture import Capture
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox
from labsvc.store.quarantine import Quarantine
from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")

SCRIPT = Path(__file__).with_name("store_doors.py")
CONTENT = b"PLATE 1\r\n" * 40
FILED = {"raw/A16.txt": CONTENT, "result.json": b"{}" * 200, "figures/a.svg": b"<svg/>"}
LEFT = {"raw/A16.txt": CONTENT, "old.json": b"[]"}

Run = Callable[[str, str], list[Path]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Work that dies in the given way: the folders of the children, the last one having passed."""

    def folders(way: str, work: str) -> list[Path]:
        lines = [line.split() for line in _output(way, work, tmp_path).splitlines()]
        ends = [int(ended) for _, ended in lines]
        assert ends[-1] == 0, "no child passed"
        assert set(ends[:-1]) == {9 if way == "kill" else 28}
        return [tmp_path / number for number, _ in lines]

    return folders


def _output(way: str, work: str, folder: Path) -> str:
    command = [sys.executable, str(SCRIPT), way, work, str(folder)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LONG_PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("way", ["kill", "full"])
def test_a_capture_is_in_the_inbox_whole_or_not_at_all(run: Run, way: str) -> None:
    """And after the sweep of the next start, putting it again succeeds."""
    folders = run(way, "put")
    assert len(folders) > 5
    for folder in folders:
        inbox = Inbox(folder)
        inbox.sweep()
        assert not inbox.damaged()
        whole = bool(inbox.entries())
        assert len(_names(folder)) == (2 if whole else 0)
        assert whole or folder != folders[-1]
        assert inbox.put(_capture()) is not whole
        assert [inbox.read(entry).content for entry in inbox.entries()] == [CONTENT]


def test_an_attempt_is_counted_or_not_and_the_capture_stays(run: Run) -> None:
    folders = run("kill", "attempt")
    counted = [Inbox(folder).entries()[0].attempts for folder in folders]
    assert counted == sorted(counted)
    assert (counted[0], counted[-1]) == (0, 1)


def test_a_capture_being_removed_is_whole_or_gone(run: Run) -> None:
    """Never a label without its content."""
    for folder in run("kill", "remove"):
        inbox = Inbox(folder)
        assert not inbox.damaged()
        inbox.sweep()
        assert len(_names(folder)) == 2 * len(inbox.entries())


@pytest.mark.parametrize("way", ["kill", "full"])
def test_a_filed_folder_is_whole_or_absent(run: Run, way: str) -> None:
    """Nothing stray is left after the sweep, and filing again succeeds."""
    folders = run(way, "archive")
    assert len(folders) > 8
    for folder in folders:
        archive = Archive(folder)
        archive.sweep()
        assert not list(archive.verify())
        if (folder / "2026" / "x").exists():
            assert _filed(archive) == FILED
        archive.file("2026/x", FILED)
        assert _filed(archive) == FILED


def test_a_leftover_being_replaced_is_the_old_the_new_or_absent(run: Run) -> None:
    seen = []
    for folder in run("kill", "leftover"):
        archive = Archive(folder)
        archive.sweep()
        assert not list(archive.verify())
        seen.append(_filed(archive) if (folder / "2026" / "x").exists() else None)
        archive.file("2026/x", FILED, leftover=True)
        assert _filed(archive) == FILED
    assert all(one in (LEFT, None, FILED) for one in seen)
    assert (seen[0], seen[-1]) == (LEFT, FILED)


@pytest.mark.parametrize("way", ["kill", "full"])
def test_a_quarantined_capture_is_whole_or_absent(run: Run, way: str) -> None:
    for folder in run(way, "quarantine"):
        quarantine = Quarantine(folder)
        quarantine.sweep()
        entries = quarantine.entries()
        assert _names(folder) == {".staging", *(entry.folder for entry in entries)}
        assert all(quarantine.read(entry.folder).content == CONTENT for entry in entries)


def test_a_filing_is_in_the_database_all_or_nothing(run: Run, tmp_path: Path) -> None:
    """Killed before each statement and before the commit: no capture without its results."""
    folders = run("kill", "file")
    assert len(folders) > 10
    database = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    states = [database.capture_state(f"{int(folder.name):064}") for folder in folders]
    assert [str(state) for state in states] == ["None"] * (len(folders) - 1) + ["filed"]
    assert len(database.results()) == 2
    assert len(database.outbox()) == 1
    assert database.verify() == []
    database.close()


def test_a_migration_is_done_whole_or_not_at_all(run: Run) -> None:
    """Whatever statement it died at, the next start finds a new database or a migrated one."""
    folders = run("kill", "migrate")
    found = [len(_tables(folder / "labsvc.db")) for folder in folders]
    assert set(found[:-1]) == {0}
    assert found[-1] > 10
    database = Database(f"sqlite:///{folders[-2] / 'labsvc.db'}")
    database.migrate()
    assert database.verify() == []
    database.close()


@pytest.mark.parametrize("work", ["put", "attempt", "archive", "leftover", "quarantine"])
def test_nothing_gets_its_name_before_it_is_on_the_disk(tmp_path: Path, work: str) -> None:
    """A cut of power forgets what was not synced: bytes and inner names go before each rename,
    and the new name after it.
    """
    if not Path("/proc/self/fd").exists():
        pytest.skip("the doors are named by /proc")
    doors = [line.split(" ") for line in _output("log", work, tmp_path).splitlines()]
    renames = [(at, door[1], door[2]) for at, door in enumerate(doors) if door[0] == "os.rename"]
    assert renames
    for at, old, new in renames:
        # What is thrown away into staging, and what was made before this child, needs no sync.
        made = {door[1] for door in _changes(doors[:at]) if f"{door[1]}/".startswith(f"{old}/")}
        synced = {door[1] for door in doors[:at] if door[0] == "os.fsync"}
        assert made <= synced
        assert ["os.fsync", str(Path(new).parent)] in doors[at:] or "/.staging/" in new


def _changes(doors: list[list[str]]) -> Iterator[list[str]]:
    return (door for door in doors if door[0] in ("open", "os.mkdir"))


def _tables(path: Path) -> list[str]:
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [row[0] for row in rows]


def _filed(archive: Archive) -> dict[str, bytes]:
    return {name: archive.read("2026/x", name) for name in archive.names("2026/x")}


def _capture() -> Capture:
    return Capture("A16.txt", "counter-1", datetime(2026, 3, 2, 12, tzinfo=UTC), CONTENT)

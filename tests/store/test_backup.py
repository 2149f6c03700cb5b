"""A copy of a home, taken while it is in use, and the home had back from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.errors import ConfigError, IntegrityError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, Filing
from labsvc.model.result import Result
from labsvc.store.archive import Archive
from labsvc.store.backup import back_up, restore
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox
from labsvc.store.parts import Parts, SetOf
from labsvc.store.quarantine import Quarantine
from labsvc.store.verify import differences

SETTINGS = "labsvc.yaml"
FOLDER = "2026/2026-03-02 counter-1 1111111111111111"


@pytest.fixture
def home(
    tmp_path: Path,
    capture: Capture,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
) -> Path:
    """A home with a run filed, a capture that waits and one set aside."""
    root = tmp_path / "home"
    database = opened(root)
    digest = Archive(root / "archive").file(FOLDER, {"raw/a.txt": b"a", "run.json": b"{}"})
    database.file(make_filing("11" * 32, make_result(), folder=FOLDER,
                              manifests=((FOLDER, digest),)))  # fmt: skip
    Inbox(root / "inbox").put(capture)
    aside = Quarantine(root / "quarantine").put(capture, "cut short")
    database.file(make_filing(capture.sha256, state=CaptureState.QUARANTINED, folder=aside))
    database.close()
    (root / "protocols").mkdir()
    (root / "protocols" / "one.yaml").write_text("name: one\n")
    (root / SETTINGS).write_text("lab: One\n")
    return root


def opened(root: Path) -> Database:
    database = Database(f"sqlite:///{root / 'labsvc.db'}")
    database.migrate()
    return database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    database = opened(home)
    yield database
    database.close()


def kept(root: Path) -> dict[str, bytes]:
    files = (one for one in root.rglob("*") if one.is_file())
    return {one.relative_to(root).as_posix(): one.read_bytes() for one in files
            if not one.name.startswith(("labsvc.db", "backup.json"))}  # fmt: skip


def test_a_restored_home_is_the_home(
    home: Path, database: Database, tmp_path: Path, noon: datetime
) -> None:
    """The same files, the same rows, and nothing that verify finds."""
    made = back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    assert (made.database, made.faults) == (True, ())
    restore(tmp_path / "copy", SETTINGS, tmp_path / "new")
    assert kept(tmp_path / "new") == kept(home)
    again = opened(tmp_path / "new")
    assert [one.run_id for one in again.results()] == [one.run_id for one in database.results()]
    new = tmp_path / "new"
    stores = Inbox(new / "inbox"), Archive(new / "archive"), Quarantine(new / "quarantine")
    assert list(differences(*stores, again)) == []
    again.close()


def test_what_is_filed_meanwhile_is_in_the_copy_whole_or_not_at_all(
    home: Path,
    database: Database,
    tmp_path: Path,
    noon: datetime,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
) -> None:
    """A run filed just after the database was copied: its folder is not in the archive's copy."""

    class Busy(Database):
        def copy_to(self, path: Path) -> bool:
            copied = super().copy_to(path)
            late = "2026/2026-03-02 counter-1 4444444444444444"
            digest = Archive(home / "archive").file(late, {"raw/b.txt": b"b"})
            self.file(make_filing("44" * 32, make_result("run00004"), folder=late,
                                  manifests=((late, digest),)))  # fmt: skip
            return copied

    busy = Busy(f"sqlite:///{home / 'labsvc.db'}")
    made = back_up(home, SETTINGS, busy, tmp_path / "copy", noon)
    assert made.faults == ()
    assert not list((tmp_path / "copy").rglob("b.txt"))
    busy.close()


def test_a_part_of_a_run_that_comes_meanwhile_is_in_the_copy(
    home: Path, capture: Capture, tmp_path: Path, noon: datetime
) -> None:
    """It came just before the database was copied, whose ledger says that it was taken."""
    parts, some = Parts(home / "parts"), SetOf("/out/run-7", "run-7", "counter-1", 60.0)
    parts.add(some, capture)

    class Busy(Database):
        def copy_to(self, path: Path) -> bool:
            parts.add(some, replace(capture, name="late.txt", content=b"late"))
            return super().copy_to(path)

    busy = Busy(f"sqlite:///{home / 'labsvc.db'}")
    back_up(home, SETTINGS, busy, tmp_path / "copy", noon)
    busy.close()
    (found,) = Parts(tmp_path / "copy" / "parts").sets()
    assert [one.name for one in found.parts] == [capture.name, "late.txt"]


def test_a_capture_that_comes_meanwhile_is_in_the_copy(
    home: Path, capture: Capture, tmp_path: Path, noon: datetime
) -> None:
    """It came just before the database was copied, whose ledger says that it was taken."""
    inbox, late = Inbox(home / "inbox"), replace(capture, name="late.txt", content=b"late")

    class Busy(Database):
        def copy_to(self, path: Path) -> bool:
            inbox.put(late)
            return super().copy_to(path)

    busy = Busy(f"sqlite:///{home / 'labsvc.db'}")
    back_up(home, SETTINGS, busy, tmp_path / "copy", noon)
    busy.close()
    copied = Inbox(tmp_path / "copy" / "inbox")
    assert "late.txt" in [entry.name for entry in copied.entries()]


def test_an_archive_that_is_altered_is_copied_and_told(
    home: Path, database: Database, tmp_path: Path, noon: datetime
) -> None:
    """A damaged file must not keep all the others from being copied."""
    (home / "archive" / FOLDER / "raw" / "a.txt").write_bytes(b"b")
    made = back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    (fault,) = made.faults
    assert "a.txt' is altered" in fault
    assert (tmp_path / "copy" / "archive" / FOLDER / "run.json").is_file()


@pytest.mark.parametrize("name", [SETTINGS, "labsvc.db", f"archive/{FOLDER}/raw/a.txt"])
def test_a_backup_with_one_byte_altered_makes_no_home(
    home: Path, database: Database, tmp_path: Path, noon: datetime, name: str
) -> None:
    back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    content = bytearray((tmp_path / "copy" / name).read_bytes())
    content[0] ^= 1
    (tmp_path / "copy" / name).write_bytes(content)
    with pytest.raises(IntegrityError, match=r"missing or altered.*another backup"):
        restore(tmp_path / "copy", SETTINGS, tmp_path / "new")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy", "home"]


def test_a_home_that_is_not_empty_is_left_alone(
    home: Path, database: Database, tmp_path: Path, noon: datetime
) -> None:
    back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    before = kept(home)
    with pytest.raises(ConfigError, match="not empty"):
        restore(tmp_path / "copy", SETTINGS, home)
    assert kept(home) == before


def test_a_backup_has_a_place_of_its_own(
    home: Path, database: Database, tmp_path: Path, noon: datetime
) -> None:
    """Not one that is taken, and not inside the home, where the next one would copy it too."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(ConfigError, match="there already"):
        back_up(home, SETTINGS, database, tmp_path / "taken", noon)
    with pytest.raises(ConfigError, match="inside the home"):
        back_up(home, SETTINGS, database, home / "copy", noon)


def list_also(copy: Path, name: str) -> None:
    """As a file beside the backup, with its true digest: nothing else is wrong with the list."""
    (copy.parent / "x").write_bytes(b"x")
    listed = json.loads((copy / "backup.json").read_bytes())
    listed["files"][name] = hashlib.sha256(b"x").hexdigest()
    (copy / "backup.json").write_text(json.dumps(listed))


def test_what_begins_with_a_dot_is_no_part_of_a_home(
    home: Path, database: Database, tmp_path: Path, noon: datetime
) -> None:
    """An editor's leavings, and what a crash left half written."""
    (home / "protocols").mkdir(exist_ok=True)
    (home / "protocols" / ".net.yaml.swp").write_bytes(b"half")
    back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    assert not list((tmp_path / "copy").rglob("*.swp"))


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (lambda copy: (copy / "backup.json").unlink(), ConfigError, "is no backup"),
        (lambda copy: (copy / "backup.json").write_text("{"), IntegrityError, "is damaged"),
        (lambda copy: list_also(copy, "../x"), IntegrityError, "no file of a backup"),
        (lambda copy: list_also(copy, "a\0b"), IntegrityError, "no file of a backup"),
        (lambda copy: shutil.rmtree(copy / "archive"), IntegrityError, "missing or altered"),
    ],
)
def test_what_is_no_whole_backup_is_refused(
    home: Path,
    database: Database,
    tmp_path: Path,
    noon: datetime,
    change: Callable[[Path], None],
    error: type[Exception],
    told: str,
) -> None:
    back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    change(tmp_path / "copy")
    with pytest.raises(error, match=told):
        restore(tmp_path / "copy", SETTINGS, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_postgresql_database_is_left_to_its_own_tools(
    postgresql: Callable[[], str],
    tmp_path: Path,
    noon: datetime,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
) -> None:
    """All else is copied, as far as that database knows it, and held against it."""
    home = tmp_path / "home"
    database = Database(postgresql())
    database.migrate()
    digest = Archive(home / "archive").file(FOLDER, {"raw/a.txt": b"a"})
    database.file(make_filing("11" * 32, make_result(), folder=FOLDER,
                              manifests=((FOLDER, digest),)))  # fmt: skip
    (home / SETTINGS).write_text("lab: One\n")
    made = back_up(home, SETTINGS, database, tmp_path / "copy", noon)
    assert (made.database, made.faults) == (False, ())
    assert not (tmp_path / "copy" / "labsvc.db").exists()
    assert (tmp_path / "copy" / "archive" / FOLDER / "raw" / "a.txt").read_bytes() == b"a"
    database.close()

"""A changed byte in any kind of file that was kept is found, named, and left as it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, Filing
from labsvc.model.result import Result
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox
from labsvc.store.parts import PARTS, Parts, SetOf
from labsvc.store.quarantine import Quarantine
from labsvc.store.verify import differences

FOLDER = "2026/2026-03-02 counter-1 1111111111111111"
FILES = {
    "raw/A16_235.txt": b"PLATE 1\r\n",
    "run.json": b'{"a": 1}\n',
    "result.json": b'{"b": 2}\n',
    "report.html": b"<p>Ki 5 nM</p>\n",
    "figures/curves.svg": b"<svg/>\n",
    "protocol.yaml": b"name: x\n",
    "runsheet.yaml": b"plate: X\n",
}
KINDS = [
    *(f"archive/{FOLDER}/{name}" for name in (*FILES, "manifest.json")),
    f"archive/{FOLDER}/revision-2/result.json",
    f"archive/{FOLDER}/revision-2/manifest.json",
    *(f"quarantine/*/{name}" for name in ("A16_235.txt", "label.json", "reason.txt")),
    "inbox/[0-9a-f]*[0-9a-f]",
    "inbox/*.json",
    *(f"parts/*/{name}" for name in ("set.json", "000001", "000001.json", "given.json")),
]
UNLABELLED = ("inbox/*.json", "parts/*/000001.json", "parts/*/given.json")


@dataclass
class Kept:
    """A home's stores, with something of every kind in them."""

    root: Path

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.root / "inbox")
        self.archive = Archive(self.root / "archive")
        self.quarantine = Quarantine(self.root / "quarantine")
        self.parts = Parts(self.root / PARTS)
        self.database = Database(f"sqlite:///{self.root / 'labsvc.db'}")
        self.database.migrate()

    def differences(self) -> list[str]:
        return list(differences(self.inbox, self.archive, self.quarantine, self.database,
                                self.parts))  # fmt: skip

    def bytes(self) -> dict[str, bytes]:
        return {str(one): one.read_bytes() for one in self.root.rglob("*")
                if one.is_file() and not one.name.startswith("labsvc.db")}  # fmt: skip


@pytest.fixture
def kept(
    tmp_path: Path,
    capture: Capture,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
) -> Iterator[Kept]:
    """A capture that was filed and filed again, one set aside, one that waits."""
    kept = Kept(tmp_path / "home")
    for revision, folder in ((1, FOLDER), (2, f"{FOLDER}/revision-2")):
        digest = kept.archive.file(folder, FILES)
        filing = make_filing("11" * 32, make_result(), revision=revision, folder=FOLDER)
        (filed,) = filing.results
        kept.database.file(replace(filing, results=(replace(filed, folder=folder),),
                                   manifests=((folder, digest),)))  # fmt: skip
    aside = kept.quarantine.put(capture, "cut short", "the traceback")
    kept.database.file(make_filing(capture.sha256, state=CaptureState.QUARANTINED, folder=aside))
    kept.inbox.put(replace(capture, content=b"PLATE 2\r\n"))
    some = SetOf("/out/run-7", "run-7", "counter-1", 60.0)
    kept.parts.add(some, capture)
    kept.parts.given(some, 1, "11" * 32)
    assert kept.differences() == []
    yield kept
    kept.database.close()


def only(root: Path, pattern: str) -> Path:
    (found,) = root.glob(pattern)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_any_byte_of_any_kind_of_file_is_found_and_the_file_is_named(kept: Kept, kind: str) -> None:
    """Each byte flipped in turn; looking mends nothing."""
    path = only(kept.root, kind)
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        content = bytearray(whole)
        content[place] ^= 1
        path.write_bytes(content)
        assert any(one.find(path.name) >= 0 or FOLDER in one for one in kept.differences()), place
        assert path.read_bytes() == content
    path.write_bytes(whole)
    assert kept.differences() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_gone_is_missed(kept: Kept, kind: str) -> None:
    """But for a label alone: a content without one was never taken, a set without its note was
    not handed over."""
    path = only(kept.root, kind)
    path.unlink()
    assert bool(kept.differences()) != (kind in UNLABELLED)


def test_an_archive_made_anew_with_its_manifest_is_found(kept: Kept) -> None:
    """The trail knows the manifest that was filed: who rewrites a folder must break the chain."""
    shutil.rmtree(kept.root / "archive" / FOLDER)
    kept.archive.file(FOLDER, {**FILES, "result.json": b'{"b": 3}\n'})
    found = kept.differences()
    assert f"the manifest of '{FOLDER}' is altered: it is not the one that was filed" in found
    assert any("revision-2' was filed and is gone" in one for one in found)


def test_a_folder_that_the_database_does_not_know_is_told(kept: Kept, capture: Capture) -> None:
    """Unless its capture still waits in the inbox: then it is being filed."""
    waiting = kept.inbox.entries()[0].key[:16]
    kept.archive.file(f"2026/2026-03-02 counter-1 {waiting}", FILES)
    assert kept.differences() == []
    kept.archive.file("2026/2026-03-02 counter-1 2222222222222222", FILES)
    (found,) = kept.differences()
    assert "2222222222222222' is in the archive, and the database does not know it" in found


def test_a_capture_that_was_set_aside_is_missed(kept: Kept) -> None:
    shutil.rmtree(only(kept.root, "quarantine/2026*"))
    assert kept.differences() == ["'A16_235.txt' was set aside and is gone from the quarantine"]


def test_a_file_that_was_never_ours_is_not_missed(
    kept: Kept, make_filing: Callable[..., Filing]
) -> None:
    """Too large to be taken, it is told of and stays where it is."""
    kept.database.file(make_filing("55" * 32, state=CaptureState.QUARANTINED, folder=""))
    assert kept.differences() == []


def test_looking_writes_nothing(kept: Kept) -> None:
    before = kept.bytes()
    kept.differences()
    assert kept.bytes() == before

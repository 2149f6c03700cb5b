"""What was filed, for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ArchiveConflict, IntegrityError, StoreError
from labsvc.store.archive import Archive

FOLDER = "2026/2026-03-02 microbeta 0123456789abcdef"
FILES = {"raw/A16.txt": b"counts", "result.json": b"{}", "figures/X1.svg": b"<svg/>"}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def filed(archive: Archive, tmp_path: Path) -> Path:
    """The place of FILES, filed."""
    archive.file(FOLDER, FILES)
    return tmp_path / "archive" / FOLDER


def test_what_was_filed_is_read_back(archive: Archive, filed: Path) -> None:
    assert archive.names(FOLDER) == ["figures/X1.svg", "raw/A16.txt", "result.json"]
    assert {name: archive.read(FOLDER, name) for name in archive.names(FOLDER)} == FILES
    assert list(archive.verify()) == []


def test_a_plates_file_is_read_by_the_manifest_of_its_capture(archive: Archive) -> None:
    """A capture of several plates is filed as one folder with a folder for each; a revision of a
    plate has a manifest of its own."""
    archive.file("2026/x", {"plate-1 a/result.json": b"one", "plate-2 b/result.json": b"two"})
    archive.file("2026/x/plate-1 a/revision-2", {"result.json": b"again"})
    assert archive.read("2026/x/plate-2 b", "result.json") == b"two"
    assert archive.read("2026/x/plate-1 a/revision-2", "result.json") == b"again"
    with pytest.raises(StoreError, match=r"has no file 'plate-3 c/result\.json'"):
        archive.read("2026/x/plate-3 c", "result.json")


def test_filing_the_same_again_changes_nothing(archive: Archive, filed: Path) -> None:
    before = filed.stat().st_ino
    archive.file(FOLDER, dict(reversed(FILES.items())))
    assert filed.stat().st_ino == before


def test_other_contents_are_a_conflict_and_nothing_changes(archive: Archive, filed: Path) -> None:
    """What is filed is never overwritten."""
    with pytest.raises(ArchiveConflict, match="never overwritten"):
        archive.file(FOLDER, {**FILES, "result.json": b"other"})
    assert archive.read(FOLDER, "result.json") == b"{}"


def test_what_the_database_never_committed_is_replaced(archive: Archive, filed: Path) -> None:
    archive.file(FOLDER, {"result.json": b"other"}, leftover=True)
    assert archive.names(FOLDER) == ["result.json"]
    assert archive.read(FOLDER, "result.json") == b"other"
    assert list(archive.verify()) == []


def test_a_leftover_with_a_revision_inside_is_never_thrown_away(
    archive: Archive, filed: Path
) -> None:
    """A revision is filed only after the first: that the database knows neither is suspect."""
    archive.file(f"{FOLDER}/revision-2", {"result.json": b"masked"})
    with pytest.raises(ArchiveConflict, match="revision-2"):
        archive.file(FOLDER, {"result.json": b"other"}, leftover=True)
    assert archive.read(f"{FOLDER}/revision-2", "result.json") == b"masked"


def test_a_raw_file_may_be_called_as_ours_are(archive: Archive) -> None:
    """The instrument's own manifest.json lies in raw/ and is no manifest of ours."""
    archive.file(FOLDER, {"raw/manifest.json": b"not ours"})
    archive.file(FOLDER, {"raw/manifest.json": b"still not"}, leftover=True)
    assert archive.names(FOLDER) == ["raw/manifest.json"]
    assert list(archive.verify()) == []


def test_one_flipped_bit_is_found(archive: Archive, filed: Path) -> None:
    (filed / "raw" / "A16.txt").write_bytes(b"counus")
    [sentence] = archive.verify()
    assert "A16.txt' is altered" in sentence
    with pytest.raises(IntegrityError, match="altered"):
        archive.read(FOLDER, "raw/A16.txt")


def test_an_altered_file_is_not_mended_by_filing_again(archive: Archive, filed: Path) -> None:
    (filed / "result.json").write_bytes(b"[]")
    with pytest.raises(IntegrityError, match="altered"):
        archive.file(FOLDER, FILES)


def test_a_missing_file_is_found(archive: Archive, filed: Path) -> None:
    (filed / "figures" / "X1.svg").unlink()
    [sentence] = archive.verify()
    assert "X1.svg' is missing" in sentence


def test_a_folder_that_is_gone_is_told_from_an_archive_that_is_away(
    archive: Archive, filed: Path, tmp_path: Path
) -> None:
    """The one is gone for good and concerns one run; the other is waited for."""
    filed.rename(tmp_path / "elsewhere")
    with pytest.raises(IntegrityError, match="is gone from the archive"):
        archive.read(FOLDER, "result.json")
    (tmp_path / "archive").rename(tmp_path / "away")
    with pytest.raises(StoreError, match="check that the disk is there") as told:
        archive.read(FOLDER, "result.json")
    assert not isinstance(told.value, IntegrityError)


@pytest.mark.parametrize("stray", [f"{FOLDER}/raw/new.txt", "2026/note.txt", "loose.txt"])
def test_a_stray_file_is_found(archive: Archive, filed: Path, stray: str, tmp_path: Path) -> None:
    (tmp_path / "archive" / stray).write_bytes(b"x")
    [sentence] = archive.verify()
    assert f"{stray}' is stray" in sentence


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b'{"files": 1}', b'{"files": {"../../x": "0"}}', b"\xff"]
)
def test_a_damaged_manifest_is_told_and_the_rest_still_verified(
    archive: Archive, filed: Path, manifest: bytes
) -> None:
    archive.file("2026/other", {"a.txt": b"a"})
    (filed.parent / "other" / "a.txt").write_bytes(b"b")
    (filed / "manifest.json").write_bytes(manifest)
    sentences = list(archive.verify())
    assert any("manifest.json' is altered" in one for one in sentences)
    assert any("a.txt' is altered" in one for one in sentences)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a\\b", ".hidden", "manifest.json", "x\n"])
def test_unsafe_names_are_refused(archive: Archive, name: str) -> None:
    with pytest.raises(StoreError):
        archive.file(FOLDER, {name: b"x"})
    with pytest.raises(StoreError):
        archive.file("../outside", {"a.txt": b"x"})


def test_names_that_differ_in_case_alone_are_refused(archive: Archive) -> None:
    """On Windows and macOS the one would overwrite the other."""
    with pytest.raises(StoreError, match="twice"):
        archive.file(FOLDER, {"figures/x1.svg": b"", "figures/X1.svg": b""})


def test_sweeping_leaves_what_is_filed(archive: Archive, filed: Path, tmp_path: Path) -> None:
    left = tmp_path / "archive" / ".staging" / "half"
    left.mkdir()
    (left / "raw.txt").write_bytes(b"x")
    archive.sweep()
    assert not left.exists()
    assert list(archive.verify()) == []


def test_a_folder_is_known_by_its_manifest_and_an_instruments_own_is_none(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    given = archive.file("2026/a", {"raw/manifest.json": b"the counter's own"})
    archive.file("2026/a/revision-2", {"run.json": b"{}"})
    assert archive.folders() == {"2026/a", "2026/a/revision-2"}
    assert archive.manifest_digest("2026/a") == given
    assert archive.manifest_digest("2026/b") is None


def test_what_was_made_ready_is_filed_as_its_files_would_have_been(tmp_path: Path) -> None:
    """Whichever process made it, and twice is once."""
    archive, other = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    for _ in range(2):
        assert archive.file(FOLDER, archive.stage(FOLDER, FILES)) == other.file(FOLDER, FILES)
    assert archive.names(FOLDER) == other.names(FOLDER)
    assert list(archive.verify()) == []
    assert not list((tmp_path / "a" / ".staging").iterdir())


def test_what_was_made_ready_never_takes_the_place_of_what_is_filed(archive: Archive) -> None:
    archive.file(FOLDER, FILES)
    with pytest.raises(ArchiveConflict):
        archive.file(FOLDER, archive.stage(FOLDER, {"result.json": b"other"}))
    assert archive.read(FOLDER, "result.json") == FILES["result.json"]


def test_several_folders_made_ready_are_filed_at_once(archive: Archive) -> None:
    """In one year's folder and in another's; each is vouched for by its manifest."""
    folders = [FOLDER, f"{FOLDER}-2", FOLDER.replace("2026", "2027")]
    digests = archive.put_all([(one, archive.stage(one, FILES)) for one in folders])
    assert archive.folders() == set(folders)
    assert digests == [archive.manifest_digest(one) for one in folders]
    assert list(archive.verify()) == []


def test_several_folders_are_made_ready_at_once(tmp_path: Path) -> None:
    """Each with its own manifest, as it would be by itself."""
    archive = Archive(tmp_path / "archive")
    made = [("2026/a", {"raw/a.txt": b"a"}), ("2026/b", {"b.txt": b"b"})]
    staged = archive.stage_all(made)
    assert [one.manifest for one in staged] == [archive.stage(*one).manifest for one in made]
    archive.put_all([(folder, one) for (folder, _), one in zip(made, staged, strict=True)])
    assert [archive.names(folder) for folder, _ in made] == [["raw/a.txt"], ["b.txt"]]
    assert list(archive.verify()) == []

"""Which names of a folder are of interest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labsvc.capture.listing import JUNK, files, matcher, plain


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "._A16_235.txt",
        "Thumbs.db",
        "desktop.ini",
        "@eaDir",
        "~$results.xlsx",
        "A16_235.txt.part",
        "A16_235.txt.crdownload",
        "A16_235.TMP",
        ".A16_235.txt.Xy12ab",
    ],
)
def test_leftovers_of_shares_editors_and_copies_are_junk(name: str) -> None:
    """Names that file shares, editors and half-done copies leave beside the reports."""
    assert matcher(JUNK)(name)


def test_patterns_take_capitals_and_small_letters_alike() -> None:
    """Old instrument programs write A16.TXT, newer ones a16.txt."""
    wanted = matcher(("*.txt", "run-??.csv"))
    assert wanted("A16.TXT")
    assert wanted("Run-07.csv")
    assert not wanted("a16.txt.bak")


def test_no_patterns_match_nothing() -> None:
    """An empty list is not a wild card."""
    assert not matcher(())("A16.txt")


def test_sub_folders_are_entered_only_when_asked(tmp_path: Path) -> None:
    """Flat by default; recursive skips the junk folders of file shares."""
    for folder in ("plates", "@eaDir"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_bytes(b"x")

    def listed(recursive: bool) -> list[str]:
        found = files(str(tmp_path), matcher(("*",)), matcher(JUNK), recursive=recursive, closed=[])
        return [os.path.relpath(entry.path, tmp_path) for entry in found]

    assert listed(False) == []
    assert listed(True) == [str(Path("plates", "a.txt"))]


def test_a_name_that_is_no_utf8_becomes_text_any_database_can_hold() -> None:
    """The odd byte is written out; names in other alphabets stay as they are."""
    assert plain(os.fsdecode(b"Z\xe4hler.txt")) == "Z\\xe4hler.txt"
    # However the system spells what lies on its disk: by its locale, which need not be UTF-8.
    assert plain(os.fsdecode("Zähler.txt".encode())) == "Zähler.txt"

"""Protocols and run sheets in force, from files as people edit them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labsvc.service.authoring.shipped import shipped
from labsvc.service.work.book import Book
from tests.bench import BINDING, sheet

TEXT = (shipped("protocols") / f"{BINDING}.yaml").read_bytes()


@pytest.fixture
def book(tmp_path: Path) -> Book:
    for name in ("protocols", "runsheets"):
        (tmp_path / name).mkdir()
    (tmp_path / "protocols" / "net.yaml").write_bytes(TEXT)
    made = Book(tmp_path / "protocols", tmp_path / "runsheets", "Europe/Berlin")
    made.refresh()
    return made


def test_a_new_run_sheet_is_taken_into_force(book: Book, tmp_path: Path) -> None:
    """The look that finds it says that something changed; the next that nothing did."""
    (tmp_path / "runsheets" / "NET-1.yaml").write_bytes(sheet("NET-1"))
    assert book.refresh()
    assert [one.plate_id for one in book.sheets] == ["NET-1"]
    assert not book.refresh()


def test_a_bad_edit_keeps_the_last_good_one_and_tells(book: Book, tmp_path: Path) -> None:
    """With file and line; mended, the trouble is gone."""
    file = tmp_path / "protocols" / "net.yaml"
    file.write_bytes(TEXT.replace(b"kd:", b"kdd:"))
    book.refresh()
    assert [one.name for one in book.protocols] == [BINDING]
    (trouble,) = book.troubles
    assert trouble.file == "net.yaml"
    assert trouble.line == TEXT[: TEXT.index(b"kd:")].count(b"\n") + 1
    file.write_bytes(TEXT.replace(b"version: 1", b"version: 2"))
    assert book.refresh()
    assert book.troubles == ()
    assert book.protocols[0].version == "2"


def test_a_file_taken_away_is_no_longer_in_force(book: Book, tmp_path: Path) -> None:
    """Nor is its trouble told any longer."""
    (tmp_path / "protocols" / "bad.yaml").write_bytes(b"name: [\n")
    book.refresh()
    assert len(book.troubles) == 1
    (tmp_path / "protocols" / "bad.yaml").unlink()
    (tmp_path / "protocols" / "net.yaml").unlink()
    assert book.refresh()
    assert [*book.protocols, *book.troubles] == []


def test_of_two_protocols_with_one_name_the_first_file_stands(book: Book, tmp_path: Path) -> None:
    """The other is told of; it comes into force when the first goes."""
    second = TEXT.replace(b"version: 1", b"version: 9")
    (tmp_path / "protocols" / "old.yaml").write_bytes(second)
    book.refresh()
    assert [one.version for one in book.protocols] == ["1"]
    assert str(book.troubles[0]) == (
        f"old.yaml: protocol '{BINDING}' is defined in net.yaml already; rename one"
    )
    (tmp_path / "protocols" / "net.yaml").unlink()
    assert book.refresh()
    assert [one.version for one in book.protocols] == ["9"]
    assert book.troubles == ()


def test_a_run_sheet_waits_for_its_protocol(book: Book, tmp_path: Path) -> None:
    """Dropped first, it is a trouble; the protocol makes it good without a new edit."""
    (tmp_path / "protocols" / "net.yaml").unlink()
    (tmp_path / "runsheets" / "NET-1.yaml").write_bytes(sheet("NET-1"))
    book.refresh()
    assert book.sheets == ()
    assert len(book.troubles) == 1
    (tmp_path / "protocols" / "net.yaml").write_bytes(TEXT)
    book.refresh()
    assert len(book.sheets) == 1
    assert book.troubles == ()


def test_run_sheets_are_read_again_when_their_protocol_changes(book: Book, tmp_path: Path) -> None:
    """A slot that is gone from the layout is a fault in the run sheet that names it."""
    (tmp_path / "runsheets" / "NET-1.yaml").write_bytes(sheet("NET-1"))
    book.refresh()
    bare = TEXT.partition(b"# The worked example")[0]
    three = b"\n".join(line for line in bare.split(b"\n") if not line.startswith(b"    4:"))
    (tmp_path / "protocols" / "net.yaml").write_bytes(three)
    book.refresh()
    assert [trouble.file for trouble in book.troubles] == ["NET-1.yaml"]


def test_an_edit_of_the_same_length_is_seen(book: Book, tmp_path: Path) -> None:
    """By its time of change."""
    file = tmp_path / "runsheets" / "NET-1.yaml"
    file.write_bytes(sheet("NET-1"))
    os.utime(file, ns=(1, 1))
    book.refresh()
    file.write_bytes(sheet("NET-1").replace(b"M. Keller", b"J. Ablett"))
    book.refresh()
    assert book.sheets[0].operator == "J. Ablett"


@pytest.mark.parametrize("name", [".NET-1.yaml", "~$NET-1.yaml", "NET-1.yaml.bak", "example.txt"])
def test_what_editors_leave_is_not_read(book: Book, tmp_path: Path, name: str) -> None:
    """Hidden files, locks, backups, and files of other kinds."""
    (tmp_path / "runsheets" / name).write_bytes(b"no: run sheet")
    assert not book.refresh()
    assert book.troubles == ()


def test_what_is_no_file_is_not_read(book: Book, tmp_path: Path) -> None:
    """A folder, or a pipe that would keep the reader waiting for ever."""
    (tmp_path / "runsheets" / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "runsheets" / "pipe.yaml")
    assert not book.refresh()
    assert book.troubles == ()


def test_a_huge_file_is_refused_unread(book: Book, tmp_path: Path) -> None:
    """Some other file in the wrong folder: its size is enough to know."""
    with (tmp_path / "runsheets" / "movie.csv").open("wb") as file:
        file.truncate(10**12)
    book.refresh()
    (trouble,) = book.troubles
    assert str(trouble) == "movie.csv: this file has 1000000000000 bytes; at most 1000000 are read"


def test_a_folder_that_is_away_takes_nothing_out_of_force_by_error(tmp_path: Path) -> None:
    """A book without folders is empty, and does not fail."""
    book = Book(tmp_path / "nowhere", tmp_path / "nowhere", "UTC")
    assert not book.refresh()
    assert (book.protocols, book.sheets) == ((), ())


def test_an_edit_that_breaks_the_worked_example_is_refused(book: Book, tmp_path: Path) -> None:
    """The last good one stays in force, and the trouble says what would have come out."""
    file = tmp_path / "protocols" / "net.yaml"
    file.write_bytes(TEXT.replace(b"A02-B11, series", b"B11-A02, series").replace(b"n: 1", b"n: 2"))
    assert not book.refresh()
    assert [one.version for one in book.protocols] == ["1"]
    (trouble,) = book.troubles
    assert "its worked example no longer gives its answers: ki of imipramine is" in str(trouble)


def rule(use: str) -> str:
    return f"use: {use}\nby: A. Miller\non: 2026-03-02\nfor: {{drivers: [wizard2]}}\n"


def test_a_rule_comes_into_force_with_its_protocol_and_ends_with_its_file(
    book: Book, tmp_path: Path
) -> None:
    """The protocol's own text and digest are as they were."""
    (before,) = book.protocols
    file = tmp_path / "rules" / "one.yaml"
    file.parent.mkdir()
    file.write_text(rule(BINDING))
    assert book.refresh()
    (ruled,) = book.protocols
    assert [one.by for one in ruled.always] == ["A. Miller"]
    assert ruled.digest == before.digest
    file.unlink()
    assert book.refresh()
    assert book.protocols == (before,)


def test_a_rule_without_its_protocol_is_told(book: Book, tmp_path: Path) -> None:
    """Nothing would show otherwise that it does nothing; a faulty one is told as well."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(rule("sert"))
    (tmp_path / "rules" / "two.yaml").write_text("use: [\n")
    book.refresh()
    told = {str(one) for one in book.troubles}
    assert any(one.startswith("rules/two.yaml:") for one in told)
    assert any(
        "rules/one.yaml: protocol 'sert' is not in force, so the rule" in one for one in told
    )


def test_a_run_sheet_of_one_plate_concerns_no_run_of_another(book: Book, tmp_path: Path) -> None:
    """New, edited or taken away; until all held runs have been looked at."""
    book.settled()
    file = tmp_path / "runsheets" / "a.yaml"
    for change in (sheet("NET-1"), sheet("NET-2"), None):
        if change:
            file.write_bytes(change)
        else:
            file.unlink()
        assert book.refresh()
        assert book.concerns("net-2", recognised=True) is (change != sheet("NET-1"))
        assert not book.concerns("NET-3", recognised=True)
    assert book.concerns("NET-1", recognised=True)
    assert book.concerns(None, recognised=True)
    assert not book.concerns(None, recognised=False)
    book.settled()
    assert not book.concerns("NET-1", recognised=True)


def test_what_may_concern_any_run_concerns_all(book: Book, tmp_path: Path) -> None:
    """The start, a run sheet that names a count, an edited protocol, a rule."""
    changes = {
        "runsheets/a.yaml": sheet("NET-1") + b"count: {file: x*}\n",
        "protocols/net.yaml": TEXT + b"# edited\n",
        "rules/r.yaml": rule(BINDING).encode(),
    }
    assert book.concerns("NET-9", recognised=False)
    (tmp_path / "rules").mkdir()
    for name, content in changes.items():
        book.settled()
        (tmp_path / name).write_bytes(content)
        assert book.refresh(), name
        assert book.concerns("NET-9", recognised=False), name


def test_a_link_in_the_folder_is_told_and_not_followed(book: Book, tmp_path: Path) -> None:
    """A fault would be told with what stands there, and the link may lead to any file."""
    (tmp_path / "secret").write_text("s3cret: hunter22\n")
    (tmp_path / "runsheets" / "NET-1.yaml").symlink_to(tmp_path / "secret")
    book.refresh()
    (trouble,) = book.troubles
    assert str(trouble) == "NET-1.yaml: cannot be read: it is a link, and links are not followed"
    assert book.sheets == ()

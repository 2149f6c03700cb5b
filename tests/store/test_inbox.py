"""The folder that is the queue."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.errors import IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.store.inbox import Inbox
from labsvc.store.seals import SEAL, seal_of


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def test_a_capture_comes_back_as_it_was_put(inbox: Inbox, capture: Capture) -> None:
    """Bytes, name, source, time, driver, zone and the mark of simulation."""
    assert inbox.put(capture)
    [entry] = inbox.entries()
    assert inbox.read(entry) == capture


def test_a_name_that_was_no_utf8_comes_back(inbox: Inbox, capture: Capture) -> None:
    """File names are bytes on Linux: a Latin-1 name must not stop the line."""
    name = b"pr\xf8ve\x00 1.txt".decode("utf-8", "surrogateescape")
    inbox.put(replace(capture, name=name))
    assert inbox.entries()[0].name == name


def test_the_same_bytes_are_taken_once(inbox: Inbox, capture: Capture) -> None:
    """Whatever they are called the second time."""
    assert inbox.put(capture)
    assert not inbox.put(capture)
    assert not inbox.put(replace(capture, name="copy.txt", source="counter-2"))
    assert [entry.name for entry in inbox.entries()] == ["A16_235.txt"]


def test_the_oldest_comes_first(inbox: Inbox, capture: Capture) -> None:
    for minutes in (2, 0, 1):
        received_at = capture.received_at + timedelta(minutes=minutes)
        inbox.put(replace(capture, content=b"%d" % minutes, received_at=received_at))
    assert [inbox.read(entry).content for entry in inbox.entries()] == [b"0", b"1", b"2"]


def test_attempts_are_on_the_disk_before_the_work(inbox: Inbox, capture: Capture) -> None:
    """Another process that opens the folder after a crash knows how often it was tried."""
    inbox.put(capture)
    [entry] = inbox.entries()
    assert [inbox.attempt(entry), inbox.attempt(entry)] == [1, 2]
    assert Inbox(inbox._folder).entries()[0].attempts == 2


def test_an_attempt_at_what_was_removed_does_not_bring_it_back(
    inbox: Inbox, capture: Capture
) -> None:
    inbox.put(capture)
    [entry] = inbox.entries()
    inbox.remove(entry)
    with pytest.raises(StoreError, match="damaged"):
        inbox.attempt(entry)
    assert not list(inbox._folder.iterdir())


def test_removing_twice_is_removing_once(inbox: Inbox, capture: Capture) -> None:
    inbox.put(capture)
    [entry] = inbox.entries()
    inbox.remove(entry)
    inbox.remove(entry)
    assert inbox.entries() == []
    assert inbox.put(capture)


def test_one_changed_byte_is_found_when_read(inbox: Inbox, capture: Capture) -> None:
    inbox.put(capture)
    [entry] = inbox.entries()
    path = inbox._folder / entry.key
    path.write_bytes(path.read_bytes().replace(b"100", b"900"))
    with pytest.raises(IntegrityError, match=r"A16_235\.txt.*changed"):
        inbox.read(entry)


@pytest.mark.parametrize("label", [b"", b"{}", b"[1]", b"\xff", b'{"key": 1}'])
def test_a_damaged_label_is_told_and_blocks_nobody(
    inbox: Inbox, capture: Capture, label: bytes
) -> None:
    """The others are served; putting the same bytes again mends it."""
    other = replace(capture, content=b"other")
    inbox.put(capture)
    inbox.put(other)
    (inbox._folder / f"{capture.sha256}.json").write_bytes(label)
    assert [entry.key for entry in inbox.entries()] == [other.sha256]
    assert capture.sha256 in inbox.damaged()[0]
    assert inbox.put(capture)
    assert not inbox.damaged()


def test_a_label_without_its_content_is_damaged(inbox: Inbox, capture: Capture) -> None:
    inbox.put(capture)
    (inbox._folder / capture.sha256).unlink()
    assert inbox.entries() == []
    assert len(inbox.damaged()) == 1


def test_junk_in_the_folder_is_left_alone(inbox: Inbox, capture: Capture) -> None:
    """What others put there is neither served nor swept."""
    inbox.put(capture)
    (inbox._folder / "Thumbs.db").write_bytes(b"junk")
    inbox.sweep()
    assert len(inbox.entries()) == 1
    assert (inbox._folder / "Thumbs.db").exists()


def test_sweeping_clears_what_a_crash_left_and_keeps_what_waits(
    inbox: Inbox, capture: Capture
) -> None:
    """A content whose label was never written, and a half-written file."""
    inbox.put(capture)
    (inbox._folder / ("0" * 64)).write_bytes(b"unlabelled")
    (inbox._folder / ".abc.tmp").write_bytes(b"half")
    inbox.sweep()
    names = {path.name for path in inbox._folder.iterdir()}
    assert names == {capture.sha256, f"{capture.sha256}.json"}


def test_tries_of_several_are_counted_and_several_are_removed(
    inbox: Inbox, capture: Capture, tmp_path: Path
) -> None:
    """Each by its own count; the others stay."""
    for content in (b"1", b"2", b"3"):
        inbox.put(replace(capture, content=content))
    first, second, third = inbox.entries()
    inbox.attempt(second)
    assert inbox.attempt_all([first, second]) == [1, 2]
    inbox.remove(first, second)
    assert inbox.entries() == [third]
    assert len(list((tmp_path / "inbox").iterdir())) == 2


def test_several_are_put_at_once_and_the_same_bytes_once(inbox: Inbox, capture: Capture) -> None:
    inbox.put(capture)
    other = replace(capture, content=b"other")
    assert inbox.put_all([other, capture, replace(other, name="copy.txt")]) == [True, False, False]
    assert {entry.key for entry in inbox.entries()} == {capture.sha256, other.sha256}


def test_tries_are_forgotten_with_what_was_tried(inbox: Inbox, capture: Capture) -> None:
    """The same bytes handed over again begin anew, though something else waits with its tries."""
    inbox.put(capture)
    inbox.put(replace(capture, content=b"poison"))
    entries = inbox.entries()
    inbox.attempt_all(entries)
    inbox.remove(*(entry for entry in entries if entry.key == capture.sha256))
    inbox.put(capture)
    assert {entry.key == capture.sha256: entry.attempts for entry in inbox.entries()} == {
        True: 0,
        False: 1,
    }


def test_tries_are_taken_back_of_several(inbox: Inbox, capture: Capture) -> None:
    """When our own disk failed; the count of before stands."""
    for content in (b"1", b"2"):
        inbox.put(replace(capture, content=content))
    entries = inbox.entries()
    inbox.attempt(entries[0])
    inbox.attempt_all(entries)
    inbox.forgive(*entries)
    assert [entry.attempts for entry in inbox.entries()] == [1, 0]


def test_sweeping_forgets_the_tries_of_what_is_gone(inbox: Inbox, capture: Capture) -> None:
    """A crash may come between the removal of a label and that of its tries."""
    inbox.put(capture)
    inbox.attempt(inbox.entries()[0])
    (inbox._folder / f"{capture.sha256}.json").unlink()
    inbox.sweep()
    assert not list(inbox._folder.iterdir())


def test_altered_tries_are_found_by_verify(inbox: Inbox, capture: Capture) -> None:
    inbox.put(capture)
    inbox.attempt(inbox.entries()[0])
    assert list(inbox.verify()) == []
    (inbox._folder / ".tries").write_bytes(b"{}")
    [fault] = inbox.verify()
    assert ".tries" in fault


def test_a_label_of_before_that_counts_its_tries_is_as_it_was_written(
    inbox: Inbox, capture: Capture
) -> None:
    """It waited while labsvc was renewed; a change of it is found all the same."""
    inbox.put(capture)
    label = inbox._folder / f"{capture.sha256}.json"
    fields = {**json.loads(label.read_bytes()), "attempts": 1}
    del fields[SEAL]
    label.write_text(json.dumps({**fields, SEAL: seal_of(fields)}))
    assert [one.name for one in inbox.entries()] == [capture.name]
    assert list(inbox.verify()) == []
    label.write_text(label.read_text().replace('"attempts": 1', '"attempts": 0'))
    assert len(list(inbox.verify())) == 1

"""Reading somebody else's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labsvc.capture import reading
from labsvc.capture.settle import Stamp


def test_a_file_at_rest_is_read_whole(tmp_path: Path) -> None:
    """What was listed is what is read."""
    file = tmp_path / "a.txt"
    file.write_bytes(b"A01 21\r\n")
    assert reading.content(str(file), reading.stamp(str(file))) == b"A01 21\r\n"


def test_a_file_that_grew_after_the_listing_is_not_read_as_whole(tmp_path: Path) -> None:
    """A listing that is out of date gives nothing rather than half a report."""
    file = tmp_path / "a.txt"
    file.write_bytes(b"A01 21\r\n")
    listed = reading.stamp(str(file))
    with file.open("ab") as more:
        more.write(b"A02 22\r\n")
    assert reading.content(str(file), listed) is None


def test_a_file_whose_time_was_set_back_while_it_grew_is_not_read_as_whole(tmp_path: Path) -> None:
    """The size is checked too, not the time alone."""
    file = tmp_path / "a.txt"
    file.write_bytes(b"1234")
    listed = reading.stamp(str(file))
    file.write_bytes(b"12345678")
    os.utime(file, ns=(listed.modified_ns, listed.modified_ns))
    assert reading.content(str(file), listed) is None


def test_what_the_system_will_not_let_us_read_is_not_yet(tmp_path: Path) -> None:
    """A refusal by the operating system is said in its own words and is no failure of the file."""
    with pytest.raises(reading.NotYet, match="directory"):
        reading.content(str(tmp_path), Stamp(0, 0))


def test_a_file_that_is_gone_is_told_apart(tmp_path: Path) -> None:
    """Gone is not locked: nobody need wait for it."""
    with pytest.raises(FileNotFoundError):
        reading.stamp(str(tmp_path / "a.txt"))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """It may lead to any file of the machine; what is in that is nobody's report."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    link = tmp_path / "a.txt"
    link.symlink_to(secret)
    with pytest.raises(reading.NotYet, match="it is a link, and links are not followed"):
        reading.content(str(link), reading.stamp(str(link)))


def test_a_pipe_in_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    """Nothing is read of it, and the scan goes on."""
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    assert reading.content(str(pipe), Stamp(10, 0)) is None

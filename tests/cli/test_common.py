"""What the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli import common
from labsvc.cli.common import capture_of, console, opened, print_lines, text_of
from labsvc.errors import CaptureError, ConfigError


def test_a_file_becomes_a_capture(tmp_path: Path) -> None:
    """Its name without folder, its bytes, what the caller knows of it."""
    (tmp_path / "A7.txt").write_bytes(b"bytes")
    made = capture_of(tmp_path / "A7.txt", source="s", driver="d", timezone="Asia/Tokyo")
    assert (made.name, made.content, made.source) == ("A7.txt", b"bytes", "s")
    assert (made.driver, made.timezone, made.simulated) == ("d", "Asia/Tokyo", False)
    assert made.received_at.tzinfo is not None


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    """By its size alone: it has no bytes that could be read."""
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(10**13)
    with pytest.raises(CaptureError, match=r"huge\.txt: the file has 9536743 MB; at most 200 MB"):
        capture_of(tmp_path / "huge.txt")


def test_a_device_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it has no bytes."""
    monkeypatch.setattr(common, "MAX_BYTES", 2**20)
    with pytest.raises(CaptureError, match="does not end within 1 MB"):
        capture_of(Path("/dev/zero"))


def test_text_that_cannot_be_read_is_a_fault_of_its_file(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(ConfigError, match="Is a directory") as caught:
        text_of(tmp_path)
    assert caught.value.file == str(tmp_path)


def test_the_home_is_closed_whatever_happens(tmp_path: Path) -> None:
    """Also when there is none to open."""
    with pytest.raises(ConfigError, match="labsvc init"), opened(tmp_path):
        pass


def test_lines_hold_no_marks_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes and direction marks are blanks; indentation and letters of all kinds stay."""
    print_lines(["  µ – α", "a\x1b[2Jb\u202ec"])
    assert capsys.readouterr().out == "  µ – α\na [2Jb c\n"


def test_tables_take_text_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup, colons no pictures."""
    console().print("[3H]x [/b] [red]y :smile:")
    assert capsys.readouterr().out == "[3H]x [/b] [red]y :smile:\n"

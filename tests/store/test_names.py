"""File names out of untrusted text."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.errors import StoreError
from labsvc.store.names import checked_path, safe_name

ANYTHING = st.text() | st.text(alphabet="./\\: -_~\x00aA\u0301\u202econul1", max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A16_235.txt", "A16_235.txt"),
        ("Prøve 3 (µM).csv", "Prøve 3 (µM).csv"),
        ("../../etc/passwd", "_.._etc_passwd".replace("..", ".")),
        ("C:\\counter\\run.txt", "C_counter_run.txt"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("report.txt. ", "report.txt"),
        ("a\r\nb\tc", "a_b_c"),
        ("gpj\u202etxt.exe", "gpj_txt.exe"),
        ("", "unnamed"),
        ("...", "unnamed"),
    ],
)
def test_a_name_stays_readable_and_loses_what_is_unsafe(text: str, expected: str) -> None:
    assert safe_name(text) == expected


@given(ANYTHING)
def test_any_text_gives_one_plain_name_on_every_system(text: str) -> None:
    """No folder, no drive, no device, nothing hidden, not empty, not too long."""
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= 80
    assert PurePosixPath(name).name == PureWindowsPath(name).name == name
    assert not PureWindowsPath(name).drive
    assert name[0] not in ".- "
    assert name[-1] not in ". "
    assert ".." not in name
    assert name.isprintable()


@given(ANYTHING)
def test_a_safe_name_is_its_own_safe_name(text: str) -> None:
    assert safe_name(safe_name(text)) == safe_name(text)


def test_a_long_name_is_cut_before_its_extension() -> None:
    """In bytes, never through a character: 80 of them fit every file system."""
    assert safe_name("µ" * 100 + ".txt") == "µ" * 38 + ".txt"
    assert len(safe_name("x" * 300)) == 80


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc",
        "a//b",
        "a/../b",
        "..",
        ".staging/x",
        "C:/x",
        "a\\b",
        "a/b\n",
        "a/",
        "con/x",
        "x.",
    ],
)
def test_an_unsafe_path_is_refused(path: str) -> None:
    with pytest.raises(StoreError, match="no safe path"):
        checked_path(path)

"""Untrusted names in subject lines and bodies."""

from __future__ import annotations

import pytest

from labsvc.notify.words import SUBJECT_LENGTH, body, one_line, subject


@pytest.mark.parametrize(
    "name",
    ["A16\r\nBcc: all@lab.example", "A16\x00\x1b[31m", "A16\u202etxt.exe", "A16\u2028x", "A\udce4"],
)
def test_a_name_becomes_one_line_of_seen_marks(name: str) -> None:
    """Line breaks, control codes, direction marks and broken letters are blanks."""
    line = one_line(name)
    assert line.isprintable()
    assert line.encode()


def test_other_alphabets_stay() -> None:
    """Names are people's own."""
    assert one_line("Zähler 3 µM, 计数") == "Zähler 3 µM, 计数"


def test_a_long_subject_is_cut_with_a_mark() -> None:
    """Whatever a file may be called."""
    cut = subject("x" * 500)
    assert len(cut) == SUBJECT_LENGTH
    assert cut.endswith("…")


def test_a_body_keeps_its_lines() -> None:
    """Only what cannot be seen goes."""
    assert body("a\r\n  b\x07c\n") == "a\n  b c"

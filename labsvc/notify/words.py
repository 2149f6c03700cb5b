"""Untrusted names made fit for a subject line and for a body. Pure."""

from __future__ import annotations

from typing import Final

SUBJECT_LENGTH: Final = 150


def one_line(text: str) -> str:
    """``text`` on one line: line breaks, control, direction and other unseen marks are blanks."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def subject(text: str) -> str:
    """A subject line: one line, at most 150 characters, the end left out when it is longer."""
    line = one_line(text)
    if len(line) <= SUBJECT_LENGTH:
        return line
    return line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def body(text: str) -> str:
    """Several lines, each free of unseen marks; blanks at the start of a line stay."""
    return "\n".join(
        "".join(mark if mark.isprintable() else " " for mark in line).rstrip()
        for line in text.splitlines()
    )

"""Untrusted names made fit for a subject line and for a body. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

MARK: Final = "[labsvc] "
"""What every subject begins with."""
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


def bare(line: str) -> str:
    """A subject without its mark."""
    return line.removeprefix(MARK)


def when(moment: datetime) -> str:
    """``2026-03-02 18:00 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def span(time: timedelta) -> str:
    """``3 d``, ``8 h``, ``90 min``, ``30 s``: the largest unit that divides it."""
    seconds = time.total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:g} s"

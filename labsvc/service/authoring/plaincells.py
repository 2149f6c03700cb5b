"""Text in a CSV that a spreadsheet program would run, and how it is kept from that.

A cell that begins with ``=``, ``+``, ``-``, ``@`` or a tab is a formula for Excel and its kin, also
in a CSV. An apostrophe before it makes it text there; reading it, labsvc takes it away again.
"""

from __future__ import annotations

import re
from typing import Final

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "'"
_SEPARATOR: Final = re.compile(r"[,;\t]")
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*+)"[,;\t]*$')


def neutral(text: str) -> str:
    """The cell as it is written. Numbers, and a sign alone, are no formulas."""
    return f"{_MARK}{text}" if _runs(text.lstrip(_MARK)) else text


def meant(cell: str) -> str:
    """The cell as it was meant: ``meant(neutral(text))`` is the text."""
    begins = cell.lstrip()
    if begins.startswith(_MARK) and _runs(begins.lstrip(_MARK)):
        return begins[len(_MARK) :]
    return cell


def neutral_remark(text: str) -> str:
    """A line above the table as it is written: in quotes, and so one cell, where a part of it
    behind a separator would run."""
    if not any(_runs(part.lstrip()) for part in _SEPARATOR.split(text)[1:]):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def meant_remark(line: str) -> str:
    """The line as it was meant, without the empty cells that a spreadsheet program adds."""
    quoted = _QUOTED.match(line)
    if quoted is not None:
        return quoted[1].replace('""', '"').strip()
    return line.strip(',;"').strip()


def _runs(text: str) -> bool:
    if len(text.strip()) < 2 or not text.startswith(_BEGINS):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False

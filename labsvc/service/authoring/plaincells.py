"""Text in a CSV that a spreadsheet program would run, and how it is kept from that.

A cell that begins with ``=``, ``+``, ``-``, ``@`` or a tab is a formula for Excel and its kin, also
in a CSV. An apostrophe before it makes it text there; reading it, labsvc takes it away again.
"""

from __future__ import annotations

from typing import Final

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "'"


def neutral(text: str) -> str:
    """The cell as it is written. Numbers, and a sign alone, are no formulas."""
    return f"{_MARK}{text}" if _runs(text.lstrip(_MARK)) else text


def meant(cell: str) -> str:
    """The cell as it was meant: ``meant(neutral(text))`` is the text."""
    begins = cell.lstrip()
    if begins.startswith(_MARK) and _runs(begins.lstrip(_MARK)):
        return begins[len(_MARK) :]
    return cell


def _runs(text: str) -> bool:
    if len(text.strip()) < 2 or not text.startswith(_BEGINS):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False

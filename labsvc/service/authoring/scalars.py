"""One text of YAML: what it means unquoted, and how any text is written in quotes."""

from __future__ import annotations

import json
import re
from typing import Any

UNWRITABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What may stand in no file of ours."""
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BEGINS_NUMBER = frozenset("0123456789+-.")
# Twenty digits are beyond any count or lot number that must be a number.
_INTEGER = re.compile(r"^[-+]?[0-9]{1,20}$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?$")


class WrittenInt(int):
    """A whole number that remembers its spelling (``010`` is 10, written ``010``)."""

    written: str


class WrittenFloat(float):
    """A number that remembers its spelling (``1.10`` is 1.1, written ``1.10``)."""

    written: str


def plain(text: str) -> Any:
    """An unquoted scalar as the YAML 1.2 core schema reads it (decimal numbers only)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINS_NUMBER:
        return text
    if _INTEGER.match(text):
        whole = WrittenInt(text)
        whole.written = text
        return whole
    if _FLOAT.match(text):
        number = WrittenFloat(text)
        number.written = text
        return number
    return text


def quoted(text: str) -> str:
    """The text as YAML has it in double quotes; what may not stand in a file is escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return UNWRITABLE.sub(lambda one: f"\\u{ord(one[0]):04X}", written)

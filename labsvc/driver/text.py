"""Reading instrument text: decoding, lines with numbers, numbers that are never guessed."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from math import isfinite

from labsvc.errors import ParseError

MAX_BYTES = 8 * 1024 * 1024
"""Several times the largest report there is, and little enough to be read line by line."""

_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


def decode(content: bytes) -> str:
    """Instrument bytes as text: UTF-8 or UTF-16 where a BOM or the bytes say so, else cp1252.

    Line ends of every kind become ``\\n``. Raises ParseError for bytes that are no text, and for
    more than MAX_BYTES of them.
    """
    if len(content) > MAX_BYTES:
        raise ParseError(
            f"it has {len(content):,} bytes; a text report has at most {MAX_BYTES:,}. Check what "
            "it is"
        )
    text = _decoded(content)
    if "\x00" in text:
        raise ParseError("this is binary, not text: it holds NUL bytes; expected a text report")
    return text.replace("\r\n", "\n").replace("\n\r", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> str:
    try:
        if content.startswith(BOM_UTF8):
            return content.decode("utf-8-sig")
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return content.decode("utf-16")
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"byte {content[error.start]:#04x} at offset {error.start} is no text in "
            "UTF-8, UTF-16 or cp1252; expected a text report"
        ) from error


def number(text: str, *, line: int, what: str) -> float:
    """A decimal-point number; ParseError naming ``what`` otherwise (decimal commas included)."""
    stripped = text.strip()
    if _NUMBER.match(stripped) is None:
        hint = "; decimal commas are not part of this format" if "," in stripped else ""
        raise ParseError(
            f"found {stripped!r} where {what} (a number) was expected{hint}", line=line
        )
    value = float(stripped)
    if not isfinite(value):
        raise ParseError(f"{stripped!r} is too large to be {what}", line=line)
    return value


class Lines:
    """The lines of a report with a cursor, so that a parser reads like its grammar."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._next = 0

    @property
    def line(self) -> int:
        """The 1-based number of the line last popped."""
        return self._next

    def peek(self) -> str | None:
        """The next line, or None at the end."""
        return self._lines[self._next] if self._next < len(self._lines) else None

    def pop(self, expected: str) -> str:
        """The next line; ParseError saying what was ``expected`` at the end of the text."""
        current = self.peek()
        if current is None:
            raise ParseError(
                f"the report ends here; expected {expected}. It was cut short or is still "
                "being written",
                line=len(self._lines),
            )
        self._next += 1
        return current

    def pop_blank(self) -> int:
        """Skip blank lines; how many there were."""
        start = self._next
        while (current := self.peek()) is not None and not current.strip():
            self._next += 1
        return self._next - start

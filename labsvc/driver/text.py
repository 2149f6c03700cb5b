"""Reading instrument text: decoding, lines with numbers, numbers that are never guessed."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import isfinite
from typing import Literal

from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.locale import Decimal, Encoding

MAX_BYTES = 200 * 1024 * 1024
"""As much as a source takes unless told otherwise: a list of some three million vials."""

LONGEST_LINE = 1_000_000
"""Characters. The longest known: a 2100TR sends a whole pass over its vials in one line, 25 kB."""

_HEAD_BYTES = 65_536
_MOST_DIGITS = 15
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_OF_NUMBERS = "0123456789.+-eE \t"


def report_text(capture: Capture) -> str:
    """The whole capture as ``decode`` gives it, in the encoding that its source may tell."""
    return decode(capture.content, capture.locale.encoding)


def head_text(capture: Capture, size: int) -> str:
    """The first ``size`` bytes as text; a character or a line end cut in two is left out."""
    part = capture.content[: size // 4 * 4]
    if len(part) < len(capture.content):
        wide = part.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or unmarked_utf16(part)
        part = part.removesuffix(b"\r")
        if wide:
            part = part[: len(part) // 2 * 2]
        elif not capture.locale.encoding:
            part = part[: len(part) - _cut_in_two(part)]
    return decode(part, capture.locale.encoding)


def _cut_in_two(part: bytes) -> int:
    """How many bytes at the end begin a UTF-8 character that goes on behind it."""
    try:
        part.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return len(part) - error.start
    return 0


def decode(content: bytes, encoding: Encoding | None = None) -> str:
    """Instrument bytes as text: UTF-8 or UTF-16 where a BOM or the bytes say so, else cp1252.

    Without a BOM ``encoding`` is that of the text, where it is told; else text of which every
    second byte is NUL is UTF-16.

    Line ends of every kind become ``\\n``. Raises ParseError for bytes that are no text, for more
    than MAX_BYTES of them, and for a line longer than LONGEST_LINE. Holds at most three times the
    content beside it, and gives one copy of it back (two where a character is beyond Latin-1).
    """
    if len(content) > MAX_BYTES:
        raise ParseError(
            f"it has {len(content):,} bytes; a text report has at most {MAX_BYTES:,}. Check what "
            "it is"
        )
    marked = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    shown = unmarked_utf16(content) if encoding is None and not marked else None
    wide = marked or shown is not None or encoding == "utf-16"
    if not wide and b"\x00" in content[:_HEAD_BYTES]:
        raise ParseError(_BINARY)
    text = _unmarked(content, shown) if shown else _decoded(content, encoding)
    if "\x00" in text:
        raise ParseError(_BINARY)
    text = _with_plain_ends(text)
    _check_line_lengths(text)
    return text


def unmarked_utf16(content: bytes) -> Literal["utf-16-le", "utf-16-be"] | None:
    """Which UTF-16 the head is that lacks its mark: plain characters, each beside a NUL."""
    head = content[:_SHOWN_BY]
    if 0 not in head:
        return None  # as nearly all
    codec: Literal["utf-16-le", "utf-16-be"]
    for codec, low in (("utf-16-le", 0), ("utf-16-be", 1)):
        pairs = list(zip(head[low::2], head[1 - low :: 2], strict=False))
        plain = [character for character, page in pairs if page == 0]
        if len(plain) * 2 > len(pairs) and all(one in _PLAIN_BYTES for one in plain):
            return codec
    return None


_SHOWN_BY = 400
_PLAIN_BYTES = frozenset((*b"\t\n\f\r\x1a", *range(0x20, 0x7F), *range(0xA0, 0x100)))
_CODECS = {"utf-16": "utf-16-le"}  # as Windows writes it; its BOM would have said so

_BINARY = "this is binary, not text: it holds NUL bytes; expected a text report"


def _with_plain_ends(text: str) -> str:
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\n\r", "\n").replace("\r", "\n")


def _check_line_lengths(text: str) -> None:
    """Leaps from line end to line end, so that a large report costs a few looks."""
    at = 0
    while len(text) - at > LONGEST_LINE:
        end = text.rfind("\n", at, at + LONGEST_LINE + 1)
        if end < 0:
            raise ParseError(
                f"a line has more than {LONGEST_LINE:,} characters and begins "
                f"{text[at : at + 40]!r}; expected the lines of a text report. Check what it is",
                line=text.count("\n", 0, at) + 1,
            )
        at = end + 1


def _unmarked(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise ParseError(
            f"its head is UTF-16, and at offset {error.start} it is none: it was cut within a "
            "character, or is damaged; expected a text report"
        ) from error


def _decoded(content: bytes, encoding: Encoding | None) -> str:
    try:
        if content.startswith(BOM_UTF8):
            return content.decode("utf-8-sig")
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return content.decode("utf-16")
        return content.decode(_CODECS.get(encoding or "", encoding or "utf-8"))
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise ParseError(
                f"byte {content[error.start]:#04x} at offset {error.start} is no text in "
                f"{encoding}, which the locale of its source tells; correct or remove encoding"
            ) from error
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"byte {content[error.start]:#04x} at offset {error.start} is no text in "
            "UTF-8, UTF-16 or cp1252; expected a text report"
        ) from error


def number(text: str, *, line: int, what: str, decimal: Decimal | None = None) -> float:
    """A decimal-point number; ParseError naming ``what`` otherwise (decimal commas included).

    With ``decimal`` comma a comma is the sign, and a point is refused.
    """
    stripped = text.strip()
    plain = stripped.replace(".", " ").replace(",", ".") if decimal == "comma" else stripped
    if _NUMBER.match(plain) is None:
        hint = "; decimal commas are not part of this format" if "," in stripped else ""
        if decimal == "comma":
            hint = "; the locale of its source tells that the decimal sign is a comma"
        raise ParseError(
            f"found {stripped!r} where {what} (a number) was expected{hint}", line=line
        )
    value = float(plain)
    if not isfinite(value):
        raise ParseError(f"{stripped!r} is too large to be {what}", line=line)
    return value


def numbers(texts: Sequence[str], *, line: int, what: str) -> list[float]:
    """A column of decimal-point numbers, each on a line of its own, the first on ``line``.

    As ``number`` of each; ParseError for the first that is none. In a third of the time.
    """
    if not "".join(texts).strip(_OF_NUMBERS):  # no other character anywhere: float() is as strict
        with suppress(ValueError):
            values = list(map(float, texts))
            if all(map(isfinite, values)):
                return values
    return [number(text, line=at, what=what) for at, text in enumerate(texts, line)]


def whole(text: str, *, line: int, what: str) -> int:
    """A whole number of at most 15 digits, as a float holds them all; ParseError naming ``what``
    otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ParseError(f"found {text!r} where {what} (a whole number) was expected", line=line)
    return int(text)


class Lines:
    """The lines of a report with a cursor, so that a parser reads like its grammar.

    They are cut from the text one by one: a report of 100 MB is never there a second time.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._popped = 0
        self._following = 0
        self._current = self._cut()

    @property
    def line(self) -> int:
        """The 1-based number of the line last popped."""
        return self._popped

    def peek(self) -> str | None:
        """The next line, or None at the end."""
        return self._current

    def pop(self, expected: str) -> str:
        """The next line; ParseError saying what was ``expected`` at the end of the text."""
        current = self._current
        if current is None:
            raise ParseError(
                f"the report ends here; expected {expected}. It was cut short or is still "
                "being written",
                line=self._popped,
            )
        self._popped += 1
        self._current = self._cut()
        return current

    def pop_blank(self) -> int:
        """Skip blank lines; how many there were."""
        start = self._popped
        while (current := self._current) is not None and not current.strip():
            self.pop("a blank line")
        return self._popped - start

    def filled(self) -> Iterator[str]:
        """Each line up to the next blank one, or the end, popped as it is asked for."""
        while self._current and not self._current.isspace():
            line = self._current
            self._popped += 1
            self._current = self._cut()
            yield line

    def rest(self) -> str:
        """Everything from the next line on, which stays the next line."""
        return "" if self._current is None else self._text[self._start :]

    def _cut(self) -> str | None:
        """The line after the current one, and the cursor behind it."""
        start = self._start = self._following
        if start > len(self._text):
            return None
        end = self._text.find("\n", start)
        end = len(self._text) if end < 0 else end
        self._following = end + 1
        return self._text[start:end]

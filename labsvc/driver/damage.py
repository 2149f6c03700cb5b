"""What can happen to an instrument's bytes on the way: cut, damaged, re-encoded, somebody else's.

``DriverContract`` shows each of these to a driver.
"""

from __future__ import annotations

from collections.abc import Iterator

EVERY_BYTE_UP_TO = 8192
"""Samples longer than this many bytes are cut at evenly spread places, not at every byte."""

JUNK = {
    "empty": b"",
    "blank": b" \r\n\r\n",
    "every byte": bytes(range(256)),
    "NUL bytes": b"\x00" * 64,
    "half a UTF-16 character": b"\xff\xfeA\x00B",
    "a lone BOM": b"\xef\xbb\xbf",
    "an old workbook": b"\x09\x04\x06\x00\x00\x00\x10\x00" + b"\x00\xff" * 32,
}

DAMAGE = (b"\x00", b"\xff", b"\n", b"\t", b",", b"9", b"-", b"")
"""What may stand in the place of a byte (the last one: the byte is lost)."""


def prefixes(content: bytes, pieces: int) -> Iterator[bytes]:
    """``content`` cut at about that many evenly spread places."""
    step = max(1, len(content) // pieces)
    return (content[:cut] for cut in range(0, len(content), step))


def other_encodings(content: bytes) -> Iterator[bytes]:
    """The same text in the encodings that Windows programs save in."""
    text = content.decode("latin-1")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"):
        yield text.encode(encoding)


def cuts(content: bytes) -> range:
    """Where to cut: every byte of a small sample."""
    return range(0, len(content), max(1, len(content) // EVERY_BYTE_UP_TO))


def at_line_end(content: bytes, cut: int) -> bool:
    """Whether nothing but a line end, or part of one, was cut off the last line kept."""
    before, after = content[:cut].rstrip(b"\x00"), content[cut:].lstrip(b"\x00")
    return before.endswith((b"\r", b"\n")) or after.startswith((b"\r", b"\n"))


def damaged(content: bytes, places: int) -> Iterator[bytes]:
    """``content`` with one byte changed or lost, at evenly spread places."""
    for at in range(0, len(content), max(1, len(content) // places)):
        for new in DAMAGE:
            yield content[:at] + new + content[at + 1 :]

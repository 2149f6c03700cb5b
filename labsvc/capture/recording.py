"""A recorded session of a serial line: plain text, one line for each read. Pure.

    # labsvc recording 1
    # port: /dev/ttyUSB0
    # settings: 1200 7E1
    # started: 2026-03-02T12:00:00.000+00:00
    0 9,0,0,tSIE/AEC,A\\r\\n
    1250 9,1,1\\x02

Milliseconds since the port was opened, a space, the bytes. Bytes that are printable ASCII stand for
themselves; a backslash is doubled, ``\\r``, ``\\n`` and ``\\t`` are written so, every other byte is
``\\xNN``, and so is a space at a line's end. Lines that begin with ``#`` are remarks. A last line
without its line end was being written when the recorder was killed: it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from labsvc.errors import ParseError

SIGNATURE: Final = "# labsvc recording 1"
_SHORT: Final = {0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}
_ESCAPED: Final = tuple(
    _SHORT.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
    for byte in range(256)
)
_MEANT: Final = {"\\": b"\\", "r": b"\r", "n": b"\n", "t": b"\t"}
_LINE: Final = re.compile(r"(\d{1,12}) (.*)", re.ASCII)
_PART: Final = re.compile(r"[^\\]+|\\x[0-9a-f]{2}|\\[\\rnt]")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read brought, ``milliseconds`` after the port was opened."""

    milliseconds: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """A session. ``cut_short``: its last line was half written, and is left out."""

    chunks: tuple[Chunk, ...]
    settings: str | None = None
    cut_short: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(chunk.content for chunk in self.chunks)


def head_of(port: str, settings: str, started: datetime) -> str:
    """The first lines of a recording."""
    shown = "".join(mark if mark.isprintable() else " " for mark in port)
    return (
        f"{SIGNATURE}\n# port: {shown}\n# settings: {settings}\n"
        f"# started: {started.isoformat(timespec='milliseconds')}\n"
    )


def line_of(chunk: Chunk) -> str:
    """One read as a line of the recording."""
    text = "".join(_ESCAPED[byte] for byte in chunk.content)
    if text.endswith(" "):
        text = f"{text[:-1]}\\x20"
    return f"{chunk.milliseconds} {text}\n"


def read_recording(content: bytes) -> Recording:
    """The recording in a file's bytes. ParseError names the line that is none."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    if lines[0] != SIGNATURE:
        raise ParseError(
            f"found {lines[0][:_SHOWN]!r}; expected {SIGNATURE!r}, the first line of a session "
            "kept by labsvc driver record",
            line=1,
        )
    settings = next((one[12:] for one in lines if one.startswith("# settings: ")), None)
    return Recording(tuple(_chunks(lines[:-1])), settings, cut_short=bool(lines[-1]))


def _chunks(lines: list[str]) -> Iterator[Chunk]:
    before = 0
    for number, text in enumerate(lines, start=1):
        if text.startswith("#") or not text:
            continue
        found = _LINE.fullmatch(text)
        if found is None or int(found[1]) < before:
            raise ParseError(
                f"found {text[:_SHOWN]!r}; expected milliseconds, not before those above "
                f"({before}), a space and the bytes",
                line=number,
            )
        before = int(found[1])
        yield Chunk(before, _bytes_of(found[2], number))


def _bytes_of(text: str, number: int) -> bytes:
    content, place = bytearray(), 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or not part[0].isascii():
            raise ParseError(
                f"found {text[place : place + 8]!r}; expected printable ASCII, or one of "
                "\\\\ \\r \\n \\t \\xNN",
                line=number,
            )
        content += _meant(part[0])
        place = part.end()
    return bytes(content)


def _meant(part: str) -> bytes:
    if not part.startswith("\\"):
        return part.encode("ascii")
    if part[1] == "x":
        return bytes([int(part[2:], 16)])
    return _MEANT[part[1]]

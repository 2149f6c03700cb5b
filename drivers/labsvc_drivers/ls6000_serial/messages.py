"""The coded messages, and the data items in them.

    <SOH> <Length> <Sequence> <Type> { <Item> { ; <Item> } } <Checksum> <CR> <LF>
     01h    +20h                        Item: <ID, 2 characters> <value type> <space> <value>

``Length`` counts every character but SOH, Length, CR and LF; the checksum sums every character but
SOH, itself, CR and LF, and keeps eight bits of it. Source: LS 6000 Scintillation System User's
Manual, PN 247971-F, appendix C.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labsvc.driver import ParseError

SOH = 0x01
SPACE = 0x20
START, BREAK = "S", "B"
CHECKSUM_SIZE = 2
LONGEST_LENGTH = 94
"""The manual: at most 96 characters on a line, or 94 after Length."""
SHORTEST_LENGTH = 2 + CHECKSUM_SIZE
_MESSAGE = re.compile(rb"\x01([\x20-\x7e])([\x20-\x7e]*)")
_FLOW_CONTROL = b"\x11\x13"
_ITEM = re.compile(r"([ -/][ -_])([A-Z]) ([^;]*)")
_LAST_IN_SEQUENCE = "_~"


@dataclass(frozen=True, slots=True)
class Item:
    """One datum: its number, its value type (``I``, ``H``, ``B`` ...) and value, verbatim."""

    number: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``line`` is its place in the transmission, from 1."""

    sequence: str
    kind: str
    items: tuple[Item, ...]
    line: int


def read_messages(content: bytes) -> Iterator[Message]:
    """One after the other; ParseError for anything between them or wrong in one."""
    plain = without_flow_control(content)
    if not plain.strip():
        raise ParseError("the transmission is empty; expected coded messages")
    lines = _lines(plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    before: Message | None = None
    for message in (_message(text, line) for line, text in enumerate(lines, 1) if text):
        if before is not None:
            _require_next(before, message)
        yield message
        before = message


def _lines(plain: bytes) -> Iterator[bytes]:
    """One by one: what is no session is refused at its first line, however long it is."""
    start = 0
    while (end := plain.find(b"\n", start)) >= 0:
        yield plain[start:end]
        start = end + 1
    yield plain[start:]


def without_flow_control(content: bytes) -> bytes:
    """XON and XOFF may stand anywhere, within a message too; they belong to none."""
    return content.translate(None, _FLOW_CONTROL)


def begins_session(content: bytes) -> bool:
    """Whether the first message is a Send Initiate of the length it says."""
    found = _MESSAGE.match(without_flow_control(content).lstrip())
    return (
        found is not None
        and found[1][0] - SPACE == len(found[2])
        and len(found[2]) >= SHORTEST_LENGTH
        and found[2][1:2] == START.encode()
    )


def _message(text: bytes, line: int) -> Message:
    found = _MESSAGE.fullmatch(text)
    if found is None:
        raise ParseError(
            f"found {text[:60]!r}; expected SOH, a length and printable characters", line=line
        )
    length, body = found[1][0] - SPACE, found[2].decode("ascii")
    if length != len(body) or not SHORTEST_LENGTH <= length <= LONGEST_LENGTH:
        raise ParseError(
            f"found {len(body)} characters in {text[:60]!r}, its length says {length}: the message "
            "was cut short or damaged",
            line=line,
        )
    said, summed = body[-CHECKSUM_SIZE:], checksum(text[1:-CHECKSUM_SIZE])
    if said != summed:
        raise ParseError(
            f"found checksum {said!r}, {text[:60]!r} adds up to {summed!r}: the message is damaged",
            line=line,
        )
    return Message(body[0], body[1], tuple(_items(body[2:-CHECKSUM_SIZE], line)), line)


def checksum(summed: bytes) -> str:
    """Eight bits as two printable characters, the way data IDs are written."""
    return two_characters(sum(summed) & 0xFF)


def two_characters(number: int) -> str:
    """100 is ``!D``: 64s and units, each counted from the space on."""
    return chr(number // 64 + SPACE) + chr(number % 64 + SPACE)


def number_of(characters: str) -> int:
    """``!D`` is 100, the user number."""
    return (ord(characters[0]) - SPACE) * 64 + (ord(characters[1]) - SPACE)


def _items(text: str, line: int) -> Iterator[Item]:
    """Items by their form, not by splitting: a semicolon may be the second character of an ID."""
    place = 0
    while place < len(text):
        found = _ITEM.match(text, place)
        if found is None:
            raise ParseError(
                f"found {text[place : place + 40]!r}; expected a data item such as '!DI 4'",
                line=line,
            )
        yield Item(number_of(found[1]), found[2], found[3])
        place = found.end() + 1
    if text.endswith(";"):
        raise ParseError(f"found {text[-40:]!r}; expected an item after ';'", line=line)


def _require_next(before: Message, after: Message) -> None:
    """Messages are numbered by characters from the space on; where they wrap is not known."""
    follows = ord(after.sequence) == ord(before.sequence) + 1
    wraps = after.sequence == " " and before.sequence in _LAST_IN_SEQUENCE
    if not (follows or wraps or after.kind == START):
        raise ParseError(
            f"message {after.sequence!r} follows {before.sequence!r}: one was lost or sent twice",
            line=after.line,
        )


def write_message(sequence: str, kind: str, items: str) -> bytes:
    """One message, its items already written out; ValueError when it is too long."""
    length = 2 + len(items) + CHECKSUM_SIZE
    if length > LONGEST_LENGTH:
        raise ValueError(f"{items[:40]!r} does not fit into a message of {LONGEST_LENGTH}")
    summed = bytes([length + SPACE]) + f"{sequence}{kind}{items}".encode("ascii", "replace")
    return bytes([SOH]) + summed + checksum(summed).encode() + b"\r\n"

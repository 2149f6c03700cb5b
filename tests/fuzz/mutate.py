"""What may befall a report on its way: bytes, lines, fields and figures changed at random.

Everything depends on the ``random.Random`` that is handed in, so that a seed gives the same again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

BYTES = (
    *(bytes([one]) for one in b"\x00\xff\x1a\x0b\r\n\t,;\"'*-. \xa0\x01"),
    b"\xe2\x80\x89",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
)
_FIGURES = (
    "0",
    "-1",
    "1e308",
    "1e999",
    "-0.0",
    "nan",
    "inf",
    "99999999999999999999999",
    "1,5",
    "1.234,5",
    "1_0",
    "0x1F",
    "*****",
    "-",
    "²",
    "٣",
    "1e-400",
    "65536",
    "2147483648",
    "00",
    "1.",
    ".5",
    "+7",
    "24:60",
    "31/02/2026",
    "03/04/2026",
    "0000-00-00",
    "",
    "9999-12-31 23:59:59",
)
FIGURES = tuple(text.encode() for text in _FIGURES)
CODECS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "utf-32", "cp1252", "cp437")
ENDS = (b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n", b"\x0b", b"\x0c", b"\xc2\x85", b"\x1e")
_FIGURE = re.compile(rb"\d[\d.:/-]*")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n\r|\n|\r|$)")
_LARGEST = 60_000

Mutation = Callable[[bytes, Random], bytes]


def mutated(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """``content`` after one to six changes, some of them with parts of ``others``."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        if random.random() < 0.06:
            content = _spliced(content, random.choice(others), random)
        else:
            content = random.choice(MUTATIONS)(content, random)
    return content[:_LARGEST]


def _place(content: bytes, random: Random) -> int:
    return random.randint(0, len(content))


def _slice(content: bytes, random: Random) -> tuple[int, int]:
    start = _place(content, random)
    return start, min(len(content), start + random.choice((1, 2, 8, 40, 400)))


def _flip(content: bytes, random: Random) -> bytes:
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]


def _put(content: bytes, random: Random) -> bytes:
    start, end = _slice(content, random)
    return content[:start] + random.choice(BYTES) + content[random.choice((start, end)) :]


def _cut(content: bytes, random: Random) -> bytes:
    return content[: _place(content, random)]


def _lose(content: bytes, random: Random) -> bytes:
    start, end = _slice(content, random)
    return content[:start] + content[end:]


def _double(content: bytes, random: Random) -> bytes:
    start, end = _slice(content, random)
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _stretch(content: bytes, random: Random) -> bytes:
    """One byte again and again, as a damaged disk has it: what goes back and forth gets lost."""
    at, one = _place(content, random), random.choice((b" ", b"1", b"a", b"\t", b"-", b"*", b"("))
    return content[:at] + one * 20_000 + content[at:]


def _whole_again(content: bytes, random: Random) -> bytes:
    return content * random.choice((2, 3))


def _lines(content: bytes, random: Random) -> bytes:
    """Two lines change places, or one is lost, doubled, emptied."""
    lines = _LINE.findall(content)
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            lines[a], lines[b] = lines[b], lines[a]
        case 1:
            lines[a : a + 1] = []
        case 2:
            lines[b:b] = [lines[a]]
        case 3:
            lines[a] = b"\n"
        case 4:
            lines[a] = lines[a] + lines[b]
    return b"".join(lines)


def _fields(content: bytes, random: Random) -> bytes:
    """A field of one line is lost, doubled, emptied, or changes places with its neighbour."""
    lines = _LINE.findall(content)
    at = random.randrange(len(lines))
    mark = random.choice([m for m in (b",", b";", b"\t", b" ") if m in lines[at]] or [b","])
    cells = lines[at].split(mark)
    a = random.randrange(len(cells))
    match random.randrange(5):
        case 0:
            cells[a : a + 1] = []
        case 1:
            cells[a:a] = [cells[a]]
        case 2:
            cells[a] = b""
        case 3:
            cells[a], cells[a - 1] = cells[a - 1], cells[a]
        case 4:
            cells[a] = b'"' + cells[a] + random.choice((b'"', b"", b'""'))
    lines[at] = mark.join(cells)
    return b"".join(lines)


def _figure(content: bytes, random: Random) -> bytes:
    found = list(_FIGURE.finditer(content))
    if not found:
        return content
    match = random.choice(found)
    return content[: match.start()] + random.choice(FIGURES) + content[match.end() :]


def _digit(content: bytes, random: Random) -> bytes:
    found = [match.start() for match in re.finditer(rb"\d", content)]
    if not found:
        return content
    at = random.choice(found)
    return content[:at] + b"%d" % random.randrange(10) + content[at + 1 :]


def _encoded(content: bytes, random: Random) -> bytes:
    text = content.decode("latin-1")
    return text.encode(random.choice(CODECS), "replace")


def _ended(content: bytes, random: Random) -> bytes:
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain.replace(b"\n", random.choice(ENDS))


def _commas(content: bytes, random: Random) -> bytes:
    return re.sub(rb"(?<=\d)\.(?=\d)", b",", content, count=random.choice((0, 1, 5)))


def _spliced(content: bytes, other: bytes, random: Random) -> bytes:
    return content[: _place(content, random)] + other[_place(other, random) :]


MUTATIONS: tuple[Mutation, ...] = (
    _flip, _put, _put, _cut, _lose, _double, _stretch, _whole_again, _lines, _lines, _fields,
    _fields, _figure, _figure, _figure, _digit, _encoded, _ended, _commas,
)  # fmt: skip

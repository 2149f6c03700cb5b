"""The grammar of one vial's transmission; text lines end LF CR, display updates CR alone.

Name:< H3-UPTAKE >05 Jan.2026       only before the first vial; then
Start Time  9:41:07
[< H3-UPTAKE >S:  1                 display update: protocol and sample number
{t   1R:  1180                      display update: time and rate; the two go on in turn
[ H3-UPTAKE ] 05 Jan.2026           opens the spectrum
Start Time  9:41:07
=>Start(binary) ... =>End(binary)   bytes of any value between
Bitsum:48213
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from labsvc.driver import ParseError

START, END = b"=>Start(binary)", b"=>End(binary)"
_BLOCK = re.compile(
    rb"=>Start\(binary\)(\r?\n\r|\r\n|\n|\r)(.*?)(?:\r?\n\r|\r\n|\n|\r)?"
    rb"=>End\(binary\)(?=[\r\n])",
    re.DOTALL,
)
_WHOLE = re.compile(rb"=>End\(binary\)[\r\n]+Bitsum: *\d+ *[\r\n]+\Z")
_LINE_END = re.compile(rb"[\r\n]+")
_PREAMBLE = re.compile(r"^Name:<([^<>]*)>\s*(\d{1,2} [A-Za-z.]+ ?\d{4})\s*$")
_CLOCK = re.compile(r"^Start Time +(\d{1,2}: ?\d{1,2}: ?\d{1,2})\s*$")
_VIAL = re.compile(r"^\[<([^<>]*)>S: *(\d+)\s*+\]?\s*$")
_RATE = re.compile(r"^\{t *(\d{1,15}) *R: *(\d{1,15})\s*+\}?\s*$")
_SPECTRUM = re.compile(r"^\[ ([^<>\[\]]*)\] *(\d{1,2} [A-Za-z.]+ ?\d{4})\s*$")
_BITSUM = re.compile(r"^Bitsum: *(\d+)\s*$")
_LOOKS = re.compile(rb"\[<[^<>\r\n]*>S: *\d+[^\r\n]*[\r\n]+\{t *\d+ *R: *\d+")


@dataclass(slots=True)
class Vial:
    """What one vial's transmission says, as printed; ``spectrum`` is not decoded."""

    line: int
    protocol: str = ""
    number: str = ""
    read_outs: list[tuple[int, int]] = field(default_factory=list)
    preamble: tuple[str, str] | None = None
    date: str = ""
    clock: str = ""
    spectrum: bytes = b""
    bitsum: str = ""


def looks_like(head: bytes) -> bool:
    return _LOOKS.search(head) is not None


def first_line(head: bytes) -> str:
    return _LINE_END.split(head.lstrip(), maxsplit=1)[0].decode("latin-1")


def ends_whole(content: bytes) -> bool:
    """Whether the content ends with the whole line of a Bitsum below a spectrum."""
    return _WHOLE.search(content) is not None


def read_stream(content: bytes) -> Iterator[Vial]:
    """Every vial in the content, one by one; ParseError unless each is whole."""
    if not content.strip():
        raise ParseError("nothing was delivered; expected the transmission of a Triathler")
    if START not in content and not content.isascii():
        _ascii(content, 1)
    if not ends_whole(content):
        raise ParseError(
            "the transmission does not end with a line such as 'Bitsum:48213' below a spectrum; "
            "it broke off or is still under way",
            line=sum(1 for _ in _LINE_END.finditer(content)) + 1,
        )
    walk = _Walk(_lines(content))
    while walk.more():
        yield walk.vial()


def _lines(content: bytes) -> Iterator[tuple[int, str | bytes]]:
    """Numbered lines that are not blank; a spectrum is one item of bytes."""
    number, at = 0, 0
    for block in _BLOCK.finditer(content):
        number, lines = _text(content[at : block.start()], number)
        yield from lines
        number += 1
        yield number, block[2]
        at = block.end()
    yield from _text(content[at:], number)[1]


def _text(content: bytes, number: int) -> tuple[int, list[tuple[int, str | bytes]]]:
    found: list[tuple[int, str | bytes]] = []
    for part in _LINE_END.split(content):
        if part:
            number += 1
            found.append((number, _ascii(part, number)))
    return number, found


def _ascii(part: bytes, number: int) -> str:
    if not part.isascii() or b"\x00" in part:
        raise ParseError(
            f"found {part[:60]!r}: bytes that are not ASCII outside a spectrum; the line "
            "settings may be wrong (this counter is known at 9600 8N1)",
            line=number,
        )
    return part.decode("ascii")


class _Walk:
    """Takes the lines one by one, each by what it must be."""

    def __init__(self, lines: Iterator[tuple[int, str | bytes]]) -> None:
        self._lines = lines
        self._line = 1
        self._current: str | bytes | None = None
        self._step()

    def more(self) -> bool:
        return self._current is not None

    def vial(self) -> Vial:
        vial = Vial(self._line)
        if match := self._match(_PREAMBLE):
            clock = self._take(_CLOCK, "a line such as 'Start Time  9:41:07'")
            vial.preamble = (match[2], clock[1].replace(" ", ""))
            vial.protocol = match[1].strip()
        self._read_outs(vial)
        opened = self._take(_SPECTRUM, "a read-out, or '[ protocol ] 05 Jan.2026'")
        self._same(vial, opened[1])
        vial.date = opened[2]
        vial.clock = self._take(_CLOCK, "a line such as 'Start Time  9:41:07'")[1].replace(" ", "")
        vial.spectrum = self._binary()
        vial.bitsum = self._take(_BITSUM, "a line such as 'Bitsum:48213'")[1]
        return vial

    def _read_outs(self, vial: Vial) -> None:
        while named := self._match(_VIAL):
            self._same(vial, named[1])
            if vial.number not in ("", named[2]):
                raise self._error(f"sample {named[2]} follows sample {vial.number}")
            vial.number = named[2]
            rate = self._take(_RATE, "a read-out such as '{t   5R:  1200'")
            if vial.read_outs and int(rate[1]) < vial.read_outs[-1][0]:
                raise self._error("the time runs backwards: another count has begun")
            vial.read_outs.append((int(rate[1]), int(rate[2])))
        if not vial.read_outs:
            found = str(self._peek())
            raise self._error(f"found {found[:60]!r}; expected '[< protocol >S: 1' and a read-out")

    def _same(self, vial: Vial, protocol: str) -> None:
        if vial.protocol not in ("", protocol.strip()):
            raise self._error(f"protocol {protocol!r} follows {vial.protocol!r} in one count")
        vial.protocol = protocol.strip()

    def _binary(self) -> bytes:
        found = self._peek()
        if not isinstance(found, bytes):
            raise self._error(f"found {str(found)[:60]!r}; expected {START.decode()!r}")
        self._step()
        return found

    def _step(self) -> None:
        """On to the next line; behind the last one ``_line`` stays its number."""
        self._line, self._current = next(self._lines, (self._line, None))

    def _peek(self) -> str | bytes:
        return "" if self._current is None else self._current

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        line = self._peek()
        match = pattern.match(line) if isinstance(line, str) else None
        if match is not None:
            self._step()
        return match

    def _take(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        match = self._match(pattern)
        if match is None:
            raise self._error(f"found {str(self._peek())[:60]!r}; expected {expected}")
        return match

    def _error(self, message: str) -> ParseError:
        return ParseError(message, line=self._line)

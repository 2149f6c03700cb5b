"""A BIFF4 worksheet stream: one record after the other, and the cells some of them hold.

    record:  kind (u16) | length of the body (u16) | body             all little-endian
    cell:    row (u16) | column (u16) | format (u16) | value
    value:   LABEL length (u16) and text | NUMBER a double | RK a double or integer in 30 bits

The counter's software writes the bare stream, not an OLE file. The records are walked here rather
than by a workbook library for two reasons: recognition sees streams that may end anywhere, and
damage must be told by its place. Source: OpenOffice.org's "Documentation of the Microsoft Excel
File Format", chapters 2 and 5; checked cell by cell against xlrd in the tests.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import isfinite

from labsvc.driver import ParseError

BOF, EOF = 0x0409, 0x000A
CODEPAGE = 0x0042
LABEL, NUMBER, RK = 0x0204, 0x0203, 0x027E
_OTHER_CELLS = {0x0205: "an error or truth value", 0x0206: "a formula", 0x0406: "a formula"}
_BOF = struct.pack("<HH", BOF, 6)
_END = struct.pack("<HH", EOF, 0)
_WORKSHEET = 0x0010
_LONGEST_BODY = 2080
_WINDOWS = {1252, 0x8001}
_MOST_RECORDS_IN_HEAD = 65_536
_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")

Cell = str | float
Cells = dict[tuple[int, int], Cell]
"""By row and column, both from 0."""


def read_cells(content: bytes) -> Cells:
    """Every cell of the one sheet; ParseError for a stream that is cut, damaged or no BIFF4."""
    _require_start(content)
    if not content.endswith(_END):  # the walk below would tell the same, later
        raise ParseError(_cut(len(content)))
    cells: Cells = {}
    for place, kind, body in _records(content):
        if kind in _OTHER_CELLS:
            raise ParseError(f"found {_OTHER_CELLS[kind]} at byte {place}; the counter writes none")
        if kind == CODEPAGE and _u16(body, place) not in _WINDOWS:
            raise ParseError(f"found code page {_u16(body, place)} at byte {place}; expected 1252")
        if kind in (LABEL, NUMBER, RK):
            row, column, value = _cell(kind, body, place)
            if (row, column) in cells:
                raise ParseError(f"a cell stands twice, at byte {place} again", line=row + 1)
            cells[row, column] = value
    return cells


def first_texts(content: bytes, most: int) -> list[str]:
    """The first ``most`` texts of a stream that may be cut or damaged anywhere. Never raises."""
    texts: list[str] = []
    try:
        _require_start(content)
        for number, (place, kind, body) in enumerate(_records(content)):
            if len(texts) == most or number == _MOST_RECORDS_IN_HEAD:
                break
            if kind == LABEL:
                texts.append(str(_cell(kind, body, place)[2]))
    except ParseError:
        pass
    return texts


def is_whole(content: bytes) -> bool:
    """Whether the stream runs from its first to its end record, and that is the last of it."""
    if not (content.startswith(_BOF) and content.endswith(_END)):
        return False
    try:
        return all(len(body) >= 0 for _, _, body in _records(content))
    except ParseError:
        return False


def _require_start(content: bytes) -> None:
    if not content.strip():
        raise ParseError("the file is empty; expected a workbook of WinConnection. Export it again")
    if not content.startswith(_BOF):
        raise ParseError(
            f"the file begins with {content[:8]!r}; expected a bare BIFF4 worksheet, as "
            "WinConnection writes it (a workbook saved again by Excel is another format)"
        )
    if len(content) >= 10 and _u16(content[6:8], 4) != _WORKSHEET:
        raise ParseError(f"the BIFF4 stream is of type {content[6:8]!r}; expected a worksheet")


def _records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each record as (byte, kind, body), to the end record; ParseError where the chain breaks."""
    place, size = 0, len(content)
    while place + 4 <= size:
        kind, length = _HEAD.unpack_from(content, place)
        after = place + 4 + length
        if length > _LONGEST_BODY:
            raise ParseError(f"found a record of {length} bytes at byte {place}: it is damaged")
        if after > size:
            raise ParseError(_cut(size))
        yield place, kind, content[place + 4 : after]
        if kind == EOF:
            if after < size:
                raise ParseError(f"{size - after} bytes follow the end record at byte {place}")
            return
        place = after
    raise ParseError(_cut(size))


def _cut(size: int) -> str:
    return (
        f"the workbook breaks off at byte {size}, before its end record: it was cut short or is "
        "still being written"
    )


def _u16(body: bytes, place: int) -> int:
    if len(body) != 2:
        raise ParseError(f"the record at byte {place} has {len(body)} bytes; expected 2")
    return int.from_bytes(body, "little")


def _cell(kind: int, body: bytes, place: int) -> tuple[int, int, Cell]:
    if len(body) < _CELL.size:
        raise ParseError(f"the cell at byte {place} has only {len(body)} bytes: it is damaged")
    row, column, _ = _CELL.unpack_from(body)
    value = body[_CELL.size :]
    if kind == LABEL:
        return row, column, _text(value, row)
    return row, column, _double(value, row) if kind == NUMBER else _packed(value, row)


def _text(value: bytes, row: int) -> str:
    if len(value) < 2 or int.from_bytes(value[:2], "little") != len(value) - 2:
        raise ParseError(f"a text cell {value[:40]!r} has not its own length", line=row + 1)
    try:
        return value[2:].decode("cp1252")
    except UnicodeDecodeError:
        raise ParseError(f"found {value[2:42]!r}, which is no cp1252 text", line=row + 1) from None


def _double(value: bytes, row: int) -> float:
    if len(value) != 8:
        raise ParseError(f"a number cell has {len(value)} bytes; expected 8", line=row + 1)
    number: float = struct.unpack("<d", value)[0]
    if not isfinite(number):
        raise ParseError(f"found {number} in a number cell; expected a figure", line=row + 1)
    return number


def _packed(value: bytes, row: int) -> float:
    """RK: bit 0 says hundredths, bit 1 integer; the other 30 bits are a double's upper ones."""
    if len(value) != 4:
        raise ParseError(f"a packed number cell has {len(value)} bytes; expected 4", line=row + 1)
    bits: int = struct.unpack("<i", value)[0]
    number = float(bits >> 2) if bits & 2 else _double(b"\0\0\0\0" + _upper(bits), row)
    return number / 100 if bits & 1 else number


def _upper(bits: int) -> bytes:
    return struct.pack("<i", bits & ~3)

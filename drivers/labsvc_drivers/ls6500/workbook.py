"""Cells written as a BIFF4 worksheet stream, record by record as WinConnection writes them."""

from __future__ import annotations

import struct

from labsvc_drivers.ls6500.biff4 import BOF, CODEPAGE, EOF, LABEL, NUMBER, RK, Cell, Cells

_WRITER, _DIMENSIONS = 0x005C, 0x0200
_WRITTEN_BY = b"BSF Conversion, Beckman Coulter"


def write_cells(cells: Cells) -> bytes:
    """The stream of one sheet, cells in the order given; figures become 32-bit floats."""
    rows = 1 + max((row for row, _ in cells), default=0)
    columns = 1 + max((column for _, column in cells), default=0)
    return b"".join(
        (
            _record(BOF, struct.pack("<HHH", 0, 0x0010, 0)),
            _record(_WRITER, (bytes([len(_WRITTEN_BY)]) + _WRITTEN_BY).ljust(112)),
            _record(CODEPAGE, struct.pack("<H", 1252)),
            _record(_DIMENSIONS, struct.pack("<HHHHH", 0, rows, 0, columns, 0)),
            *(_cell(row, column, cell) for (row, column), cell in cells.items()),
            _record(EOF, b""),
        )
    )


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, cell: Cell) -> bytes:
    at = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        text = cell.encode("cp1252", "replace")
        return _record(LABEL, at + struct.pack("<H", len(text)) + text)
    bits = struct.pack("<d", _as_float32(cell))
    short = not any(bits[:4]) and not bits[4] & 3
    return _record(RK, at + bits[4:]) if short else _record(NUMBER, at + bits)


def _as_float32(value: float) -> float:
    """Rounded as the counter has it; what is too small or too large for it stands as it is."""
    if not 1e-37 < abs(value) < 3e38:
        return value
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded

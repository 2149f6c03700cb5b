"""The record walk, against streams built by hand."""

import struct

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.ls6500.biff4 import first_texts, is_whole, read_cells


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


BOF = record(0x0409, b"\x00\x00\x10\x00\x00\x00")
EOF = record(0x000A, b"")


def rk(bits: int) -> bytes:
    return record(0x027E, struct.pack("<HHHI", 2, 1, 0, bits))


@pytest.mark.parametrize(
    ("bits", "value"),
    [
        (0x3FF00000, 1.0),
        (0x40AFFE00, 4095.0),
        (0x3FF00001, 0.01),
        (4321 << 2 | 2, 4321.0),
        (4321 << 2 | 3, 43.21),
        (0xFFFFFFFE, -1.0),
    ],
)
def test_a_packed_number_is_a_double_or_an_integer_or_hundredths(bits: int, value: float) -> None:
    """The two lowest bits say which."""
    assert read_cells(BOF + rk(bits) + EOF) == {(2, 1): value}


def test_texts_are_in_the_windows_code_page() -> None:
    """``µ`` is one byte in cp1252."""
    text = record(0x0204, struct.pack("<HHHH", 0, 4, 15, 5) + b"3H \xb5M")
    assert read_cells(BOF + text + EOF) == {(0, 4): "3H \u00b5M"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (struct.pack("<HHHH", 0, 4, 0, 9) + b"short", "has not its own length"),
        (struct.pack("<HHHH", 0, 4, 0, 1) + b"\x81", "no cp1252 text"),
        (b"\x00\x00", "has only 2 bytes"),
    ],
)
def test_a_damaged_text_cell_is_refused(body: bytes, why: str) -> None:
    """The cell's place is told."""
    with pytest.raises(ParseError, match=why):
        read_cells(BOF + record(0x0204, body) + EOF)


def test_records_of_no_interest_are_passed_over() -> None:
    """Fonts, column widths, row heights: there are thousands."""
    assert read_cells(BOF + record(0x007D, b"\x00" * 12) * 3 + rk(0x3FF00000) + EOF)


def test_the_end_mark_is_an_end_record_where_a_record_may_begin() -> None:
    """The bytes 0A 00 00 00 also begin the body of any cell in row 11."""
    row_eleven = record(0x0201, b"\x0a\x00\x00\x00\x00\x00")
    cut_in_it = BOF + row_eleven[:8]
    assert cut_in_it.endswith(EOF)
    assert not is_whole(cut_in_it)
    assert is_whole(BOF + row_eleven + EOF)
    assert not is_whole(BOF + EOF + EOF)


def test_the_first_texts_are_told_from_a_stream_that_breaks_off() -> None:
    """Recognition sees half-written files."""
    text = record(0x0204, struct.pack("<HHHH", 0, 0, 0, 3) + b"Sam")
    assert first_texts(BOF + text + text[:-1], 9) == ["Sam"]
    assert first_texts(BOF + text + text + text, 2) == ["Sam", "Sam"]
    assert first_texts(b"Sam", 9) == []

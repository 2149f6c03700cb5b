"""Bytes of a table as text."""

from __future__ import annotations

import pytest

from labsvc.driver.tables.decoding import text_of
from labsvc.errors import ParseError

TEXT = "Pos;CPM;Käfer\n1;12,5;é\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r"])
def test_every_encoding_and_line_end_gives_one_text(codec: str, end: str) -> None:
    """With or without a byte-order mark."""
    assert text_of(TEXT.replace("\n", end).encode(codec), "auto") == TEXT


def test_a_mark_says_more_than_the_setting() -> None:
    """A driver set to cp1252 still reads the file that says it is UTF-16."""
    assert text_of(TEXT.encode("utf-16"), "cp1252") == TEXT


def test_the_named_encoding_is_used_and_no_other() -> None:
    """UTF-8 that is none is refused with the byte, not read as something else."""
    assert text_of(TEXT.encode("latin-1"), "latin-1") == TEXT
    with pytest.raises(ParseError, match="byte 0xe4 at offset 9 is no text in utf-8"):
        text_of(TEXT.encode("cp1252"), "utf-8")


def test_binary_is_refused() -> None:
    with pytest.raises(ParseError, match="binary"):
        text_of(b"Pos;CPM\x00\x00\x00\n1;2\n", "auto")


def test_the_mark_of_an_old_file_end_is_no_text() -> None:
    """DOS programs write 1A after the last line."""
    assert text_of(b"1;2\r\n\x1a", "auto") == "1;2\n"

"""Instrument bytes as text, lines with numbers, figures that are never guessed."""

import pytest

from labsvc.driver import Lines, ParseError, decode, number


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_windows_programs_write(encoding: str) -> None:
    """With a BOM or without, the same text."""
    assert decode("Name: β µ".replace("β", "ß").encode(encoding)) == "Name: ß µ"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r"])
def test_every_line_end_is_one_line_end(end: str) -> None:
    """LF CR too: some counters write it the wrong way round."""
    assert decode(f"a{end}b{end}".encode()) == "a\nb\n"


@pytest.mark.parametrize("content", [b"a\x00b", b"\x81\x8d", b"\xff\xfea\x00b"])
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    """Never replaced by question marks."""
    with pytest.raises(ParseError, match="text report"):
        decode(content)


@pytest.mark.parametrize(
    ("text", "value"), [("21", 21.0), (" 1. ", 1.0), (".5", 0.5), ("-3e2", -300)]
)
def test_a_number_is_read_as_printed(text: str, value: float) -> None:
    """Decimal points, signs and exponents."""
    assert number(text, line=3, what="CPM") == value


@pytest.mark.parametrize("text", ["", "-", "*****", "nan", "inf", "1_000", "0x10", "1 2", "12a"])
def test_what_is_no_number_is_refused_with_its_name_and_line(text: str) -> None:
    """Python's own float() would take some of these."""
    with pytest.raises(ParseError, match=r"line 3: .* where CPM"):
        number(text, line=3, what="CPM")


@pytest.mark.parametrize("text", ["1,5", "1.234,5"])
def test_a_decimal_comma_is_named(text: str) -> None:
    """It comes of a computer set to another language, which a person can change."""
    with pytest.raises(ParseError, match="decimal comma"):
        number(text, line=3, what="CPM")


def test_lines_know_their_numbers() -> None:
    """The line of the text last popped, from 1."""
    lines = Lines("a\n\n\nb")
    assert (lines.pop("a"), lines.line) == ("a", 1)
    assert lines.pop_blank() == 2
    assert (lines.peek(), lines.line) == ("b", 3)


def test_a_text_that_ends_too_soon_says_what_was_expected() -> None:
    """And that it may still be being written."""
    lines = Lines("a")
    lines.pop("a")
    with pytest.raises(ParseError, match=r"line 1: .*expected 'END'.*still"):
        lines.pop("'END'")

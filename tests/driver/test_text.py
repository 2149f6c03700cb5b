"""Instrument bytes as text, lines with numbers, figures that are never guessed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.driver import (
    Capture,
    Lines,
    Locale,
    ParseError,
    decode,
    head_text,
    number,
    numbers,
    report_text,
)
from labsvc.driver.text import LONGEST_LINE, MAX_BYTES, whole


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_text_is_read_in_the_encodings_windows_programs_write(encoding: str) -> None:
    """With a BOM or without, the same text."""
    assert decode("Name: β µ".replace("β", "ß").encode(encoding)) == "Name: ß µ"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r"])
def test_every_line_end_is_one_line_end(end: str) -> None:
    """LF CR too: some counters write it the wrong way round."""
    assert decode(f"a{end}b{end}".encode()) == "a\nb\n"


@pytest.mark.parametrize(
    "content",
    [
        b"a\x00b",
        b"\x81\x8d",
        b"\xff\xfea\x00b",
        b"\x00\x01" * 99,
        b"\x01\x00" * 99,
        b"ab\x00\x00" * 99,
    ],
)
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


@given(
    st.lists(st.text("0123456789.+-eE_\tn\xa0٣", max_size=5) | st.floats().map(str), max_size=4),
    st.sampled_from(["1", "1e999", " 2.5 ", "nan", "1_0", "٣", "1,5"]),
)
def test_a_column_of_numbers_is_each_of_them_in_turn(texts: list[str], last: str) -> None:
    """The same figures, or refused in the same words, with the line of the first that is none."""

    def outcome(read: Callable[[], list[float]]) -> list[float] | str:
        try:
            return read()
        except ParseError as error:
            return str(error)

    column = [*texts, last]
    one_by_one = outcome(lambda: [number(t, line=n, what="CPM") for n, t in enumerate(column, 7)])
    assert outcome(lambda: numbers(column, line=7, what="CPM")) == one_by_one


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


def test_the_lines_up_to_a_blank_one_are_popped_as_they_are_asked_for() -> None:
    """The blank one is the next; at the end of the text they end too."""
    lines = Lines("a\nb\n \nc")
    assert [(line, lines.line) for line in lines.filled()] == [("a", 1), ("b", 2)]
    assert (lines.peek(), lines.pop_blank(), list(lines.filled())) == (" ", 1, ["c"])
    assert lines.peek() is None


def test_a_text_that_ends_too_soon_says_what_was_expected() -> None:
    """And that it may still be being written."""
    lines = Lines("a")
    lines.pop("a")
    with pytest.raises(ParseError, match=r"line 1: .*expected 'END'.*still"):
        lines.pop("'END'")


# -- what a source tells, and size ---------------------------------------------------------------


def capture(content: bytes, **told: str) -> Capture:
    locale = Locale(**told)  # type: ignore[arg-type]
    return Capture("a", "s", datetime(2026, 1, 5, tzinfo=UTC), content, locale=locale)


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        (b"\x81", "cp437", "ü"),
        ("für".encode("utf-16-le"), "utf-16", "für"),
        (b"\xdf\xb5", "cp1252", "ßµ"),
        ("für".encode("utf-8-sig"), "cp1252", "für"),
    ],
)
def test_a_source_tells_the_encoding_and_a_mark_says_more(
    content: bytes, encoding: str, text: str
) -> None:
    """Bytes that are valid UTF-8 by chance too."""
    assert report_text(capture(content, encoding=encoding)) == text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_head_is_the_beginning_of_its_text_wherever_it_is_cut(encoding: str) -> None:
    """No character and no line end is cut in two: recognition sees what the parser will see."""
    text = "Größe für Ålesund\r\n" * 9
    content = text.encode(encoding)
    for size in range(4, len(content) + 4):
        assert text.replace("\r\n", "\n").startswith(head_text(capture(content), size))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_may_hold_any_letter(codec: str) -> None:
    """A name in another script among plain columns; told another encoding, it is binary."""
    text = "Pos,CPM\nA01,1.5,試料 7 ß\n"
    assert decode(text.encode(codec)) == text
    with pytest.raises(ParseError, match="binary"):
        decode(text.encode(codec), "cp1252")


@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\r"])
def test_a_head_cut_at_a_carriage_return_leaves_it_out(end: bytes) -> None:
    """What follows says what it is; a whole text that ends with one keeps its line end."""
    assert head_text(capture(b"abc" + end + b"d"), 4) == "abc"
    assert head_text(capture(b"abc\r"), 4) == "abc\n"


def test_a_decimal_comma_is_a_number_only_where_it_is_told() -> None:
    """And then a point is none."""
    assert number(" 1234,5 ", line=1, what="CPM", decimal="comma") == 1234.5
    with pytest.raises(ParseError, match="the decimal sign is a comma"):
        number("1.234", line=1, what="CPM", decimal="comma")


def test_a_line_longer_than_any_is_refused_with_its_number() -> None:
    """Lines just short of it are read."""
    whole = "x" * LONGEST_LINE
    assert decode(f"a\n{whole}\nb\n".encode()) == f"a\n{whole}\nb\n"
    with pytest.raises(ParseError, match=r"line 3: a line has more than 1,000,000 characters"):
        decode(f"a\n{whole}\n{whole}x\nb".encode())


def test_more_bytes_than_a_source_takes_are_refused() -> None:
    """Unread."""
    with pytest.raises(ParseError, match="at most 209,715,200"):
        decode(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "a\n\nb", "\n\n"])
def test_lines_are_those_of_the_text(text: str) -> None:
    """Cut one by one, and counted as an editor counts them."""
    lines, found = Lines(text), []
    while lines.peek() is not None:
        found.append(lines.pop("a line"))
    assert found == text.split("\n")
    assert lines.line == len(found)


def test_the_rest_of_a_text_begins_with_the_next_line() -> None:
    """It is looked at and not taken; at the end there is none."""
    lines = Lines("a\nb\nc\n")
    lines.pop("a line")
    assert lines.rest() == "b\nc\n"
    assert lines.pop("a line") == "b"
    for _ in range(2):
        lines.pop("a line")
    assert lines.peek() is None
    assert lines.rest() == ""


def test_a_whole_number_is_as_long_as_a_float_holds() -> None:
    """A run of digits that Python itself would not read is a ParseError like any other."""
    assert whole("007", line=1, what="CYC") == 7
    for text in ("1.5", "", "-1", "²", "1" * 16, "1" * 5000):
        with pytest.raises(
            ParseError, match=r"line 3: found .*CYC \(a whole number\) was expected"
        ):
            whole(text, line=3, what="CYC")

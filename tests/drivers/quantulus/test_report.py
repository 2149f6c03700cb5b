"""The registry cut into headers and records."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.quantulus.report import is_date_line, is_path_line, read_registry, text_of

TEXT = text_of((Path(__file__).parent / "data" / "REGISTRY.TXT").read_bytes())


def test_each_header_opens_a_run() -> None:
    """The file is appended to: two headers, two and one records."""
    sections = tuple(read_registry(TEXT))
    assert [len(section.entries) for section in sections] == [2, 1]
    assert sections[1].header.named["ID"] == "NET UPTAKE, COLUMN 2"


def test_a_header_is_kept_to_the_letter() -> None:
    """Lines with no meaning known to us too: those above the date, and SELECTED PRINTOUT."""
    header = next(iter(read_registry(TEXT))).header
    assert header.lines[0] == "QUANTULUS 1220"
    assert "SELECTED PRINTOUT             1,2" in header.lines
    assert "\n".join(header.lines) in TEXT


def test_windows_are_named_by_their_channels() -> None:
    """From, to, multichannel analyser and its half."""
    windows = next(iter(read_registry(TEXT))).header.windows
    assert windows[0] == "5-320 MCA 1 HALF 1"
    assert windows[7] == "50-250 MCA 1 HALF 2"


def test_a_name_of_several_words_stands_before_the_first_figures() -> None:
    """The last six words of the line are figures, what is before them is the sample."""
    (entry,) = tuple(read_registry(TEXT))[1].entries
    assert entry.sample == "MPP 1 uM"
    assert entry.figures[0] == ("871.50", "4348", "3.03")


def test_the_registry_is_latin_1() -> None:
    """Every byte is a letter, also those that Windows leaves undefined."""
    assert text_of(b"ID: f\xfcr \x81\r\n") == "ID: für \x81\n"


def test_bytes_that_are_no_text_are_refused() -> None:
    """A binary file is not read as a registry."""
    with pytest.raises(ParseError, match="binary"):
        text_of(b"MON\x00")


@pytest.mark.parametrize("line", ["MON 05 JAN 2026  17:42", "  JAN 05 MON 2026 7:42 "])
def test_a_date_line_is_known(line: str) -> None:
    """Three capitals, a day, a word, a year, a time."""
    assert is_date_line(line)


@pytest.mark.parametrize("line", ["Mon 05 JAN 2026 17:42", "Q000001N.001  05 JAN 2026 17:44", ""])
def test_another_line_is_no_date_line(line: str) -> None:
    """A record's head least of all."""
    assert not is_date_line(line)


def test_a_path_line_is_known() -> None:
    """By its stars on both sides."""
    assert is_path_line("*** DIRECTORY PATH :C:/QDATA ***")
    assert not is_path_line("DIRECTORY PATH :C:/QDATA")


def test_a_damaged_record_head_never_loses_the_record() -> None:
    """Its figures cannot be taken for text of a header."""
    with pytest.raises(ParseError, match=r"1   1   1   5:00\.412"):
        tuple(read_registry(TEXT.replace("Q000001N.001", "X.001", 1)))

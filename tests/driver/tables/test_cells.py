"""Rows out of bytes; the readings are the same whatever carries them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsvc.driver.table import TableDriver
from labsvc.driver.tables import cells, figures
from labsvc.driver.tables.cells import (
    MAX_ROWS,
    Row,
    Sheet,
    block,
    check_end,
    from_block,
    matches,
    name,
    said,
    sheets,
    text_rows,
)
from labsvc.driver.tables.spec import SEPARATORS, Separator
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.locale import Decimal
from labsvc.model.run import CountRun, Record
from tests.driver.tables.examples import driver

NUMBERS = st.floats(0, 1e7).map(lambda value: round(value, 3))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


def row(*cells: str) -> Row:
    return Row(1, cells)


def table(values: list[float], decimal: Decimal, separator: str) -> str:
    lines = [["Run", "Prot", "Rack", "Pos", "Code", "Time", "Datum", "Counts", "CCPM"]]
    for position, value in enumerate(values, 1):
        cells = ["88", "5", "1", str(position), "Käfer é", "60", "03.04.2026 14:05:00", "7",
                 figures.written(value, decimal)]  # fmt: skip
        lines.append([f'"{cell}"' if separator in cell else cell for cell in cells])
    return "".join(f"{separator.join(cells)}\n" for cells in lines)


def read(content: bytes, decimal: Decimal, separator: Separator) -> tuple[Record, ...]:
    spec = replace(driver("wizard-1470").spec, decimal=decimal, separator=separator)
    captured = Capture("x", "test", datetime(2026, 1, 5, tzinfo=UTC), content)
    return tuple(TableDriver(spec).parse(captured))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(NUMBERS, min_size=1, max_size=4),
    decimal=st.sampled_from(["point", "comma"]),
    separator=st.sampled_from(["comma", "semicolon", "tab"]),
    told=st.booleans(),
    encoding=st.sampled_from(ENCODINGS),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\r"]),
)
def test_the_locale_of_a_file_does_not_change_its_readings(
    values: list[float], decimal: Decimal, separator: Separator, told: bool, encoding: str, end: str
) -> None:
    """Decimal sign x separator (told or found) x encoding x line end: the same run, each time."""
    text = table(values, decimal, SEPARATORS[separator]).replace("\n", end)
    found = read(text.encode(encoding), decimal, separator if told else "auto")
    expected = read(table(values, "point", "\t").encode(), "point", "tab")
    assert found == expected
    (run,) = found
    assert isinstance(run, CountRun)
    assert [one.channels[0].cpm for one in run.readings] == values
    assert {one.sample for one in run.readings} == {"Käfer é"}


@pytest.mark.parametrize("decimal", ["point", "comma"])
def test_a_separator_inside_quotes_cuts_nothing(decimal: Decimal) -> None:
    assert [one.cells for one in text_rows('a,"1,5"\n', ",")] == [("a", "1,5")]


def test_rows_know_the_line_they_begin_on() -> None:
    """A quoted cell may hold a line end."""
    rows = list(text_rows('a,"x\ny"\n\nb,c\n', ","))
    assert [one.line for one in rows] == [1, 3, 4]
    assert rows[1].blank


def test_broken_quotes_and_endless_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line; a list of the largest size that a source takes has three million rows."""
    assert MAX_ROWS == 3_000_000
    monkeypatch.setattr(cells, "MAX_ROWS", 1000)
    with pytest.raises(ParseError, match="line 2: this is no row of a table"):
        list(text_rows('a,b\n"x,y\n', ","))
    with pytest.raises(ParseError, match="line 1001: the table is larger than 1,000 rows"):
        list(text_rows("1\n" * 1001, ","))


def test_rows_survive_being_kept_as_text() -> None:
    """Quotes, tabs, line ends, blank rows at the end."""
    rows = [row("a", 'b"c', "d\te"), row(), row("x\ny"), row()]
    assert from_block(block(rows)) == [one.cells for one in rows]


def test_names_are_alike_without_case_blanks_and_colon() -> None:
    assert name(" Protocol\u00a0 No: ") == name("protocol no") == "protocol no"


def test_patterns_are_held_against_the_words_of_a_row() -> None:
    found = matches(r"^Plate (\d+)", row("", "Plate", " 3 "))
    assert found is not None
    assert found[1] == "3"
    assert said(row("", "Plate", " 3 ")) == "Plate 3"
    assert matches(None, row("x")) is None


@pytest.mark.parametrize(
    ("last", "closed", "end", "why"),
    [
        ("1;2", False, None, "has no line end"),
        ("1;2", True, "^END$", "expected the end of the run"),
        ("Total 12", False, r"^Total \d+$", "has no line end"),
        ("END", False, "^END$", None),
        ("END", True, "^END$", None),
        ("1;2", True, None, None),
    ],
)
def test_an_end_that_is_not_there_is_seen(
    last: str, closed: bool, end: str | None, why: str | None
) -> None:
    """A number in the last line may be cut in two: only its line end tells that it is whole."""
    sheet = Sheet((row("x"), row(last), row()), closed=closed)
    if why is None:
        check_end(sheet, end)
        return
    with pytest.raises(ParseError, match=why):
        check_end(sheet, end)


def test_only_the_head_is_looked_at_for_recognition() -> None:
    """Cut at a line end, so that no character is cut in two; in UTF-16 too."""
    spec = driver("wizard-1470").spec
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        content = table([1.5] * 50, "comma", ";").encode(codec)
        (sheet,) = sheets(content, spec, head=400)
        assert 0 < len(sheet.rows) < 12
        assert sheet.rows[0].cells[0] == "Run"

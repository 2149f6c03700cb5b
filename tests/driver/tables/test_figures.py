"""Numbers as tables spell them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.driver.tables.figures import Value, figure, has_decimals, spelled, whole, written
from labsvc.errors import ParseError
from labsvc.model.locale import Decimal


def read(text: Value, decimal: Decimal = "point") -> float:
    return figure(text, decimal, line=3, what="CPM")


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1234.5", "point", 1234.5),
        ("1234,5", "comma", 1234.5),
        ("12 345,5", "comma", 12345.5),
        ("12\u202f345,5", "comma", 12345.5),
        ("12\u00a0345\u00a0678", "point", 12345678.0),
        ("12\u2009345.25", "point", 12345.25),
        ("12'345.25", "point", 12345.25),
        ("1,2e3", "comma", 1200.0),
        ("\u2212.5", "point", -0.5),
        (42.0, "comma", 42.0),
    ],
)
def test_numbers_are_read_as_they_are_told(text: Value, decimal: Decimal, expected: float) -> None:
    """Thin spaces and apostrophes group; the sign is the one that is told."""
    assert read(text, decimal) == expected


@pytest.mark.parametrize(
    ("text", "decimal", "why"),
    [
        ("1234,5", "point", "line 3: found '1234,5' where CPM .* read with a decimal point"),
        ("1234.5", "comma", "read with a decimal comma"),
        ("1,234.5", "point", "a comma and a point, and which of them groups thousands"),
        ("1.234,5", "comma", "a comma and a point, and which of them groups thousands"),
        ("12 34", "point", "found '12 34'"),
        ("1234 567", "point", "found '1234 567'"),
        ("=A1*2", "point", "a formula"),
        ("", "point", "found ''"),
        ("1e999", "point", "too large"),
        ("nan", "point", "found 'nan'"),
        ("\u0661\u0662", "point", "found"),
        (datetime(2026, 4, 3), "point", "found '2026-04-03 00:00:00'"),
        (float("inf"), "point", "too large"),
    ],
)
def test_what_is_no_number_is_refused(text: Value, decimal: Decimal, why: str) -> None:
    """With its line, its text and, where one can be told, the reason."""
    with pytest.raises(ParseError, match=why):
        read(text, decimal)


@given(st.floats(-1e12, 1e12), st.sampled_from(["point", "comma"]))
def test_what_is_written_is_read(value: float, decimal: Decimal) -> None:
    """Every figure, with either sign."""
    assert read(written(value, decimal), decimal) == value


@given(st.floats(0.001, 1e9).filter(lambda value: not value.is_integer()))
def test_the_other_sign_is_never_read(value: float) -> None:
    """A comma is never taken for a grouping, nor a point."""
    with pytest.raises(ParseError):
        read(written(value, "comma"), "point")


def test_whole_numbers_from_1() -> None:
    """Plates and repeats; a workbook has them as floats."""
    assert (whole("03", line=1, what="plate"), whole(2.0, line=1, what="plate")) == (3, 2)
    for text in ("0", "1.5", "-1", "x", "9999999999"):
        with pytest.raises(ParseError, match="plate"):
            whole(text, line=1, what="plate")


def test_cells_are_spelled_as_people_write_them() -> None:
    """A whole float has no point; blanks of every width are trimmed."""
    values: list[Value] = [3.0, 2.5, "\u00a0x ", datetime(2026, 4, 3, 9)]
    assert [*map(spelled, values)] == ["3", "2.5", "x", "2026-04-03 09:00:00"]


def test_which_sign_a_text_shows() -> None:
    assert has_decimals("1,5", "comma")
    assert not has_decimals("1,5", "point")
    assert not has_decimals("15", "comma")

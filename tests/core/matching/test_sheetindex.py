"""Run sheets found without reading through all of them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.matching.recognition import plate_identity, shown
from labsvc.core.matching.sheetindex import SheetIndex, belonging, belongs
from tests.core.bench import PROTOCOL, SHEET, unit

DAY = date(2026, 3, 2)
NAMED = replace(SHEET, name="named", plate_id=None, count_file="NET-*.txt")
DATED = replace(NAMED, name="dated", count_file=None, count_date=DAY)
ALL = (SHEET, NAMED, DATED)


def test_it_is_the_run_sheets_in_their_order() -> None:
    """Also after a journey to another process; and is not built twice."""
    index = SheetIndex(ALL)
    assert index == ALL
    again = pickle.loads(pickle.dumps(index))
    assert again == ALL
    assert list(again.of_plate("net-binding", "NET-0147")) == [SHEET]
    assert SheetIndex.of(index) is index


def test_a_plate_finds_its_own_whatever_the_case() -> None:
    """Of that protocol only, and never one that names a count."""
    index = SheetIndex((*ALL, replace(SHEET, protocol="other")))
    assert list(index.of_plate("net-binding", "net-0147")) == [SHEET]
    assert list(index.of_plate("net-binding", "NET-0148")) == []


def test_a_count_finds_what_may_name_it() -> None:
    """By the day and the beginning of the file's name, whatever the case."""
    index = SheetIndex(ALL)
    assert list(index.naming_count("net-0147.txt", DAY)) in ([NAMED, DATED], [DATED, NAMED])
    assert list(index.naming_count("SERT-1.txt", DAY)) == [DATED]
    assert list(index.naming_count("NET-1.csv", date(2026, 3, 3))) == [NAMED]
    assert list(index.naming_count("NET-1.csv", None)) == [NAMED]


@given(
    st.lists(st.tuples(st.sampled_from(["NET-1", "net-2", None]),
                       st.sampled_from(["*", "?ET-1*", "NET-1.txt", "n*2.t?t", "[x]*", None]),
                       st.sampled_from([DAY, None])), max_size=6),
    st.sampled_from(["NET-1.txt", "net-2.txt", "[x]1.txt", "other.csv"]),
)  # fmt: skip
def test_the_index_finds_what_reading_through_all_would_find(
    written: list[tuple[str | None, str | None, date | None]], name: str
) -> None:
    """Whatever run sheets there are: none is missed, and none is added."""
    sheets = [
        replace(SHEET, name=str(n), plate_id=plate, count_file=file, count_date=day)
        for n, (plate, file, day) in enumerate(written)
        if plate or file or day
    ]
    seen = shown(unit(name=name))
    identity = plate_identity(seen, PROTOCOL)
    found = {sheet.name for _, sheet in belonging(seen, [PROTOCOL], sheets)}
    assert found == {sheet.name for sheet in sheets if belongs(seen, sheet, identity)}

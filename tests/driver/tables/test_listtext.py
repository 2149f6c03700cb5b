"""The rows of a list, from runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from labsvc.driver.tables.listtext import list_table
from labsvc.driver.tables.spelling import Spelling
from labsvc.model.run import Channel, CountRun, Instrument, Reading
from tests.driver.tables.examples import driver

SPEC = driver("cobra-csv").spec


def reading(position: str, plate: int | None = None) -> Reading:
    return Reading(position, 1, (Channel("1", cpm=1.0, counts=2.0),), plate=plate,
                   counted_at=datetime(2026, 4, 3, 9, 15))  # fmt: skip


def test_date_and_clock_have_a_column_each() -> None:
    run = CountRun("k", Instrument("x"), (reading("1"),))
    _, row = list_table([run], SPEC, Spelling(SPEC), twice=False)[-2:]
    assert ("04/03/2026", "09:15:00") in [(row[4], row[5])]


def test_the_first_reading_stands_twice_on_request() -> None:
    run = CountRun("k", Instrument("x"), (reading("1"), reading("2")))
    rows = list_table([run], SPEC, Spelling(SPEC), twice=True)
    assert rows[-3] == rows[-2] != rows[-1]


def test_a_marker_is_written_where_the_plate_changes() -> None:
    """As it was kept, or as Plate n where the pattern allows that."""
    spec = replace(SPEC, plate_marker=r"^Plate (\d+)", labels={})
    run = CountRun("k", Instrument("x"), (reading("A01", 1), reading("A01", 2)))
    rows = list_table([run], spec, Spelling(spec), twice=False)
    assert [row for row in rows if len(row) == 1] == [("Plate 1",), ("Plate 2",)]
    with pytest.raises(ValueError, match="marker of plate 1 is spelled is not known"):
        list_table([run], replace(spec, plate_marker="^Rack"), Spelling(spec), twice=False)


def test_columns_of_another_table_are_an_error() -> None:
    run = CountRun("k", Instrument("x"), (reading("1"),), extras={"header": "a\tb\n"})
    with pytest.raises(ValueError, match="not those of cobra-csv"):
        list_table([run], SPEC, Spelling(SPEC), twice=False)

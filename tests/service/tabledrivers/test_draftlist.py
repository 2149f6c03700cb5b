"""What a list shows of itself."""

from __future__ import annotations

from labsvc.driver.tables.cells import text_rows
from labsvc.service.tabledrivers.draftlist import list_part
from labsvc.service.tabledrivers.drafttext import Part
from labsvc.service.tabledrivers.guess import guess_header
from tests.driver.tables.examples import COBRA, WIZARD


def part(text: str, separator: str) -> Part:
    rows = list(text_rows(text, separator))
    guess = guess_header(rows)
    assert guess is not None
    return list_part(rows, guess, padded=False)


def test_columns_labels_marks_and_end_of_a_list() -> None:
    found = part(COBRA, ",")
    assert found.columns is not None
    assert found.columns["clock"] == "Clock"
    assert found.labels["run_id"] == "Run ID"
    assert (found.not_counted, found.overflow) == (("Missing",), ("*****",))
    assert (found.end, found.skip) == ("^End of run$", ("^Average A",))
    assert found.unit == "min"


def test_what_is_open_is_said() -> None:
    """The unit of a time with few counts, the order of 03.04., a row without a place."""
    found = part(WIZARD.replace("10 234,5", "234,5"), ";")
    said = " ".join(found.notes)
    assert found.decimal == "comma"
    assert found.order is None
    assert "live_time" not in (found.columns or {})
    assert "whether 'Time' is in seconds or minutes is not shown" in said
    assert "line 5 is skipped as no reading: 'Summe" in said
    assert found.skip_without_position


def test_a_column_time_may_be_a_clock() -> None:
    found = part("Pos,Date,Time,CPM\n1,2026-04-03,9:15:00,5\n", ",")
    assert found.columns is not None
    assert found.columns["clock"] == "Time"
    assert "live_time" not in found.columns


def test_a_unit_in_the_name_is_taken() -> None:
    assert part("Pos,Time (min),CPM\n1,2,5\n", ",").unit == "min"

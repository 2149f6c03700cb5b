"""From the table to runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun
from labsvc_drivers.wizard2 import Wizard2

SAMPLE = (Path(__file__).parent / "data" / "005120.csv").read_bytes()
SECOND = (Path(__file__).parent / "data" / "two runs, two nuclides.csv").read_bytes()


def runs_of(content: bytes) -> list[CountRun]:
    capture = Capture("a.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), content)
    return [record for record in Wizard2().parse(capture) if isinstance(record, CountRun)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_saved_again_as_unicode_reads_the_same(encoding: str) -> None:
    """Spreadsheets and Notepad add a byte order mark."""
    again = SAMPLE.decode().encode(encoding)
    capture = Capture("a.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), again)
    assert Wizard2().recognises(capture).claimed
    assert runs_of(again) == runs_of(SAMPLE)


def test_rows_of_two_runs_are_two_runs() -> None:
    """Even where they alternate: each keeps its own order."""
    header, *rows = SECOND.splitlines(keepends=True)
    mixed = b"".join([header, rows[0], rows[3], rows[1], rows[2]])
    assert runs_of(mixed) == runs_of(SECOND)
    assert [run.extras["Run ID"] for run in runs_of(SECOND)] == ["5133", "5134"]


def test_columns_may_stand_in_another_order() -> None:
    """Cells are found by the name of their column."""
    rows = [line.split(b",") for line in SAMPLE.splitlines()]
    turned = b"".join(b",".join(reversed(cells)) + b"\r\n" for cells in rows)
    assert runs_of(turned)[0].readings == runs_of(SAMPLE)[0].readings


def test_a_column_nobody_knows_is_kept() -> None:
    """By its name, where it is not blank."""
    lines = SAMPLE.splitlines()
    wider = [lines[0] + b",Batch", lines[1] + b",K7", *(line + b"," for line in lines[2:]), b""]
    readings = runs_of(b"\r\n".join(wider))[0].readings
    assert readings[0].extras["Batch"] == "K7"
    assert "Batch" not in readings[1].extras


def test_a_tube_counted_again_is_its_next_repeat() -> None:
    """Same rack and position at another time."""
    readings = runs_of(SECOND)[0].readings
    assert [(one.position, one.repeat) for one in readings] == [("1", 1), ("2", 1), ("1", 2)]


def test_another_completion_status_is_a_warning_and_kept() -> None:
    """0 is the only one whose meaning is known."""
    first, second = runs_of(SECOND)
    assert "completion status other than 0 for 1 of 3 tubes" in first.warnings[0]
    assert first.readings[2].extras["Completion status"] == "2"
    assert second.warnings == ()

"""What every driver promises, for the shipped table drivers: lists, a grid, a workbook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, ParseError, State
from labsvc.driver.table import TableDriver
from labsvc.driver.testing import DriverContract, Refused
from tests.driver.tables.examples import COBRA, GRID_HEAD, GRIDS, SAMPLES, WIZARD, driver, sample

DATA = Path(__file__).parent / "tables" / "data"
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.json")}
OUTCOMES = {
    "truncated": Refused("cut short"),
    "duplicated": Refused("stands twice|where row B of the grid was expected"),
    "decimal_comma": Refused("read with a decimal (point|comma)"),
}


def changed(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


class TestList(DriverContract):
    driver = driver("cobra-csv")
    samples = SAMPLES["cobra-csv"]
    goldens = GOLDENS
    fault_outcomes = OUTCOMES
    bad = {  # noqa: RUF012
        "no column names": (changed(COBRA, "Pos,Rack", "Place,Rack"), "no row has the column na"),
        "a column twice": (changed(COBRA, ",Det\n", ",CPM\n"), "'CPM' and 'CPM' are both meant"),
        "a row cut short": (changed(COBRA, ",10198.5,1\n", "\n"), "line 8: found 7 cells .* are 9"),
        "a bare decimal comma": (changed(COBRA, "10198.5", "10198,5"), "decimal comma splits a"),
        "a quoted decimal comma": (
            changed(COBRA, "10198.5", '"10198,5"'),
            "line 8: found '10198,5' where CPM .* read with a decimal point",
        ),
        "both signs": (changed(COBRA, "10198.5", '"10,198.5"'), "a comma and a point, and which"),
        "a formula": (changed(COBRA, "10198.5", "=H8*2"), "formulas are not evaluated"),
        "a mark nobody told of": (changed(COBRA, "Missing", "n/a"), "'n/a' where Counts"),
        "no position": (changed(COBRA, "2,A,Total 2", ",A,Total 2"), "line 9: found no position"),
        "no such day": (changed(COBRA, "03/04/2026,9:12", "13/04/2026,9:12"), "'13/04/2026 9:12"),
        "text below the end": ((COBRA + "1,A,x\n").encode(), "expected the end of the run"),
        "an end in the middle": (
            changed(COBRA, "4,A,NSB", "End of run,,,,,,,,\n4,A,NSB"),
            "below the end of the run in line 11",
        ),
        "another run id below": (
            changed(COBRA, "Average A,", "Run ID,0418\nAverage A,"),
            "line 12: found 2 cells",
        ),
        "two run ids": (changed(COBRA, "Serial no", "Run ID,9\nSerial no"), "'9' as the run_id"),
        "a workbook": (sample("microbeta2-xlsx"), "is a workbook; this driver reads a text"),
    }


class TestListWithDecimalCommas(DriverContract):
    driver = driver("wizard-1470")
    samples = SAMPLES["wizard-1470"]
    goldens = GOLDENS
    has_end_mark = False
    fault_outcomes = OUTCOMES
    bad = {  # noqa: RUF012
        "a decimal point": (changed(WIZARD, "480,75", "480.75"), "read with a decimal comma"),
        "both signs": (changed(WIZARD, "480,75", "1.480,75"), "a comma and a point, and which"),
        "month first": (changed(WIZARD, "03.04.2026 14", "04.13.2026 14"), "month must be in"),
        "no line end": (WIZARD.rstrip().encode(), "has no line end: it was cut short"),
    }


class TestGrid(DriverContract):
    driver = driver("microbeta2-grid")
    samples = SAMPLES["microbeta2-grid"]
    goldens = GOLDENS
    fault_outcomes = OUTCOMES
    bad = {  # noqa: RUF012
        "a row is missing": (
            changed(GRID_HEAD + GRIDS, "C\t640.25\t610\t599\t14\t12\t11\t\n", ""),
            "found 'D 330 .*' where row C of the grid",
        ),
        "a cell is missing": (changed(GRID_HEAD + GRIDS, "\t1210\t1199.5", "\t1199.5"), "where CC"),
        "a blank cell": (changed(GRID_HEAD + GRIDS, "\t1210\t", "\t\t"), "found '' where CCPM1"),
        "a grid twice": (changed(GRID_HEAD + GRIDS, "CCPM1%", "CCPM1"), "in two sizes|twice"),
        "no grid": ((GRID_HEAD + "END\n").encode(), "no row of 1, 2, ... 12 above a plate"),
    }


class TestWorkbook(DriverContract):
    driver = driver("microbeta2-xlsx")
    samples = SAMPLES["microbeta2-xlsx"]
    goldens = GOLDENS
    fault_outcomes = OUTCOMES
    bad = {  # noqa: RUF012
        "a text": (COBRA.encode(), "is no workbook .* this driver reads a workbook"),
        "cut short": (sample("microbeta2-xlsx")[:-1], "cannot be read .* it was cut short"),
    }


def parse(table: TableDriver, content: bytes) -> Sequence[CountRun]:
    runs = table.parse(Capture("x", "test", datetime(2026, 1, 5, tzinfo=UTC), content))
    return [run for run in runs if isinstance(run, CountRun)]


def with_order(order: str | None) -> TableDriver:
    return TableDriver(replace(driver("wizard-1470").spec, date_order=order))  # type: ignore[arg-type]


def test_a_date_whose_order_is_not_told_is_said_and_not_read() -> None:
    """The counts stand; the time does not, and the printed date is kept."""
    (run,) = parse(with_order(None), sample("wizard-1470"))
    assert run.counted_at is None
    assert run.counted_at_text == "03.04.2026 14:05:00"
    assert run.readings[0].extras["Datum"] == "03.04.2026 14:05:00"
    assert [word for word in run.warnings if "whether day or month comes first" in word]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("day_first", datetime(2026, 4, 3, 14, 5)), ("month_first", datetime(2026, 3, 4, 14, 5))],
)
def test_the_order_that_is_told_is_the_order_read(order: str, expected: datetime) -> None:
    (run,) = parse(with_order(order), sample("wizard-1470"))
    assert run.counted_at == run.readings[0].counted_at == expected
    assert not run.warnings


def test_not_counted_zero_and_overflow_are_told_apart() -> None:
    """A mark is no figure, nought is one, and stars are neither."""
    (run,) = parse(driver("cobra-csv"), COBRA.replace("9951.5", "0").encode())
    states = [one.state for one in run.readings]
    assert states == [State.COUNTED, State.COUNTED, State.NOT_COUNTED, State.OVERFLOW,
                      State.COUNTED]  # fmt: skip
    assert run.readings[1].channels[0].cpm == 0
    assert run.readings[2].channels == ()
    assert run.readings[3].channels[0].cpm is None


def test_a_run_that_says_nothing_of_itself_is_known_by_its_first_reading() -> None:
    """And that is said: an empty plate counted twice would be one run."""
    text = "Well;CPM\nA1;12,5\nA2;7\n"
    spec = replace(
        driver("wizard-1470").spec, header=(), columns={"position": ("Well",)}, labels={},
        channels=(replace(driver("wizard-1470").spec.channels[0], quantities={"cpm": ("CPM",)}),),
    )  # fmt: skip
    (one,) = parse(TableDriver(spec), text.encode())
    (same,) = parse(TableDriver(spec), (text + "A3;1\n").encode())
    (other,) = parse(TableDriver(spec), text.replace("12,5", "12,6").encode())
    assert one.run_key == same.run_key != other.run_key
    assert "neither date nor run id" in one.warnings[0]


def test_runs_of_one_list_are_told_apart_by_their_columns() -> None:
    """Two run ids in one file are two runs, each with its own order."""
    text = WIZARD.replace("88;5;2;1", "89;5;1;1")
    first, second = parse(driver("wizard-1470"), text.encode())
    assert (first.extras["run_id"], second.extras["run_id"]) == ("88", "89")
    assert [one.order for one in second.readings] == [1]


def test_a_place_counted_again_later_is_its_next_repeat() -> None:
    (run,) = parse(driver("wizard-1470"), WIZARD.replace("88;5;2;1", "88;5;1;1").encode())
    assert [(one.position, one.repeat) for one in run.readings] == [
        ("1", 1), ("2", 1), ("3", 1), ("1", 2)]  # fmt: skip


def test_a_part_of_the_key_that_is_not_there_is_refused() -> None:
    """A key without its run id would join runs."""
    with pytest.raises(ParseError, match="does not say its run_id"):
        parse(driver("cobra-csv"), changed(COBRA, "Run ID,0417", "Batch,0417"))

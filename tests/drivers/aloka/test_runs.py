"""From the table to the run."""

from pathlib import Path

from labsvc.driver import CountRun, Quench
from labsvc_drivers.aloka.report import read_table
from labsvc_drivers.aloka.runs import run_of

DATA = Path(__file__).parent / "data"
HEADER = "My No;SN;RN;ESCR;A-CPM;REMARK;SCCR;COUNT_DATE;COUNT_HOUR"


def read(*rows: str) -> CountRun:
    return run_of(read_table("\n".join([HEADER, *rows, ""])))


def test_a_count_time_without_unit_is_no_live_time() -> None:
    """Minutes and seconds are both met; the cell is kept."""
    table = read_table((DATA / "decimal_commas.csv").read_text())
    first = run_of(table).readings[0]
    assert (first.live_time_s, first.extras["COUNT_TIME"]) == (None, "2,00")


def test_an_unclear_date_is_said_and_not_taken() -> None:
    """The printed text stays."""
    run = read("1;1;1;;5,5;;;03/04/2026;9:00")
    assert (run.counted_at, run.readings[0].counted_at) == (None, None)
    assert run.counted_at_text == "03/04/2026 9:00"
    assert "day/month or month/day" in run.warnings[0]


def test_a_comma_that_could_part_thousands_is_said() -> None:
    """1,234 everywhere; one figure such as 0,583 shows that it does not, or the source tells."""
    rows = ("1;1;1;;1,234;;;2026/01/05;9:00", "1;2;1;;850;;;2026/01/05;9:02")
    run = read(*rows)
    assert run.readings[0].channels[0].cpm == 1.234
    assert "figures such as '1,234' could hold a thousands mark" in run.warnings[0]
    assert read(rows[0], rows[1].replace("850", "0,583")).warnings == ()
    table = read_table("\n".join([HEADER, *rows, ""]))
    assert run_of(table, decimal="comma").warnings == ()


def test_escr_is_the_quench_index_before_sccr() -> None:
    """And SCCR where ESCR is blank."""
    first, second = read(
        "1;1;1;12,1;5,5;;300,5;2026/01/05;9:00", "1;2;1;;5,5;;300,5;2026/01/05;9:02"
    ).readings
    assert first.quench == Quench("ESCR", 12.1)
    assert second.quench == Quench("SCCR", 300.5)


def test_a_rate_of_asterisks_is_not_printed() -> None:
    """No zero: the rate is None, the reading flagged and the cell kept."""
    (reading,) = read("1;1;1;;*****;;;2026/01/05;9:00").readings
    assert (reading.channels[0].cpm, reading.flags) == (None, ("asterisks",))
    assert reading.extras["A-CPM"] == "*****"


def test_a_column_nobody_knows_is_text() -> None:
    """A comma in it is no decimal mark."""
    (reading,) = read("1;1;1;;5.5;blank, old;;2026/01/05;9:00").readings
    assert (reading.channels[0].cpm, reading.extras["REMARK"]) == (5.5, "blank, old")

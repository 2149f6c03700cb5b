"""Lists of runs that never came from a file."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, Instrument, Quench, Reading
from labsvc_drivers.hidex300 import Hidex300
from labsvc_drivers.hidex300.listwriting import write_list

AT = datetime(2026, 3, 17, 9, 5, 0)
COLUMNS = "Pos;SampleType;Rpt;CPMroi1;CPMroi2;QPE;EndTime"


def run_of(columns: str = COLUMNS, **fields: object) -> CountRun:
    channels = (Channel("ROI1", cpm=500.25), Channel("ROI2", cpm=8.0))
    reading = Reading("A01", 1, channels, counted_at=AT, quench=Quench("QPE", 780.5))
    reading = reading._replace(**fields)  # type: ignore[arg-type]
    return CountRun("k", Instrument("Acme"), (reading,), extras={"columns": columns})


def test_a_run_with_column_names_is_written_as_a_list() -> None:
    """Only what is known: the sample's type stays blank."""
    written = Hidex300().simulate([run_of()]).decode()
    assert written == f"{COLUMNS}\r\nA01;;1;500.25;8;780.5;17/03/2026 09:05:00\r\n"


def test_decimal_commas_are_written_where_the_run_has_them() -> None:
    """Between semicolons."""
    run = run_of()
    written = write_list(replace(run, extras={**run.extras, "decimal mark": "comma"}), None)
    assert b";500,25;8;780,5;" in written


def test_what_was_written_is_read_again() -> None:
    """Both windows, position and time."""
    capture = Capture("a.csv", "t", datetime(2026, 3, 17, tzinfo=UTC), write_list(run_of(), None))
    (run,) = Hidex300().parse(capture)
    assert isinstance(run, CountRun)
    (reading,) = run.readings
    assert [(c.name, c.cpm) for c in reading.channels] == [("ROI1", 500.25), ("ROI2", 8.0)]
    assert (reading.position, reading.counted_at) == ("A01", AT)


@pytest.mark.parametrize(
    ("run", "fault", "why"),
    [
        (run_of("Pos;Rpt"), None, "does not name the columns of a Hidex list"),
        (run_of(channels=(Channel("ROI1", cpm=1.0),)), None, "A01 lacks ROI2"),
        (run_of(extras={"SampleType": "a;b"}), None, "A01 holds ';'"),
        (
            run_of(channels=(Channel("ROI1", cpm=1.0), Channel("ROI2", cpm=2.0)), quench=None),
            "decimal_comma",
            "no figure with a decimal sign",
        ),
    ],
)
def test_what_cannot_be_written_is_said(run: CountRun, fault: str | None, why: str) -> None:
    """A rate that nobody measured is not made up."""
    with pytest.raises(ValueError, match=why):
        write_list(run, fault)

"""What the simulator sends where the run does not say."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labsvc.driver import (
    CalibrationRun,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    ParseError,
    Reading,
    State,
)
from labsvc_drivers.tricarb_2100tr.report import read_stream
from labsvc_drivers.tricarb_2100tr.simulate import write_stream

REPORT = (Path(__file__).parent / "data" / "calibration.bin").read_text("ascii")


def calibration() -> CalibrationRun:
    (run,) = read_stream(REPORT)
    assert isinstance(run, CalibrationRun)
    return run


def test_a_run_of_another_counter_is_sent_as_window_a() -> None:
    """Places that were not counted are not sent; each vial comes a count and a minute later."""
    readings = (
        Reading("A01", 1, (Channel("1", cpm=12.5),), live_time_s=300.0),
        Reading("A02", 2, state=State.NOT_COUNTED),
        Reading("A03", 3, (Channel("1", cpm=8.0),), live_time_s=300.0),
    )
    run = CountRun("x", Instrument("x"), readings, counted_at=datetime(2026, 3, 2, 23, 57))
    (read,) = read_stream(write_stream([run]).decode("ascii").replace("\r", ""))
    assert isinstance(read, CountRun)
    assert [reading.position for reading in read.readings] == ["1", "3"]
    assert [reading.channels[0].cpm for reading in read.readings] == [12.5, 8.0]
    assert read.readings[1].counted_at == datetime(2026, 3, 3, 0, 3)


def test_a_harvest_is_not_a_count() -> None:
    """A programming error."""
    with pytest.raises(ValueError, match="this is a harvest"):
        write_stream([HarvestRun("x", "NET-1")])


def test_a_calibration_is_sent_as_it_came() -> None:
    """Blanks that fill up the columns included."""
    assert write_stream([calibration()]).decode("ascii") == REPORT.replace("\n", "\r\n")


def test_a_calibration_without_a_figure_cannot_be_sent() -> None:
    """A 0 in its place would be a measurement."""
    run = calibration()
    with pytest.raises(ValueError, match=r"prints 'H3  E.2/B'; the record has no such measure"):
        write_stream([replace(run, measures=run.measures[:-1])])


def test_the_faults_of_a_calibration() -> None:
    """Cut short: refused. A wrong clock: every section of it, a real date all the same."""
    text = write_stream([calibration()], fault="truncated").decode("ascii").replace("\r", "")
    with pytest.raises(ParseError, match="cut short or is still being sent"):
        read_stream(text)
    text = write_stream([calibration()], fault="wrong_clock").decode("ascii").replace("\r", "")
    (late,) = read_stream(text)
    assert isinstance(late, CalibrationRun)
    behind = zip(calibration().measures, late.measures, strict=True)
    assert all(
        a.performed_at and b.performed_at and a.performed_at - b.performed_at == timedelta(364)
        for a, b in behind
    )

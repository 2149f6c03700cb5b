"""What the simulator sends where the run does not say."""

from datetime import datetime

import pytest

from labsvc.driver import Channel, CountRun, HarvestRun, Instrument, Reading, State
from labsvc_drivers.tricarb_2100tr.report import read_stream
from labsvc_drivers.tricarb_2100tr.simulate import write_stream


def test_a_run_of_another_counter_is_sent_as_window_a() -> None:
    """Places that were not counted are not sent; each vial comes a count and a minute later."""
    readings = (
        Reading("A01", 1, (Channel("1", cpm=12.5),), live_time_s=300.0),
        Reading("A02", 2, state=State.NOT_COUNTED),
        Reading("A03", 3, (Channel("1", cpm=8.0),), live_time_s=300.0),
    )
    run = CountRun("x", Instrument("x"), readings, counted_at=datetime(2026, 3, 2, 23, 57))
    (read,) = read_stream(write_stream([run]).decode("ascii").replace("\r", ""))
    assert [reading.position for reading in read.readings] == ["1", "3"]
    assert [reading.channels[0].cpm for reading in read.readings] == [12.5, 8.0]
    assert read.readings[1].counted_at == datetime(2026, 3, 3, 0, 3)


def test_a_harvest_is_not_a_count() -> None:
    """A programming error."""
    with pytest.raises(ValueError, match="this is a harvest"):
        write_stream([HarvestRun("x", "NET-1")])

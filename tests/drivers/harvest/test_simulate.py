"""The CSV as the simulator and ``labsvc step`` write it."""

from datetime import datetime

import pytest

from labsvc.driver import CountRun, HarvestRun, Instrument, Wash
from labsvc_drivers.harvest.simulate import write_events


def test_one_step_is_written_with_signature_and_end_mark() -> None:
    """Nobody need wait for the file to become quiet."""
    event = HarvestRun("x", "NET-0412", "wash", started_at=datetime(2026, 3, 2, 11, 5))
    assert write_events([event]).decode() == (
        "# labsvc harvest 1 until end\r\n"
        "plate,step,started,ended,filter,program,washes,wash_ml,wash_s,orientation,operator\r\n"
        "NET-0412,wash,2026-03-02 11:05:00,,,,,,,,\r\n"
        "# end\r\n"
    )


def test_what_the_rows_cannot_hold_is_a_programming_error() -> None:
    """Count runs, and washes that differ within one event."""
    with pytest.raises(ValueError, match="this is a count run"):
        write_events([CountRun("x", Instrument("x"), ())])
    with pytest.raises(ValueError, match="washes of 'A' differ"):
        write_events([HarvestRun("x", "A", washes=(Wash(1.0), Wash(2.0)))])


def test_no_washes_and_washes_that_nobody_told_are_written_apart() -> None:
    """As 0, and as a blank."""
    text = write_events([HarvestRun("x", "A", washes=()), HarvestRun("x", "B")]).decode()
    assert "A,harvest,,,,,0,,,," in text
    assert "B,harvest,,,,,,,,," in text

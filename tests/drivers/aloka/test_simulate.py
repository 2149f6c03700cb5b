"""Tables written from runs that were never read from one."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, Instrument, Quench, Reading
from labsvc_drivers.aloka import Aloka

AT = datetime(2026, 3, 2, 9, 30)


def test_a_run_of_our_own_is_written_and_read() -> None:
    """With the columns a public reader names."""
    channel = Channel("A", cpm=250.25, dpm=500.5, efficiency_percent=50.0)
    written = Reading("4", 1, (channel,), cycle=2, sample="T", counted_at=AT)
    content = Aloka().simulate([CountRun("any", Instrument("any"), (written,))])
    capture = Capture("a.csv", "test", datetime(2026, 3, 3, tzinfo=UTC), content)
    assert Aloka().recognises(capture).claimed
    (run,) = Aloka().parse(capture)
    assert isinstance(run, CountRun)
    (reading,) = run.readings
    assert (reading.channels, reading.cycle, reading.sample) == ((channel,), 2, "T")
    assert run.counted_at == AT


def test_a_quench_index_is_written_in_its_column() -> None:
    """ESCR, when the run says that it is one."""
    quench = Quench("ESCR", 12.5)
    reading = Reading("4", 1, (Channel("A", cpm=1.0),), counted_at=AT, quench=quench)
    content = Aloka().simulate([CountRun("any", Instrument("any"), (reading,))])
    assert content.splitlines()[1].startswith(b"1;4;1;12.5;")


def test_no_run_makes_no_table() -> None:
    """An empty file would be no output of this counter."""
    with pytest.raises(ValueError, match="readings of one count run"):
        Aloka().simulate([])

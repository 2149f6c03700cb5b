"""Registries written from runs that were never read from one."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, Instrument, Quench, Reading
from labsvc_drivers.quantulus import Quantulus

AT = datetime(2026, 3, 2, 9, 30)


def run_of(**values: object) -> CountRun:
    reading = Reading("4", 1, (Channel("1", counts=500.0, cpm=250.0),), **values)  # type: ignore[arg-type]
    return CountRun("any", Instrument("any"), (reading,), counted_at=AT)


def parsed(content: bytes) -> CountRun:
    capture = Capture("REGISTRY.TXT", "test", datetime(2026, 3, 3, tzinfo=UTC), content)
    assert Quantulus().recognises(capture).claimed
    (run,) = Quantulus().parse(capture)
    assert isinstance(run, CountRun)
    return run


def test_a_run_of_our_own_is_written_and_read() -> None:
    """Eight windows are printed; those the run has not are zero."""
    written = run_of(counted_at=AT, live_time_s=120.0, quench=Quench("SQP(E)", 700.5), sample="T")
    (reading,) = parsed(Quantulus().simulate([written])).readings
    assert (reading.position, reading.sample, reading.live_time_s) == ("4", "T", 120.0)
    assert reading.channels[0] == Channel("1", counts=500.0, cpm=250.0)
    assert [channel.cpm for channel in reading.channels[1:]] == [0.0] * 7
    assert reading.quench == Quench("SQP(E)", 700.5)


def test_a_lost_clock_shows_an_old_year() -> None:
    """In the header and in every record."""
    run = parsed(Quantulus().simulate([run_of(counted_at=AT)], fault="wrong_clock"))
    assert run.counted_at == run.readings[0].counted_at == datetime(2000, 3, 2, 9, 30)


def test_a_record_without_a_time_cannot_be_written() -> None:
    """A registry prints one."""
    with pytest.raises(ValueError, match="prints a time"):
        Quantulus().simulate([run_of()])


def test_no_run_makes_no_registry() -> None:
    """An empty file would be no output of this counter."""
    with pytest.raises(ValueError, match="readings of count runs"):
        Quantulus().simulate([])

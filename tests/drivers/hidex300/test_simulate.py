"""Exports of runs that never came from a file."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, HarvestRun, Instrument, Reading, Record
from labsvc_drivers.hidex300 import Hidex300

AT = datetime(2026, 3, 17, 9, 5, 0)


def run_of(*cpm: float, at: datetime | None = AT, extras: dict[str, str] | None = None) -> CountRun:
    readings = (
        Reading(f"A0{n}", n, (Channel("1", cpm=one),), live_time_s=120.0, extras=dict(extras or {}))
        for n, one in enumerate(cpm, 1)
    )
    return CountRun("simulated", Instrument("Acme"), tuple(readings), counted_at=at)


def parsed(content: bytes) -> CountRun:
    capture = Capture("a.csv", "t", datetime(2026, 3, 17, tzinfo=UTC), content)
    (run,) = Hidex300().parse(capture)
    assert isinstance(run, CountRun)
    return run


def test_a_simulated_run_has_the_keys_of_the_real_export_and_no_more_than_is_known() -> None:
    """Counts follow from the rate; a quench index that nobody measured is left out."""
    lines = Hidex300().simulate([run_of(500.25)]).decode().split("\r\n")
    assert lines[:5] == [
        "simulated",
        "Start Time 9:05:00",
        "- ROI1 Free Channel Limits 1 - 1023, Type Beta",
        "Counting type: Low",
        "Sample start",
    ]
    assert "CPM;500.250" in lines
    assert "Counts;1000" in lines
    assert "Time;120" in lines
    assert not any(line.startswith(("QPE", "TDCR", "DPM")) for line in lines)


def test_a_simulated_run_is_read_again() -> None:
    """Wells, rates and times; nothing to warn of."""
    again = parsed(Hidex300().simulate([run_of(500.25, 80_000)]))
    found = [(r.position, r.channels[0].cpm, r.live_time_s) for r in again.readings]
    assert found == [("A01", 500.25, 120), ("A02", 80_000, 120)]
    assert again.warnings == ()


def test_a_stopped_run_has_fewer_repeats_somewhere() -> None:
    """Two vials counted twice: the last count is missing, and the driver says so."""
    once = run_of(500.0, 600.0).readings
    twice = (*once, *(one._replace(repeat=2, order=one.order + 2) for one in once))
    run = replace(run_of(500.0), readings=twice)
    assert parsed(Hidex300().simulate([run])).warnings == ()
    (warning,) = parsed(Hidex300().simulate([run], fault="stopped")).warnings
    assert warning.startswith("not every position has the 2 repeats that others have (A02 1)")


def test_a_wrong_clock_is_25_years_back() -> None:
    """A driver has no clock to compare with."""
    run = parsed(Hidex300().simulate([run_of(500.0)], fault="wrong_clock"))
    assert run.counted_at is not None
    assert run.counted_at.year == 2001


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "one count run"),
        ([run_of()], "one count run"),
        ([HarvestRun("h", "P1")], "one count run"),
        ([run_of(1.0, at=None)], "a reading has none"),
        ([run_of(float("inf"))], "cpm inf"),
        ([run_of(1.0, extras={"note": "a;b"})], "holds ';'"),
    ],
)
def test_what_cannot_be_written_is_said(records: list[Record], why: str) -> None:
    """A simulator that invents a date would make a false run."""
    with pytest.raises(ValueError, match=why):
        Hidex300().simulate(records)

"""Files of runs that never came from this counter."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import (
    Capture,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Program,
    Reading,
    Record,
    State,
)
from labsvc_drivers.ls6500 import Ls6500

AT = datetime(2026, 3, 2, 9, 5)


def vial(number: int, cpm: float) -> Reading:
    return Reading(str(number), number, (Channel("A", cpm=cpm),), live_time_s=120.0)


def run_of(*readings: Reading, at: datetime | None = AT) -> CountRun:
    return CountRun("simulated", Instrument("Acme"), readings, Program("9", "SERT"), at)


def read(content: bytes) -> CountRun:
    (run,) = Ls6500().parse(Capture("a.XLS", "t", datetime(2026, 3, 2, tzinfo=UTC), content))
    return run


def test_a_simulated_pass_is_read_again() -> None:
    """Numbers, rates, the 2-sigma error of 500 counts, and times that run on."""
    run = read(Ls6500().simulate([run_of(vial(1, 250.0), vial(14, 8000.5))]))
    assert [one.position for one in run.readings] == ["1", "14"]
    assert [one.extras["Rack"] for one in run.readings] == ["**-1", "**-2"]
    assert [one.channels[0].cpm for one in run.readings] == [250.0, 8000.5]
    assert run.readings[0].channels[0].error_2sigma_percent == 8.94
    assert run.readings[1].counted_at == datetime(2026, 3, 2, 9, 10)


def test_an_empty_place_has_no_row() -> None:
    """Sam skips it."""
    empty = Reading("2", 2, state=State.NOT_COUNTED)
    run = read(Ls6500().simulate([run_of(vial(1, 250.0), empty, vial(3, 260.0))]))
    assert [one.position for one in run.readings] == ["1", "3"]


def test_a_spectrum_has_4096_channels_unless_it_says_otherwise() -> None:
    """Which add up to its counts, and is half of them when the sample was stopped."""
    reading = Reading("1", 1, (Channel("Total", counts=43071),), live_time_s=300.0)
    run = CountRun("s", Instrument("Acme"), (reading,), counted_at=AT,
                   extras={"Spectrum Type": "Linear Counts"})  # fmt: skip
    whole, stopped = (read(Ls6500().simulate([run], fault=one)) for one in (None, "stopped"))
    assert whole.extras["Start, End, X-Axis:"] == "0, 4095, Channel Number"
    assert whole.readings[0].channels[0].counts == 43071
    assert stopped.readings[0].channels[0].counts == 21535
    assert stopped.readings[0].live_time_s == 150.0


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "holds one count run"),
        ([run_of()], "holds one count run"),
        ([HarvestRun("h", "P1")], "holds one count run"),
        ([run_of(vial(1, 2.0))] * 2, "holds one count run"),
        ([run_of(vial(1, 2.0), at=None)], "this run has none"),
    ],
)
def test_what_cannot_be_written_is_said(records: list[Record], why: str) -> None:
    """A simulator that invents a date would make a false run."""
    with pytest.raises(ValueError, match=why):
        Ls6500().simulate(records)

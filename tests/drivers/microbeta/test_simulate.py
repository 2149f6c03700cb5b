"""Reports of runs that never came from a file: what a demonstration or a test needs."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import (
    FORMATS,
    Capture,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Program,
    Reading,
    State,
)
from labsvc_drivers.microbeta import MicroBeta

AT = datetime(2026, 3, 2, 9, 5)


def run_of(size: int, cpm: float = 1909.4, **extras: str) -> CountRun:
    channel = Channel("1", cpm=cpm, corrected=("background",))
    wells = enumerate(FORMATS[size].wells(), 1)
    return CountRun(
        "simulated",
        Instrument("Acme"),
        tuple(Reading(well, order, (channel,), plate=1) for order, well in wells),
        program=Program("7", "NET"),
        counted_at=AT,
        extras=extras,
    )


def written(run: CountRun) -> CountRun:
    content = MicroBeta().simulate([run])
    (again,) = MicroBeta().parse(Capture("a", "t", datetime(2026, 3, 2, tzinfo=UTC), content))
    assert isinstance(again, CountRun)
    return again


@pytest.mark.parametrize("size", FORMATS)
def test_a_plate_of_each_format_is_written_and_read(size: int) -> None:
    """Each well once, its rate rounded to a whole number as the counter prints it."""
    again = written(run_of(size))
    assert [one.position for one in again.readings] == list(FORMATS[size].wells())
    assert {one.channels[0].cpm for one in again.readings} == {1909}
    assert again.counted_at == AT


def test_the_error_is_two_standard_deviations_of_the_counts() -> None:
    """1,909.4 cpm for 5 minutes are 9,547 counts: 200 / sqrt(9547) = 2.0 %, as real files have."""
    again = written(run_of(24, 1909.4, **{"count minutes": "5"}))
    assert again.readings[0].channels[0].error_2sigma_percent == 2.0


def test_a_rate_below_background_is_printed_as_zero() -> None:
    """With the error 0.0, and the total is of what is printed."""
    channel = written(run_of(24, cpm=-3.2)).readings[0].channels[0]
    assert (channel.cpm, channel.error_2sigma_percent) == (0, 0)


def test_wells_without_a_reading_are_drawn_as_not_counted() -> None:
    """A plate that is only partly filled."""
    run = run_of(96)
    part = CountRun("part", run.instrument, run.readings[:2], program=run.program, counted_at=AT)
    again = written(part)
    assert [one.state for one in again.readings[:3]] == [State.COUNTED] * 2 + [State.NOT_COUNTED]


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "one count run"),
        ([run_of(24), run_of(24)], "one count run"),
        ([HarvestRun("h", "P1")], "one count run"),
        ([CountRun("a", Instrument("Acme"), run_of(24).readings)], "no counted_at"),
        ([run_of(24, cpm=float("nan"))], "nan"),
    ],
)
def test_what_cannot_be_written_is_said(records: list[CountRun], why: str) -> None:
    """A simulator that invents a date would make a false run."""
    with pytest.raises(ValueError, match=why):
        MicroBeta().simulate(records)

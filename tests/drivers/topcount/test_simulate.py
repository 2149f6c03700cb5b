"""Reads of runs that never came from a file."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, HarvestRun, Instrument, Reading, Record, State
from labsvc_drivers.topcount import TopCount

AT = datetime(2026, 3, 2, 9, 5, 58)


def run_of(*positions: str, cpm: float = 1234.4, at: datetime | None = AT) -> CountRun:
    readings = (Reading(place, n, (Channel("1", cpm=cpm),)) for n, place in enumerate(positions, 1))
    return CountRun("simulated", Instrument("Acme"), tuple(readings), counted_at=at)


def parsed(content: bytes) -> list[CountRun]:
    capture = Capture("a.001", "t", datetime(2026, 3, 2, tzinfo=UTC), content)
    return [one for one in TopCount().parse(capture) if isinstance(one, CountRun)]


def test_wells_are_written_as_a_plate() -> None:
    """Whole figures; the clock goes on from the time of the run."""
    lines = TopCount().simulate([run_of("A01", "A02")]).decode().split("\r\n")
    assert lines[1].startswith("  A \t      1234 \t      1234 \t           \t")
    assert lines[12].startswith("  A \t  09:05:58 \t  09:06:03 \t           \t")
    assert lines[-2:] == ["", ""]


def test_numbers_are_written_as_a_column() -> None:
    """96 lines, blank where nothing was counted."""
    lines = TopCount().simulate([run_of("1", "96")]).decode().split("\r\n")
    assert lines[0] == "  1 ,1234 ,09:05:58 "
    assert lines[1] == "  2 ,     ,         "
    assert lines[95:] == [" 96 ,1234 ,09:06:03 ", "", ""]


def test_a_plate_of_384_is_written_and_read() -> None:
    """Where a position asks for one."""
    (again,) = parsed(TopCount().simulate([run_of("A01", "P24")]))
    counted = [one.position for one in again.readings if one.state is State.COUNTED]
    assert (len(again.readings), counted) == (384, ["A01", "P24"])


def test_each_plate_of_a_run_is_a_read() -> None:
    """A file of one read knows one plate."""
    one = run_of("A01").readings[0]
    second = Reading("A01", 2, (Channel("1", cpm=88.0),), plate=2)
    run = CountRun("two", Instrument("Acme"), (one, second), counted_at=AT)
    assert [r.readings[0].channels[0].cpm for r in parsed(TopCount().simulate([run]))] == [1234, 88]


def test_a_wrong_clock_is_nine_hours_on() -> None:
    """And keeps its notation, for it is the counter's."""
    (run,) = parsed(TopCount().simulate([run_of("A01")], fault="wrong_clock"))
    assert run.counted_at_text == "18:05:58"


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "reads of count runs"),
        ([HarvestRun("h", "P1")], "reads of count runs"),
        ([run_of()], "the run has no readings"),
        ([run_of("A01", at=None)], "the run has no counted_at"),
        ([run_of("A01", cpm=float("nan"))], "A01 has cpm nan"),
        ([run_of("A01", "Z99")], "no plate of 24, 48, 96 or 384"),
    ],
)
def test_what_cannot_be_written_is_said(records: list[Record], why: str) -> None:
    """A simulator that invents a time would make a false run."""
    with pytest.raises(ValueError, match=why):
        TopCount().simulate(records)

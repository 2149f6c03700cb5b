"""Tables of runs that never came from a file."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, HarvestRun, Instrument, Program, Reading
from labsvc_drivers.wizard2 import Wizard2

AT = datetime(2026, 3, 2, 9, 5)


def run_of(*cpm: float, counted_at: datetime | None = AT) -> CountRun:
    tubes = enumerate(cpm, 1)
    return CountRun(
        "simulated",
        Instrument("Acme"),
        tuple(
            Reading(str(n), n, (Channel("1", nuclide="I-125", cpm=one),), rack="3")
            for n, one in tubes
        ),
        program=Program("31", "SERT"),
        counted_at=counted_at,
    )


def test_a_simulated_run_has_the_columns_of_the_real_table() -> None:
    """Counts follow from the rate and the time; five detectors take turns."""
    lines = Wizard2().simulate([run_of(*[1000.126] * 6)]).decode().splitlines()
    assert lines[0].endswith("Sample code,I-125 Counts,I-125 CPM,I-125 Error %,I-125 Info")
    assert lines[1] == "31,SERT,2026-03-02 09:05:00,0,1,3,1,1,60,,1000.13,1000.13,6.32,"
    assert lines[6].startswith("31,SERT,2026-03-02 09:05:00,0,1,3,1,6,")


def test_a_simulated_run_is_read_again() -> None:
    """Positions, racks and rates."""
    content = Wizard2().simulate([run_of(12.5, 8000)])
    (again,) = Wizard2().parse(Capture("a.csv", "t", datetime(2026, 3, 2, tzinfo=UTC), content))
    assert isinstance(again, CountRun)
    found = [(one.rack, one.position, one.channels[0].cpm) for one in again.readings]
    assert found == [("3", "1", 12.5), ("3", "2", 8000)]


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "readings of count runs"),
        ([run_of()], "readings of count runs"),
        ([HarvestRun("h", "P1")], "readings of count runs"),
        ([run_of(1.0, counted_at=None)], "a reading has none"),
        ([run_of(float("inf"))], "cpm inf"),
    ],
)
def test_what_cannot_be_written_is_said(records: list[CountRun], why: str) -> None:
    """A simulator that invents a date would make a false run."""
    with pytest.raises(ValueError, match=why):
        Wizard2().simulate(records)

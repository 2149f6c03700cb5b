"""Tables of runs that other drivers read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.driver.tables.writing import FAULTS, write_table
from labsvc.model.capture import Capture
from labsvc.model.run import Channel, CountRun, HarvestRun, Instrument, Program, Reading, State
from tests.driver.tables.examples import driver

WHEN = datetime(2026, 4, 3, 9, 15)


def run() -> CountRun:
    """As another driver would give it: nothing is kept of a table."""
    readings = tuple(
        Reading(
            f"A{n:02}", n, (Channel("1", cpm=10.5 * n, counts=21.0),), plate=1, rack="1",
            live_time_s=60.0, counted_at=WHEN,
        )
        for n in (1, 2)
    )  # fmt: skip
    lost = Reading("A03", 3, plate=1, rack="1", state=State.NOT_COUNTED)
    return CountRun("k", Instrument("Other"), (*readings, lost), Program("16", "NET"), WHEN,
                    extras={"run_id": "88"})  # fmt: skip


@pytest.mark.parametrize("name", ["cobra-csv", "wizard-1470", "microbeta2-grid", "microbeta2-xlsx"])
def test_a_run_of_another_driver_is_written_and_read(name: str) -> None:
    """The least table that the spec asks for; its figures are the run's."""
    table = driver(name)
    spec = replace(table.spec, end=None, plate_marker=None)
    table = type(table)(spec)
    content = table.simulate([run()])
    (read,) = table.parse(Capture("x", "test", datetime(2026, 1, 5, tzinfo=UTC), content))
    assert isinstance(read, CountRun)
    found = {one.position: one for one in read.readings}
    assert [found[one].channels[0].cpm for one in ("A01", "A02")] == [10.5, 21.0]
    assert found["A03"].state is State.NOT_COUNTED
    assert read.program.number == "16"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_changes_the_bytes(fault: str) -> None:
    spec = replace(driver("cobra-csv").spec, end=None)
    assert write_table([run()], spec, fault) != write_table([run()], spec, None)


def test_a_fault_nobody_knows_and_records_that_are_no_counts_are_errors() -> None:
    spec = driver("cobra-csv").spec
    with pytest.raises(ValueError, match="unknown fault 'rain'"):
        write_table([run()], spec, "rain")
    with pytest.raises(ValueError, match="readings of count runs"):
        write_table([HarvestRun("k", "NET-1")], spec, None)

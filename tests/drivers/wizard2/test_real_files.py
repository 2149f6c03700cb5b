"""The table of a real counter: 430 tubes of an uptake assay with iodine-125."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, Reading
from labsvc_drivers.wizard2 import Wizard2


@pytest.fixture(scope="module")
def table(shared: Path) -> Path:
    return shared / "formats" / "samples" / "wizard2_2470" / "004640.csv"


@pytest.fixture(scope="module")
def run(table: Path) -> CountRun:
    received = datetime(2026, 1, 5, tzinfo=UTC)
    (found,) = Wizard2().parse(Capture(table.name, "test", received, table.read_bytes()))
    assert isinstance(found, CountRun)
    return found


def tube(run: CountRun, rack: str, position: str) -> Reading:
    (found,) = (one for one in run.readings if (one.rack, one.position) == (rack, position))
    return found


def test_every_tube_is_read(run: CountRun) -> None:
    """43 racks of 10; the sum of the CPM column was added up outside this program."""
    assert len(run.readings) == 430
    assert len({one.rack for one in run.readings}) == 43
    assert sum(one.channels[0].cpm or 0.0 for one in run.readings) == pytest.approx(2615407.43)


def test_the_run_knows_its_program_and_first_time(run: CountRun) -> None:
    """Run ID, protocol and first time are the key."""
    assert (run.program.number, run.program.name) == ("65", "TELLING 5 min")
    assert run.run_key == "wizard2 4640 65 2024-03-06 12:42:48"
    assert run.counted_at == datetime(2024, 3, 6, 12, 42, 48)
    assert run.warnings == ()


def test_the_first_tube_has_its_printed_figures(run: CountRun) -> None:
    """65,...,4640,1,1,1,300.02,,24614.1,4919.63,1.43,"""
    first = tube(run, "1", "1")
    channel = first.channels[0]
    assert (first.live_time_s, channel.counts, channel.cpm) == (300.02, 24614.1, 4919.63)
    assert (channel.name, channel.nuclide) == ("I-125", "I-125")
    assert channel.corrected == ("background", "efficiency")
    assert channel.error_2sigma_percent is None
    assert first.extras == {"Completion status": "0", "Det": "1", "I-125 Error %": "1.43"}
    assert (first.flags, first.sample) == ((), None)


def test_a_tube_the_counter_marked_is_still_counted(run: CountRun) -> None:
    """Rack 2 position 2 has 2.72 cpm and an I: eleven tubes have."""
    marked = tube(run, "2", "2")
    assert marked.channels[0].cpm == 2.72
    assert (marked.flags, marked.extras["I-125 Info"]) == (("instrument_flag",), "I")
    assert sum(one.flags == ("instrument_flag",) for one in run.readings) == 11


def test_each_tube_has_the_time_of_its_group(run: CountRun) -> None:
    """Five detectors count at once: 86 times for 430 tubes."""
    assert len({one.counted_at for one in run.readings}) == 86
    assert tube(run, "43", "10").counted_at == datetime(2024, 3, 6, 20, 31, 29)


def test_the_real_table_is_written_again_byte_for_byte(run: CountRun, table: Path) -> None:
    """The simulator knows the dialect to the last comma."""
    assert Wizard2().simulate([run]) == table.read_bytes()

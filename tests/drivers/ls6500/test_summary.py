"""A pass over the racks."""

from datetime import datetime
from pathlib import Path

from labsvc.driver import CountRun, State
from labsvc_drivers.ls6500.biff4 import Cell, Cells, read_cells
from labsvc_drivers.ls6500.summary import channel_of, read_pass

DATA = Path(__file__).parent / "data"
UNTAGGED = read_cells((DATA / "UN030201.XLS").read_bytes())
TAGGED = read_cells((DATA / "UN030301.XLS").read_bytes())


def with_cells(cells: Cells, new: dict[tuple[int, int], Cell]) -> CountRun:
    return read_pass(cells | new)


def places(run: CountRun) -> list[tuple[str | None, str]]:
    return [(one.rack, one.position) for one in run.readings]


def test_columns_are_found_by_name() -> None:
    """``%Err1`` belongs to isotope 1, ``Raw CPM2`` is window 2 alone."""
    assert channel_of("CPM Iso2") == ("Iso2", "cpm")
    assert channel_of("%Err1") == ("Iso1", "error_2sigma_percent")
    assert channel_of("Raw CPM2") == ("Raw2", "cpm")
    assert channel_of("2P") is None


def test_a_program_that_prints_raw_rates_alone_has_them_first() -> None:
    """A protocol that names no channel reads the first one."""
    raw = {at: cell for at, cell in UNTAGGED.items() if at[1] not in (6, 8)}
    first, *others = read_pass(raw).readings[0].channels
    assert (first.name, first.cpm) == ("Raw1", 8614.4)
    assert [one.name for one in others] == ["Raw2", "Iso1", "Iso2"]


def test_without_rack_numbers_the_sample_number_is_the_position() -> None:
    """Places repeat from rack to rack (**-1 twice); Sam runs on, and skips empty places."""
    assert places(read_pass(UNTAGGED)) == [(None, "1"), (None, "2"), (None, "4"), (None, "13")]


def test_with_rack_numbers_the_place_is_rack_and_position() -> None:
    """As printed; the sample number is kept."""
    run = read_pass(TAGGED)
    assert places(run) == [("1", "1"), ("1", "2"), ("7", "1"), ("7", "2")]
    assert [one.extras["Sam"] for one in run.readings] == ["13", "14", "25", "26"]


def test_two_racks_with_one_number_fall_back_to_sample_numbers() -> None:
    """Else one of the two vials would silently stand for both."""
    run = with_cells(TAGGED, {(18, 1): "1-1", (19, 1): "1-2"})
    assert places(run) == [(None, "13"), (None, "14"), (None, "25"), (None, "26")]


def test_a_sample_met_again_is_its_next_repeat() -> None:
    """Same Sam, later in the pass."""
    run = with_cells(UNTAGGED, {(17, 0): 1.0, (17, 1): "**-1"})
    assert [(one.position, one.repeat) for one in run.readings[:2]] == [("1", 1), ("1", 2)]


def test_each_sample_has_its_own_time() -> None:
    """ElTime is minutes since the start of the pass: midnight may lie between."""
    run = read_pass(TAGGED)
    assert run.counted_at == datetime(2026, 3, 3, 23, 50)
    assert run.readings[0].counted_at == datetime(2026, 3, 4, 0, 12, 6)


def test_a_sample_the_pass_was_stopped_at_was_not_counted() -> None:
    """Its row has a number and a place, nothing else."""
    run = read_pass(TAGGED)
    last = run.readings[-1]
    assert (last.state, last.channels, last.live_time_s) == (State.NOT_COUNTED, (), None)
    assert run.warnings == ("the pass was stopped: sample 26 at 7-2 has no counting time",)


def test_a_row_with_some_figures_is_an_aborted_sample() -> None:
    """A time without a rate, or a rate without a time, is no count."""
    without_rate = {at: cell for at, cell in TAGGED.items() if at[0] != 18 or at[1] < 3}
    without_time = {at: cell for at, cell in TAGGED.items() if at != (18, 2)}
    assert read_pass(without_rate).readings[2].state is State.ABORTED
    assert read_pass(without_time).readings[2].state is State.ABORTED


def test_the_same_pass_saved_under_another_name_has_the_same_key() -> None:
    """UN030201.XLS is used again every day; user program and start make the key."""
    again = with_cells(UNTAGGED, {(2, 4): "C:\\TEMP\\RADFFFF.TMP"})
    assert again.run_key == read_pass(UNTAGGED).run_key == "ls6500 pass 4 NET 2026-03-02 09:30:15"


def test_what_has_no_field_is_kept() -> None:
    """A column of unknown meaning by its name, a cell under no name by its column."""
    run = with_cells(TAGGED, {(16, 14): "!"})
    assert run.readings[0].extras["2P"] == "2P"
    assert run.readings[0].extras["column 15"] == "!"

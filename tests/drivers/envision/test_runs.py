"""From an export to the run: plates, bar codes, wells not counted."""

from pathlib import Path

import pytest

from labsvc.driver import CountRun, ParseError, Reading, State, decode
from labsvc_drivers.envision.grid import read_grids
from labsvc_drivers.envision.listing import read_list
from labsvc_drivers.envision.runs import run_of_grids, run_of_list

DATA = Path(__file__).parent / "data"
TEXT = decode((DATA / "two_plates.csv").read_bytes())


@pytest.fixture(scope="module")
def run() -> CountRun:
    return run_of_grids(read_grids(TEXT))


def well(run: CountRun, plate: int, position: str) -> Reading:
    (found,) = (r for r in run.readings if (r.plate, r.position) == (plate, position))
    return found


def test_plates_keep_their_number_and_bar_code(run: CountRun) -> None:
    """A plate without bar code has no identity."""
    assert [(r.plate, r.plate_id) for r in (run.readings[0], run.readings[-1])] == [
        (1, "NET-0007"),
        (2, None),
    ]


def test_counts_per_second_become_counts_per_minute(run: CountRun) -> None:
    """Sixty times as many; neither counts nor a live time are made up."""
    reading = well(run, 1, "A01")
    assert (reading.channels[0].cpm, reading.channels[0].counts) == (180000.0, None)
    assert reading.live_time_s is None


def test_a_blank_well_was_not_counted_and_zero_was(run: CountRun) -> None:
    """Two different things."""
    assert well(run, 1, "A06").state is State.NOT_COUNTED
    assert well(run, 2, "A05").channels[0].cpm == 0.0


def test_calculated_results_are_kept_as_text(run: CountRun) -> None:
    """What the formula does is not known here."""
    name = "Calculated results: Calc 1: Crosstalk"
    assert well(run, 1, "B02").extras == {name: "2000.000"}


def test_an_unclear_date_is_said_and_not_taken() -> None:
    """Neither for the run nor for a well."""
    found = run_of_grids(read_grids(TEXT.replace("1/25/2026", "3/4/2026")))
    assert (found.counted_at, found.readings[0].counted_at) == (None, None)
    assert "day/month or month/day" in found.warnings[0]


def test_two_lists_have_two_keys() -> None:
    """Though they print neither date nor number."""
    text = decode((DATA / "list.txt").read_bytes())
    changed = text.replace("05.10", "05.11")
    one, other = (run_of_list(read_list(one)) for one in (text, changed))
    assert one.run_key != other.run_key
    assert "no date and no bar code" in one.warnings[0]


def test_a_whole_number_is_demanded_of_a_plate() -> None:
    """Also in a list."""
    text = decode((DATA / "list.txt").read_bytes()).replace("\n1\t1\tA03", "\nI\t1\tA03")
    with pytest.raises(ParseError, match="line 4: found 'I' where Plate"):
        run_of_list(read_list(text))


def test_two_columns_of_rates_are_two_channels() -> None:
    """Two windows of one count, each by its printed name; no nuclide is printed."""
    rows = decode((DATA / "list.txt").read_bytes()).rstrip("\n").split("\n")
    widened = [f"{rows[0]}\tWindow 2 (CPS)", *(f"{row}\t{n}.5" for n, row in enumerate(rows[1:]))]
    found = run_of_list(read_list("\n".join(widened) + "\n"))
    assert [(c.name, c.nuclide, c.cpm) for c in found.readings[0].channels] == [
        ("0.1sec", None, 735000.0),
        ("Window 2", None, 30.0),
    ]
    assert [reading.channels[1].cpm for reading in found.readings[:3]] == [30.0, 90.0, 150.0]


def test_two_grids_of_results_are_two_channels() -> None:
    """A plate counted in two windows has a grid for each."""
    start = TEXT.index("Results for US LUM 24(1) - channel 0 (CPS)")
    end = TEXT.index("\n\n", start)
    grid = TEXT[start:end]
    other = grid.replace("channel 0", "channel 1").replace("A,3000,", "A,7,")
    found = run_of_grids(read_grids(f"{TEXT[:end]}\n\n{other}{TEXT[end:]}"))
    channels = well(found, 1, "A01").channels
    assert [(c.name.partition(" - ")[2], c.cpm) for c in channels] == [
        ("channel 0", 180000.0),
        ("channel 1", 420.0),
    ]
    assert len(well(found, 2, "A01").channels) == 1

"""Real reads, of counters used as luminometers, and two files of joined reads."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, State
from labsvc_drivers.topcount import TopCount


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "formats" / "samples" / "topcount_nxt"


def runs_of(path: Path) -> list[CountRun]:
    capture = Capture(path.name, "t", datetime(2026, 1, 5, tzinfo=UTC), path.read_bytes())
    assert TopCount().recognises(capture).claimed
    return [one for one in TopCount().parse(capture) if isinstance(one, CountRun)]


def test_every_file_of_one_read_is_read_and_written_again_byte_for_byte(folder: Path) -> None:
    """38 files: 32 in plate format (28 with half the plate blank), 6 in column format."""
    files = sorted(folder.glob("*/*.*"))
    for path in files:
        content, runs = path.read_bytes(), runs_of(path)
        assert len(runs) == 1
        assert TopCount().ends(content)
        assert TopCount().simulate(runs) == content
    assert len(files) == 38


def test_every_joined_read_is_found(folder: Path) -> None:
    """As many as lines begin with a blank cell and column numbers, divided by two grids a read."""
    for name, expected in (("plate0004.txt", 51), ("plate0075.txt", 191)):
        text = (folder / name).read_text(encoding="ascii")
        runs = runs_of(folder / name)
        assert len(re.findall(r"^ +\t *1 *\t *2 ", text, re.MULTILINE)) == 2 * expected
        assert len(runs) == len({run.run_key for run in runs}) == expected
        assert not TopCount().ends((folder / name).read_bytes())


def test_joined_reads_as_the_counter_wrote_them_are_written_again(folder: Path) -> None:
    """But for the Ctrl-Z at the end. The other file lost its padding in a spreadsheet."""
    path = folder / "plate0004.txt"
    assert TopCount().simulate(runs_of(path)) == path.read_bytes().removesuffix(b"\x1a")


def test_a_read_has_its_printed_figures(folder: Path) -> None:
    """1517.0003: A01 158752 at 18:40:59, H12 78904 at 18:41:44."""
    (run,) = runs_of(folder / "1517" / "1517.0003")
    first, last = run.readings[0], run.readings[-1]
    assert (first.position, first.channels[0].cpm) == ("A01", 158752)
    assert (last.position, last.channels[0].cpm) == ("H12", 78904)
    assert (first.extras["clock"], last.extras["clock"]) == ("18:40:59", "18:41:44")
    assert run.run_key.startswith("topcount plate 18:40:59 18:41:44 ")


def test_half_a_plate_has_half_its_wells_not_counted(folder: Path) -> None:
    """0074.001 has rows A, C, E and G only."""
    (run,) = runs_of(folder / "20150401a" / "0074.001")
    blank = {one.position[0] for one in run.readings if one.state is State.NOT_COUNTED}
    assert (len(run.readings), blank) == (96, set("BDFH"))


def test_a_column_read_has_its_printed_figures(folder: Path) -> None:
    """1609.488: 1 is 2683 at 02:32:16 PM, 94 is 27."""
    (run,) = runs_of(folder / "col1609" / "1609.488")
    assert (run.readings[0].position, run.readings[0].channels[0].cpm) == ("1", 2683)
    assert (run.readings[93].position, run.readings[93].channels[0].cpm) == ("94", 27)
    assert run.extras["first clock"] == "02:32:16 PM"


def test_figures_of_the_plate_format_are_no_raw_counts(folder: Path) -> None:
    """They are multiples of 8/3, rounded: a rate or a scaled figure. So ``counts`` stays empty."""
    runs = [*runs_of(folder / "plate0004.txt"), *runs_of(folder / "1517" / "1517.0003")]
    figures = [c.cpm for run in runs for one in run.readings for c in one.channels]
    low = [figure for figure in figures if figure is not None and figure < 3000]
    assert len(low) > 1500
    assert all(abs(round(figure * 3 / 8) * 8 / 3 - figure) <= 0.5 for figure in low)

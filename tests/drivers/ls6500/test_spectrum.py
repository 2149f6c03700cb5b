"""One sample with its spectrum."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError, Quench
from labsvc_drivers.ls6500.biff4 import read_cells
from labsvc_drivers.ls6500.spectrum import read_spectrum

DATA = Path(__file__).parent / "data"
CELLS = read_cells((DATA / "SN030201.XLS").read_bytes())
WITHOUT_QUENCH = read_cells((DATA / "SN030202.XLS").read_bytes())


def test_a_spectrum_is_a_run_of_one_reading() -> None:
    """Its total counts; the channels are checked against them and stay in the file."""
    run = read_spectrum(CELLS)
    (reading,) = run.readings
    assert (reading.position, reading.live_time_s) == ("1", 300.0)
    assert [(one.name, one.counts, one.cpm) for one in reading.channels] == [("Total", 43072, None)]
    assert reading.quench == Quench("H#", 48.27)
    assert not any("counts" in key.casefold() for key in reading.extras)


def test_a_sample_without_h_number_has_no_quench() -> None:
    """The label is then ``Total Counts:`` alone."""
    run = read_spectrum(WITHOUT_QUENCH)
    assert run.readings[0].quench is None
    assert run.readings[0].channels[0].counts == 700599


def test_the_total_may_stand_in_another_column() -> None:
    """It does where no H# was measured."""
    cells = {((11, 5) if at == (11, 4) else at): cell for at, cell in WITHOUT_QUENCH.items()}
    for moved in (cells, cells | {(11, 4): ""}):
        assert read_spectrum(moved) == read_spectrum(WITHOUT_QUENCH)


def test_the_name_of_a_window_is_no_nuclide() -> None:
    """Users name their windows; WIND1 is not an isotope, 3H is."""
    assert read_spectrum(CELLS).readings[0].channels[0].nuclide == "3H"
    assert read_spectrum(WITHOUT_QUENCH).readings[0].channels[0].nuclide is None


def test_the_key_is_the_temporary_file_and_the_time() -> None:
    """The file's own name is used again for every sample of the day."""
    assert read_spectrum(CELLS).run_key == (
        "ls6500 spectrum C:\\DOCUME~1\\LAB\\LOCALS~1\\TEMP\\RADC4ACB.TMP 2026-03-02 09:36:35"
    )


def test_the_user_number_is_that_of_the_pass() -> None:
    """The spectrum prints 04 where the pass prints 4."""
    assert CELLS[5, 4] == "04"
    assert read_spectrum(CELLS).program.number == "4"


def test_counts_that_do_not_add_up_are_refused() -> None:
    """One channel edited by one count."""
    with pytest.raises(ParseError, match="add up to 43073, but Total Counts says 43072"):
        read_spectrum(CELLS | {(79, 1): float(str(CELLS[79, 1])) + 1})

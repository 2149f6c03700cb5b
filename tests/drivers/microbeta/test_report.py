"""The grammar of the report, and what is kept of what it has no name for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, ParseError
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.microbeta.report import last_line, read_report

SAMPLE = (Path(__file__).parent / "data" / "A12_118.txt").read_bytes()


def run_of(content: bytes) -> CountRun:
    (run,) = MicroBeta().parse(Capture("a.txt", "t", datetime(2026, 1, 5, tzinfo=UTC), content))
    assert isinstance(run, CountRun)
    return run


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_report_saved_again_as_unicode_reads_the_same(encoding: str) -> None:
    """Notepad adds a byte order mark."""
    assert run_of(SAMPLE.decode().encode(encoding)) == run_of(SAMPLE)


def test_header_lines_without_a_name_are_kept() -> None:
    """Verbatim; those with stars are warnings too."""
    content = SAMPLE.replace(b"*** DET", b"Chamber temperature: 21\r\n*** LAMP OFF\r\n*** DET")
    run = run_of(content)
    assert run.extras["header line 1"] == "Chamber temperature: 21"
    assert run.extras["header line 2"] == "*** LAMP OFF"
    assert run.warnings[-1] == "*** LAMP OFF"


def test_a_weekday_that_does_not_fit_its_date_is_a_warning() -> None:
    """A date typed over, or a clock gone wrong."""
    run = run_of(SAMPLE.replace(b"Wed 18-Mar-2020", b"Mon 18-Mar-2020"))
    assert any("weekday does not fit" in warning for warning in run.warnings)


def test_the_key_is_the_same_for_the_same_run_exported_twice() -> None:
    """Renaming the file changes nothing; another path inside it does."""
    assert run_of(SAMPLE).run_key == run_of(SAMPLE + b"\r\n").run_key
    assert run_of(SAMPLE).run_key != run_of(SAMPLE.replace(b"118.txt", b"119.txt")).run_key


@pytest.mark.parametrize("entry", [b"/Shelf: 1/4*6", b"/Shelf: 2/4*6"])
def test_a_cassette_without_a_shelf_entry_takes_its_shape_from_the_grid(entry: bytes) -> None:
    """Six columns: a plate of 24."""
    assert run_of(SAMPLE.replace(entry, b"")).readings == run_of(SAMPLE).readings


def test_columns_may_stand_in_another_order() -> None:
    """Cells are found by the name of their column."""
    lines = SAMPLE.decode().split("\r\n")
    swapped = [swap(line) if line.startswith(" \t") and len(line.split("\t")) == 6 else line
               for line in lines]  # fmt: skip
    assert run_of("\r\n".join(swapped).encode()).readings == run_of(SAMPLE).readings


def swap(line: str) -> str:
    blank, sample, position, rate, error, end = line.split("\t")
    return "\t".join((blank, error, position, rate, sample, end))


def test_the_last_line_is_found_behind_blank_ones() -> None:
    """Programs add line ends."""
    assert last_line("a\nEND\n\n \n") == (2, "END")
    assert last_line(" \n") == (0, "")


def test_a_cell_without_its_tab_is_refused() -> None:
    """The TAB behind the last cell shows that the cell is whole."""
    with pytest.raises(ParseError, match=r"line 15: .*followed by a TAB"):
        read_report(SAMPLE.decode().replace("\r\n", "\n").replace("1.4\t\n", "1.4\n", 1))


def test_the_end_mark_is_seen_in_any_encoding() -> None:
    """Nobody need wait for quiet; bytes that are no text never end."""
    assert MicroBeta().ends(SAMPLE.decode().encode("utf-16"))
    assert not MicroBeta().ends(b"\x00END\r\n")

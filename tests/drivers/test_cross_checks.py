"""Figures that a format prints twice: held against each other over every real file that is held.

MicroBeta's list, grids and total, LS 6500's spectra and passes, Hidex's counts, times and dead
times have their tests beside their drivers; here are those of the Tri-Carb, and what each driver
does with a file in which the two no longer agree.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, ParseError
from labsvc.service.registry import load_drivers
from tests.bench import NOW

FOLDER = Path(__file__).parent
ROW = re.compile(r"^\d+,.*$", re.MULTILINE)


def parsed(driver: str, content: bytes) -> CountRun:
    (run,) = load_drivers().named(driver).parse(Capture("a", "s", NOW, content))
    assert isinstance(run, CountRun)
    return run


def test_tricarb_dpm_is_sixty_times_its_becquerels(shared: Path) -> None:
    """In each row of each report, within the last digits printed; so no reading is flagged."""
    rows = 0
    for path in (shared / "formats/samples/tricarb_quantasmart_csv").rglob("*.csv"):
        text = path.read_text("ascii")
        header = next(line for line in text.splitlines() if line.startswith("S#,"))
        for row in csv.DictReader(StringIO("\n".join([header, *ROW.findall(text)]))):
            if not row["DPM1"].startswith("*"):
                assert float(row["Bq:1"]) * 60 == pytest.approx(float(row["DPM1"]), abs=0.061)
                rows += 1
        flags = {
            flag for one in parsed("tricarb", path.read_bytes()).readings for flag in one.flags
        }
        assert "dpm_unexplained" not in flags
    assert rows == 691


def test_a_tricarb_row_that_was_edited_is_flagged() -> None:
    """One figure of two changed: that reading alone."""
    text = (FOLDER / "tricarb/data/uptake.csv").read_bytes()
    whole = parsed("tricarb", text)
    target = next(r for r in whole.readings if r.channels and r.channels[0].dpm and not r.flags)
    printed = next(cell for cell in _cells(text, target.position) if _is(cell, target))
    edited = text.replace(b"," + printed, b",9" + printed, 1)
    flagged = [
        r.position for r in parsed("tricarb", edited).readings if "dpm_unexplained" in r.flags
    ]
    assert flagged == [target.position]


def _cells(text: bytes, position: str) -> list[bytes]:
    row = re.search(rb"(?m)^" + position.encode() + rb",.*$", text)
    assert row is not None
    return row[0].rstrip(b"\r").split(b",")


def _is(cell: bytes, reading: object) -> bool:
    dpm = reading.channels[0].dpm  # type: ignore[attr-defined]
    return bool(re.fullmatch(rb"[\d.]+", cell)) and float(cell) == dpm


def test_a_microbeta_cell_that_differs_from_its_list_is_refused() -> None:
    """Its list, its grid and its total say the same thing three times."""
    driver = load_drivers().named("microbeta")
    run = parsed("microbeta", (FOLDER / "microbeta/data/A7_031.txt").read_bytes())
    with pytest.raises(ParseError, match="the file was edited or damaged"):
        parsed("microbeta", driver.simulate([run], fault="edited"))


def test_a_hidex_rate_that_does_not_follow_from_its_counts_is_flagged() -> None:
    """CPM = Counts / Time x 60 x DTime."""
    text = (FOLDER / "hidex300/data/Blanks_3.csv").read_bytes()
    edited = re.sub(rb"(?m)^Counts;(\d+)", rb"Counts;9\1", text, count=1)
    flags = [one.flags for one in parsed("hidex300", edited).readings]
    assert flags[0] == ("cpm_unexplained",)
    assert not any(flags[1:])

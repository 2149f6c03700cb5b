"""Real exports of one counter, with figures that others published."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun
from labsvc_drivers.hidex300 import Hidex300


@pytest.fixture(scope="module")
def files(shared: Path) -> list[Path]:
    return sorted((shared / "formats" / "samples" / "hidex_300sl").rglob("*.csv"))


@pytest.fixture(scope="module")
def runs(files: list[Path]) -> list[CountRun]:
    return [run_of(path) for path in files]


def run_of(path: Path) -> CountRun:
    capture = Capture(path.name, "t", datetime(2026, 1, 5, tzinfo=UTC), path.read_bytes())
    assert Hidex300().recognises(capture).claimed
    (run,) = Hidex300().parse(capture)
    assert isinstance(run, CountRun)
    return run


def test_every_block_of_every_file_is_a_reading(files: list[Path], runs: list[CountRun]) -> None:
    """Four whole exports of 60, and shortened ones of 4, counted by their first lines."""
    blocks = [len(re.findall(rb"^Sample start\r?$", p.read_bytes(), re.MULTILINE)) for p in files]
    assert [len(run.readings) for run in runs] == blocks
    assert sorted(blocks) == [4] * 6 + [60] * 4


def test_every_rate_follows_from_its_counts(runs: list[CountRun]) -> None:
    """CPM = Counts / Time x DTime, and Counts over live time, within what is printed."""
    readings = [reading for run in runs for reading in run.readings]
    assert not [one for one in readings if one.flags]
    for one in readings:
        channel = one.channels[0]
        assert one.live_time_s
        assert channel.counts
        assert channel.cpm == pytest.approx(channel.counts / one.live_time_s * 60, rel=1e-3)


def test_what_is_printed_in_dpm_is_cpm_over_tdcr(runs: list[CountRun]) -> None:
    """So its efficiency is the TDCR: not a quench curve."""
    for one in (reading for run in runs for reading in run.readings):
        channel, tdcr = one.channels[0], float(one.extras["TDCR"])
        assert channel.cpm
        assert channel.dpm == pytest.approx(channel.cpm / tdcr, rel=0.001 / tdcr, abs=1)


def test_published_readings_and_live_times_are_met(shared: Path) -> None:
    """Twelve readings of three exports and their live times (metpyrad's validation tables)."""
    truth = shared / "truth" / "data" / "counting"
    expected = json.loads((truth / "hidex300_lu177.json").read_bytes())["expected"]
    found = {}
    for cycle, name in enumerate(("2023_11_30", "2023_12_06", "2023_12_12"), 1):
        for one in run_of(truth / f"Lu-177_{name}.csv").readings:
            found[str(cycle), one.extras["Samp."], str(one.repeat)] = one
    assert len(found) == len(expected["readings"]) == 12
    for row in expected["readings"]:
        one = found[row["Cycle"], row["Sample"], row["Repetition"]]
        assert one.channels[0].cpm == float(row["Count rate (cpm)"])
        assert one.channels[0].counts == float(row["Counts (reading)"])
        assert str(one.counted_at) == row["End time"]
        assert float(one.extras["DTime"]) == float(row["Dead time"])
    for row in expected["background"]:
        one = found[row["Cycle"], row["Sample"], row["Repetition"]]
        assert one.live_time_s == pytest.approx(float(row["Live time (s)"]), abs=1e-6)


def test_only_dates_that_prove_nothing_are_warned_of(
    files: list[Path], runs: list[CountRun]
) -> None:
    """30/11 proves the order and 12/12 needs none; 1, 2, 4 and 6 December do neither."""
    warned = {path.name for path, run in zip(files, runs, strict=True) if run.warnings}
    assert warned == {
        "Lu-177 HS3 011223_ciclo1.csv",
        "Lu-177 HS3 021223_ciclo1.csv",
        "Lu-177 HS3 041223_ciclo1.csv",
        "Lu-177 HS3 061223_ciclo1.csv",
        "Lu-177_2023_12_06.csv",
    }


def test_every_line_but_the_spectra_is_written_again(files: list[Path]) -> None:
    """Byte for byte, but for line ends."""
    for path in files:
        written = Hidex300().simulate([run_of(path)])
        assert lines_of(written) == lines_of(path.read_bytes())


def lines_of(content: bytes) -> list[bytes]:
    """All that does not begin with a figure."""
    return [line for line in content.splitlines() if not line[:1].isdigit()]

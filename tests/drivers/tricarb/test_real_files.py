"""Every real QuantaSmart report that is held: all readings, nothing invented."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, ParseError, State
from labsvc_drivers.tricarb import TriCarb

ROW = re.compile(r"^\d+,", re.MULTILINE)
MISSING = re.compile(r"^Missing vial (\d+)\.", re.MULTILINE)


def reports(shared: Path) -> list[Path]:
    return sorted((shared / "formats/samples/tricarb_quantasmart_csv").rglob("*.csv"))


def parsed(path: Path) -> CountRun:
    capture = Capture(path.name, "real", datetime(2026, 1, 5, tzinfo=UTC), path.read_bytes())
    recognition = TriCarb().recognises(capture)
    assert recognition.claimed, f"{path}: {recognition.why}"
    (run,) = TriCarb().parse(capture)
    return run


def test_every_report_gives_each_of_its_rows_and_no_more(shared: Path) -> None:
    """71 reports; a row is a reading, a missing vial is a place that was not counted."""
    paths = reports(shared)
    assert len(paths) == 71
    for path in paths:
        text, run = path.read_text("ascii"), parsed(path)
        states = [reading.state for reading in run.readings]
        assert states.count(State.NOT_COUNTED) == len(MISSING.findall(text)), path
        assert len(states) - states.count(State.NOT_COUNTED) == len(ROW.findall(text)), path


def test_every_figure_of_every_row_is_there(shared: Path) -> None:
    """Each printed cell is found in its field, or in the extras as printed."""
    for path in reports(shared):
        lines = path.read_text("ascii").splitlines()
        header = next(line for line in lines if line.startswith("S#")).split(",")
        printed = [line.split(",") for line in lines if ROW.match(line)]
        counted = [r for r in parsed(path).readings if r.state is not State.NOT_COUNTED]
        for cells, reading in zip(printed, counted, strict=True):
            named = dict(zip(header, cells, strict=True))
            (channel,) = reading.channels
            assert reading.position == named["S#"]
            assert reading.sample == (named.get("SMPL_ID") or None)
            assert reading.live_time_s == float(named["Count Time"]) * 60
            assert channel.cpm == float(named["CPMA"])
            assert reading.quench is not None
            assert reading.quench.value == float(named["tSIE"])
            assert reading.extras["Bq:1"] == named["Bq:1"]
            assert reading.extras["LUM"] == named["LUM"]
            if reading.state is State.COUNTED:
                assert channel.dpm == float(named["DPM1"])


def test_the_hot_vial_and_the_modified_conditions(shared: Path) -> None:
    """Vial 3 is printed as stars; vial 9 was counted for 7 min after a warning."""
    run = parsed(next(p for p in reports(shared) if p.name == "1L_IV_12-1_OV_12-1_LONG.csv"))
    by_position = {reading.position: reading for reading in run.readings}
    hot, last = by_position["3"], by_position["9"]
    assert (hot.state, hot.channels[0].dpm, hot.flags) == (State.OVERFLOW, 2310.0, ("recovered",))
    assert (last.live_time_s, last.flags) == (420.0, ("count_conditions_modified",))
    assert by_position["8"].flags == ()
    assert run.counted_at == datetime(2025, 8, 5, 6, 44)


def test_replays_share_their_key(shared: Path) -> None:
    """71 reports are 57 runs: 14 were exported twice."""
    keys = [parsed(path).run_key for path in reports(shared)]
    assert len(set(keys)) == 57


def test_the_report_without_a_last_line_end_says_so(shared: Path) -> None:
    """It was edited: whole as far as can be told, and cut by one byte it is refused."""
    path = next(p for p in reports(shared) if p.name == "test_lsc_file_with_labels.csv")
    assert parsed(path).warnings == ("the last line has no line end: rows may be missing after it",)
    assert len(parsed(path).readings) == 10
    cut = Capture(path.name, "real", datetime(2026, 1, 5, tzinfo=UTC), path.read_bytes()[:-1])
    with pytest.raises(ParseError, match="cut short"):
        TriCarb().parse(cut)

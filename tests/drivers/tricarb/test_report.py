"""A whole report as a run: its key, its time, its cycles."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, CountRun
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb.report import read_report

RAW = "Raw Results Path: C:\\Packard\\TriCarb\\Results\\x\\20250805_0644\\20250805_0644.results"
WARNING = "8/5/2025 6:42:02 PM:  Warning: User Has Modified Count Conditions."


def report(*rows: str, above: str = RAW) -> CountRun:
    top = f"Assay Definition\n\nAssay Description:\n\nAssay Type: DPM (Single)\n{above}\n"
    return read_report(top + "\n".join(("S#,CPMA,MESSAGES", *rows, "")), "5ca1ab1e")


def test_the_time_of_the_run_is_read_from_its_path() -> None:
    """No time is printed but the stamp in the raw results' path, which is kept untouched."""
    run = report("1,10,")
    assert run.counted_at == datetime(2025, 8, 5, 6, 44)
    assert run.counted_at_text == "20250805_0644"


def test_a_replay_has_the_key_of_its_run() -> None:
    """Another output path, other case and doubled separators: still the same raw results."""
    odd = (
        RAW.replace("TriCarb\\", "Tricarb\\\\")
        + "\nOutput Data Path: C:\\x\\Replay_20260101_101010"
    )
    assert report("1,10,", above=odd).run_key == report("1,10,").run_key
    assert report("1,10,", above=RAW.replace("0805", "0806")).run_key != report("1,10,").run_key


def test_without_a_raw_path_the_output_path_names_the_run() -> None:
    """A replay's own stamp is not the time of the count."""
    above = (
        "Output Data Path: C:\\r\\20250805_0644\\Replay_20260101_1010\nAssay File Name: C:\\3H.lsa"
    )
    run = report("1,10,", above=above)
    assert run.run_key == "tricarb 3h 20250805_0644"
    assert run.program.name == "3H"


def test_without_any_path_the_bytes_name_the_run() -> None:
    """Nothing is invented: no time, and the digest for a key."""
    run = report("1,10,", above="")
    assert (run.run_key, run.counted_at) == ("tricarb 5ca1ab1e", None)


def test_a_stamp_that_is_no_date_stays_text() -> None:
    """Month 13 is kept as printed and gives no time."""
    run = report("1,10,", above=RAW.replace("20250805", "20251305"))
    assert (run.counted_at, run.counted_at_text) == (None, "20251305_0644")


def test_a_number_met_again_is_the_next_cycle() -> None:
    """Missing vials are met again too."""
    run = report("1,10,", "Missing vial 2.", "3,11,", "1,12,", "Missing vial 2.", "3,13,")
    assert [reading.cycle for reading in run.readings] == [1, 1, 1, 2, 2, 2]
    assert [reading.order for reading in run.readings] == [1, 2, 3, 4, 5, 6]
    assert run.warnings == ()


def test_repeats_of_a_sample_are_repeats() -> None:
    """Where the assay counts each sample twice in a row, that is one cycle."""
    above = f"{RAW}\nAssay Count Cycles: 2         Repeat Sample Count: 2"
    run = report("1,10,", "1,11,", "2,10,", "2,11,", "1,12,", "1,13,", above=above)
    assert [(r.cycle, r.repeat) for r in run.readings] == [
        (1, 1), (1, 2), (1, 1), (1, 2), (2, 1), (2, 2),
    ]  # fmt: skip


def test_average_rows_are_no_readings() -> None:
    """They are counted in the extras, so that nobody wonders where they went."""
    run = report("1,10,", "2,12,", ",11,A", "", "3,9,", "4,8,", ",8.5,A")
    assert [reading.position for reading in run.readings] == ["1", "2", "3", "4"]
    assert run.extras["Average rows"] == "2"


def test_readings_after_a_warning_are_flagged() -> None:
    """The warning names no vial; those below it were counted under changed conditions."""
    run = report("1,10,", WARNING, "2,11,")
    assert [reading.flags for reading in run.readings] == [(), ("count_conditions_modified",)]
    assert run.warnings == (WARNING,)


def test_a_gap_without_a_missing_vial_is_warned_of() -> None:
    """Lines may have been taken out by hand."""
    assert report("1,10,", "4,11,").warnings == (
        "S# goes from 1 to 4 without 'Missing vial' lines",
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    """Reports saved again by other programs keep their text."""
    lines = ("Assay Definition", "Assay Description:", "µ", "Assay Type: CPM", "S#,CPMA", "1,2", "")
    text = "\r\n".join(lines)
    capture = Capture("x.csv", "x", datetime(2026, 1, 1, tzinfo=UTC), text.encode(encoding))
    assert TriCarb().recognises(capture).claimed
    assert TriCarb().parse(capture)[0].extras["Assay Description"] == "µ"

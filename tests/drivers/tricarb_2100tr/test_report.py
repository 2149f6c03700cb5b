"""Runs read from the stream: repeats, cycles, lines between them."""

from pathlib import Path

import pytest

from labsvc.driver import CalibrationRun, CountRun, ParseError
from labsvc_drivers.tricarb_2100tr.report import read_stream

HEADER = "9,0,0,tSIE/AEC,2.0,18.6,0.00,1.0,18.6,156.0,0.00,1.0,156.0,2000.0,0.00\n"


def stream(*places: str, header: str = HEADER) -> str:
    rows = (f"9,{place},1.,5.,6.,8.,441.014,16-Apr-2026 15:04" for place in places)
    return f"{header}{''.join(rows)}9,EOP\n"


def run_of(text: str) -> CountRun:
    (run,) = read_stream(text)
    assert isinstance(run, CountRun)
    return run


def test_readings_run_together_are_parted_at_their_time() -> None:
    """``15:04`` and the protocol's ``9`` behind it stand as ``15:049``."""
    run = run_of(stream("8,1", "8,2"))
    assert [reading.position for reading in run.readings] == ["1", "2"]
    assert {reading.rack for reading in run.readings} == {"8"}


def test_line_ends_between_readings_do_no_harm() -> None:
    """A terminal program may have put them there."""
    assert read_stream(stream("8,1", "8,2").replace("15:04", "15:04\n")) == read_stream(
        stream("8,1", "8,2")
    )


def test_a_vial_met_again_is_a_repeat_or_the_next_cycle() -> None:
    """At once: counted twice. Later: the next pass over the cassettes."""
    run = run_of(stream("8,1", "8,1", "8,2", "8,1", "8,2"))
    assert [(reading.cycle, reading.repeat) for reading in run.readings] == [
        (1, 1), (1, 2), (1, 1), (2, 1), (2, 1),
    ]  # fmt: skip


def test_the_run_key_is_protocol_cassette_and_first_time() -> None:
    """The same run sent twice has one key."""
    first, second = read_stream(stream("8,1") * 2)
    assert first.run_key == second.run_key
    assert first.run_key == "tricarb-2100tr protocol 9 cassette 8 2026-04-16T15:04"


def test_text_between_runs_is_a_warning() -> None:
    """It belongs to the run that follows; after the last run, to that one."""
    first, second = read_stream(f"{stream('8,1')}POWER FAIL\n{stream('8,2')}bye\n")
    assert first.warnings == ()
    assert second.warnings == ("text outside a run: 'POWER FAIL'", "text outside a run: 'bye'")


@pytest.mark.parametrize("rest", ["9,", "9,0,0,tSI", "9,8,1,1.", "x 16-Apr-2026 15:04", "9,EOP"])
def test_the_beginning_of_another_run_is_not_taken_for_noise(rest: str) -> None:
    """What may be part of a run makes the whole capture refused."""
    with pytest.raises(ParseError, match="broke off before EOP or lost its beginning"):
        read_stream(stream("8,1") + rest)


def test_the_numbers_of_unknown_meaning_are_kept() -> None:
    """Third and fourth of each window: perhaps background and 2-sigma terminator."""
    run = run_of(stream("8,1"))
    assert run.extras["Region A third number"] == "0.00"
    assert run.extras["Region A fourth number"] == "1.0"
    assert run.extras["Region C UL"] == "2000.0"
    assert run.readings[0].channels[0].corrected == ()


def test_a_calibration_and_runs_stand_in_one_text() -> None:
    """In the order sent; text between them is said by the one that follows."""
    report = (Path(__file__).parent / "data" / "calibration.bin").read_text("ascii")
    first, second, third = read_stream(f"{stream('8,1')}POWER FAIL\n{report}{stream('8,2')}")
    assert [type(first), type(second), type(third)] == [CountRun, CalibrationRun, CountRun]
    assert isinstance(second, CalibrationRun)
    assert second.warnings == ("text outside a run: 'POWER FAIL'",)

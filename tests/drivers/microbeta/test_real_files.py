"""The reports of a real counter: counted, compared with what their text says, written again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, ParseError, Reading, State
from labsvc_drivers.microbeta import MicroBeta

# file: places, of them counted, sum of the list's CCPM1 (added up outside this program)
REAL = {
    "ria_2019/A16_233.txt": (24, 24, 41543),
    "ria_2019/A16_235.txt": (144, 144, 21349),
    "ria_2019/A16_242.txt": (384, 384, 102659),
    "ria_2019/A16_272.txt": (384, 384, 130186),
    "ria_2019/A16_278.txt": (384, 384, 155957),
    "ria_2020/A16_407.txt": (24, 2, 58),
    "ria_2020/A16_408.txt": (24, 4, 13648),
    "ria_2020/A16_409.txt": (24, 6, 32205),
    "ria_2020/A16_410.txt": (24, 10, 50487),
    "ria_2020/A16_411.txt": (24, 8, 52306),
    "ria_2020/A16_413.txt": (24, 4, 46200),
}


@pytest.fixture(scope="module")
def reports(shared: Path) -> Path:
    return shared / "formats" / "samples" / "microbeta_mbw"


def capture_of(path: Path) -> Capture:
    return Capture(path.name, "test", datetime(2026, 1, 5, tzinfo=UTC), path.read_bytes())


def run_of(path: Path) -> CountRun:
    (run,) = MicroBeta().parse(capture_of(path))
    assert isinstance(run, CountRun)
    return run


def place(run: CountRun, plate: int, position: str) -> Reading:
    (found,) = (one for one in run.readings if (one.plate, one.position) == (plate, position))
    return found


def test_every_report_is_either_read_or_empty(reports: Path) -> None:
    """No real report is left out of these tests."""
    found = {str(path.relative_to(reports)) for path in reports.glob("*/*.txt")}
    empty = {name for name in found if not (reports / name).stat().st_size}
    assert found - empty == REAL.keys()
    assert len(empty) == 2


@pytest.mark.parametrize("name", REAL)
def test_a_real_report_gives_every_place_and_its_total(reports: Path, name: str) -> None:
    """All places of all plates, the counted ones with their rates."""
    run = run_of(reports / name)
    counted = [one for one in run.readings if one.state is State.COUNTED]
    total = sum(one.channels[0].cpm or 0.0 for one in counted)
    assert (len(run.readings), len(counted), total) == REAL[name]
    assert all(not one.channels for one in run.readings if one.state is State.NOT_COUNTED)


@pytest.mark.parametrize("name", REAL)
def test_a_real_report_is_written_again_byte_for_byte(reports: Path, name: str) -> None:
    """But for its line ends, which the folder it came through has changed."""
    written = MicroBeta().simulate([run_of(reports / name)])
    assert written.replace(b"\r\n", b"\n").rstrip() == (reports / name).read_bytes().rstrip()


@pytest.mark.parametrize("name", ["ria_2019/empty.txt", "ria_2019/example__empty.txt"])
def test_an_empty_report_is_refused(reports: Path, name: str) -> None:
    """The counter left it, or the export stopped."""
    assert not MicroBeta().recognises(capture_of(reports / name)).claimed
    with pytest.raises(ParseError, match="empty"):
        run_of(reports / name)


def test_values_of_a_stack_of_six_cassettes(reports: Path) -> None:
    """Read off the text: Unk_97 A01 1904 2.1 is the first place of the fifth plate."""
    run = run_of(reports / "ria_2019/A16_235.txt")
    hot = place(run, 5, "A01")
    assert (hot.sample, hot.order) == ("Unk_97", 97)
    channel = hot.channels[0]
    assert (channel.name, channel.cpm, channel.error_2sigma_percent) == ("1", 1904, 2.1)
    assert channel.corrected == ("background",)
    assert channel.counts is None
    assert hot.live_time_s is None
    assert place(run, 6, "D06").channels[0].cpm == 18
    assert run.counted_at == datetime(2019, 1, 9, 5, 40)
    assert run.counted_at_text == "Wed  9-Jan-2019  5:40"
    assert (run.program.number, run.program.name) == ("16", "COPY_OF_H-3_KORTYZOL_5_MIN")
    assert run.extras["plate 6 cassette"].endswith("Func:STOP/Cassette no:   6/Shelf: 6/4*6")
    assert run.extras["detectors"] == "NOT NORMALIZED"
    assert "DETECTORS NOT NORMALIZED" in run.warnings[0]


def test_places_left_out_keep_their_neighbours_in_place(reports: Path) -> None:
    """Unk_5 is A05; A06 to B06 were not counted; Unk_14 is C02, counted, zero."""
    run = run_of(reports / "ria_2020/A16_410.txt")
    assert place(run, 1, "A05").channels[0].cpm == 62
    assert place(run, 1, "A06").state is State.NOT_COUNTED
    zero = place(run, 1, "C02")
    assert (zero.sample, zero.state, zero.channels[0].cpm) == ("Unk_14", State.COUNTED, 0)
    assert run.warnings == ()
    assert run.extras["detectors"] == "no remark"


def test_two_runs_of_one_day_have_different_keys(reports: Path) -> None:
    """They differ in their time and in the path of their first line."""
    keys = {run_of(reports / name).run_key for name in REAL}
    assert len(keys) == len(REAL)

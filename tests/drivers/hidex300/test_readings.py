"""From blocks to readings, and what a file can be checked for by itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, Quench
from labsvc_drivers.hidex300 import Hidex300
from labsvc_drivers.hidex300.readings import moment

TOTALS = (Path(__file__).parent / "data" / "SERT_TOTALS_C1.csv").read_bytes()


def run_of(content: bytes) -> CountRun:
    capture = Capture("a.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), content)
    (run,) = Hidex300().parse(capture)
    assert isinstance(run, CountRun)
    return run


def changed(old: bytes, new: bytes) -> bytes:
    assert old in TOTALS
    return TOTALS.replace(old, new)


def test_live_time_is_the_time_over_the_dead_time_factor() -> None:
    """60 s at 1.051 are 57.09 s; both printed figures are kept."""
    hot = run_of(TOTALS).readings[2]
    assert hot.live_time_s == pytest.approx(57.0885, abs=1e-4)
    assert (hot.extras["Time"], hot.extras["DTime"]) == ("60", "1.051")
    assert hot.channels[0].corrected == ("dead_time",)


def test_readings_stand_in_the_order_of_the_file() -> None:
    """It goes by sample; the times interleave, since the rack was gone round twice."""
    readings = run_of(TOTALS).readings
    assert [(r.order, r.position, r.repeat) for r in readings] == [
        (1, "A01", 1),
        (2, "A01", 2),
        (3, "A05", 1),
        (4, "A05", 2),
    ]
    times = [r.counted_at for r in readings if r.counted_at]
    assert sorted(times) == [times[0], times[2], times[1], times[3]]


def test_the_run_has_the_earliest_time_wherever_it_stands() -> None:
    """The start in the header has no date."""
    run = run_of(changed(b"17/03/2026 09:16:12", b"17/03/2026 09:02:12"))
    assert run.counted_at == datetime(2026, 3, 17, 9, 2, 12)
    assert run.counted_at_text == "17/03/2026 09:02:12"


def test_qpe_is_the_quench_and_the_others_are_kept() -> None:
    """TDCR and QPI of a blank come from its few counts; QPE does not."""
    first = run_of(TOTALS).readings[0]
    assert first.quench == Quench("QPE", 781.44)
    assert (first.extras["TDCR"], first.extras["QPI"]) == ("0.583", "372.100")
    assert run_of(changed(b"QPE;781.440\r\n", b"")).readings[0].quench is None


def test_unused_columns_are_left_out_until_they_are_used() -> None:
    """They hold 0 in every file seen."""
    assert "Column 17" not in run_of(TOTALS).readings[0].extras
    used = run_of(changed(b"Column 17;0", b"Column 17;0.5"))
    assert used.readings[0].extras["Column 17"] == "0.5"


def test_where_the_rack_has_no_wells_the_vial_is_the_position() -> None:
    """A number, as printed."""
    assert run_of(changed(b"WName;A05", b"WName;-")).readings[2].position == "5"


def test_a_rate_that_does_not_follow_from_the_counts_is_flagged() -> None:
    """41.97 cpm are 42 counts in 60 s; 51.97 are not. Something else was taken off, or edited."""
    run = run_of(changed(b"CPM;41.970", b"CPM;51.970"))
    assert [r.flags for r in run.readings] == [("cpm_unexplained",), (), (), ()]
    assert "in 1 of 4 readings (the first: A01 repeat 1)" in run.warnings[0]


@pytest.mark.parametrize("cpm", [b"41.651", b"42.359"])
def test_rounding_of_the_printed_time_is_allowed_for(cpm: bytes) -> None:
    """60 s may be 59.5 to 60.5."""
    assert run_of(changed(b"CPM;41.970", b"CPM;" + cpm)).warnings == ()


def test_dates_that_prove_nothing_are_read_day_first_and_said() -> None:
    """3 April, not 4 March: but nothing in the file says so."""
    run = run_of(changed(b"17/03/2026", b"03/04/2026"))
    assert run.counted_at == datetime(2026, 4, 3, 9, 12, 20)
    (warning,) = run.warnings
    assert warning.startswith("dates are read day first: 3 Apr 2026; no date in this file proves")


@pytest.mark.parametrize("date", [b"17/03/2026", b"12/12/2026"])
def test_dates_that_can_only_be_read_one_way_need_no_warning(date: bytes) -> None:
    """A day above 12, or the day and the month alike."""
    assert run_of(changed(b"17/03/2026", date)).warnings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30/11/2023 08:44:20", datetime(2023, 11, 30, 8, 44, 20)),
        ("1/2/2024 8:05:09", datetime(2024, 2, 1, 8, 5, 9)),
    ],
)
def test_a_time_is_read_day_first(text: str, expected: datetime) -> None:
    """Padded or not."""
    assert moment(text, 1) == expected


def test_the_same_run_exported_later_and_longer_has_the_same_key() -> None:
    """Title and time of the first block."""
    half = TOTALS[: TOTALS.index(b"Samp.;2") - len(b"Sample start\r\n")]
    assert run_of(half).run_key == run_of(TOTALS).run_key
    assert len(run_of(half).readings) == 2

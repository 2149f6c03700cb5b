"""From reads to runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, State
from labsvc_drivers.topcount import TopCount

DATA = Path(__file__).parent / "data"
PLATE, COLUMN, JOINED = (
    (DATA / name).read_bytes() for name in ("2041.003", "0613.0107", "plate0061.txt")
)


def capture(content: bytes, name: str = "a.txt") -> Capture:
    return Capture(name, "t", datetime(2026, 1, 5, tzinfo=UTC), content)


def runs_of(content: bytes, name: str = "a.txt") -> list[CountRun]:
    found = TopCount().parse(capture(content, name))
    return [record for record in found if isinstance(record, CountRun)]


def test_the_same_read_has_one_key_alone_and_joined() -> None:
    """Nothing but what was counted makes the key: not the file, nor the place in it."""
    (alone,) = runs_of(PLATE, "2041.003")
    joined = runs_of(COLUMN + PLATE, "plate2041.txt")
    assert joined[1] == alone


def test_a_read_that_went_through_a_spreadsheet_keeps_its_key() -> None:
    """Padding, or the leading zero of the hour, is gone; figures and times are the same."""
    lines = (b"\t".join(c.strip() for c in line.split(b"\t")) for line in PLATE.split(b"\r\n"))
    tidied, without_zeros = b"\r\n".join(lines), JOINED.replace(b"\t09:", b"\t9:")
    assert (tidied, without_zeros) != (PLATE, JOINED)
    assert runs_of(tidied)[0].run_key == runs_of(PLATE)[0].run_key
    assert runs_of(without_zeros)[0].run_key == runs_of(JOINED)[0].run_key


@pytest.mark.parametrize(
    ("old", "new"), [(b"   8485 ", b"   8486 "), (b"14:05:13", b"14:05:14"), (b"8485", b"0000")]
)
def test_another_figure_or_clock_is_another_run(old: bytes, new: bytes) -> None:
    """Two reads of one plate at one time of day do not fall together."""
    assert runs_of(PLATE.replace(old, new, 1))[0].run_key != runs_of(PLATE)[0].run_key


def test_no_date_is_made_up() -> None:
    """The file has clock times; they are kept as printed."""
    (run,) = runs_of(COLUMN)
    assert run.counted_at is None
    assert {one.counted_at for one in run.readings} == {None}
    assert run.counted_at_text == "11:58:10 PM"
    assert run.readings[0].extras == {"clock": "11:58:10 PM"}


def test_passing_midnight_is_said() -> None:
    """Last clock is before the first one."""
    (run,) = runs_of(COLUMN)
    assert (run.extras["first clock"], run.extras["last clock"]) == ("11:58:10 PM", "12:01:13 AM")
    assert any("from 11:58:10 PM to 12:01:13 AM" in warning for warning in run.warnings)
    assert not any("midnight" in warning for warning in runs_of(PLATE)[0].warnings)


def test_numbers_of_the_column_format_are_not_made_into_wells() -> None:
    """Along rows or down columns is the counter's set-up, and not printed."""
    (run,) = runs_of(COLUMN)
    assert [one.position for one in run.readings] == [str(n) for n in range(1, 97)]
    assert any("rows or down the columns" in warning for warning in run.warnings)


def test_a_place_not_counted_is_no_zero() -> None:
    """It has no channel; a printed 0 has one."""
    (run,) = runs_of(PLATE.replace(b"      8485 ", b"         0 ", 1))
    by_well = {one.position: one for one in run.readings}
    assert by_well["A01"].channels[0].cpm == 0
    assert (by_well["B01"].channels, by_well["B01"].state) == ((), State.NOT_COUNTED)


def test_every_run_says_that_its_unit_is_not_printed() -> None:
    """cpm is how it is read, not what it says."""
    for run in runs_of(JOINED) + runs_of(COLUMN):
        assert run.warnings[0].startswith("the file does not print its unit")
        assert run.readings[0].live_time_s is None
        assert run.readings[0].channels[0].counts is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"1,2,3\r\n2,3,4\r\n", "neither"),
        (b"\t1\t2\t3\t4\t5\t6\r\nA\t1\t2\t3\t4\t5\t6\r\n", "none of clock times"),
        (b"name,count,time\r\n1 ,20 ,14:00:00 \r\n", "neither"),
    ],
)
def test_other_tables_and_grids_are_not_claimed(content: bytes, why: str) -> None:
    """A plate reader's grid has no clocks."""
    recognition = TopCount().recognises(capture(content))
    assert not recognition.claimed
    assert why in recognition.why


def test_one_whole_read_ends_and_joined_reads_do_not() -> None:
    """Only after its blank line; behind joined reads one more may follow."""
    driver = TopCount()
    assert driver.ends(PLATE)
    assert driver.ends(COLUMN)
    assert not driver.ends(PLATE[:-2])
    assert not driver.ends(JOINED)

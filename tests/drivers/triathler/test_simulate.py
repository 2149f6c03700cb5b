"""Transmissions written from runs that were never read from one."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, Instrument, Program, Reading
from labsvc_drivers.triathler import Triathler

AT = datetime(2026, 3, 2, 9, 30, 5)
RUN = CountRun(
    "any",
    Instrument("any"),
    tuple(Reading(str(n), n, (Channel("A", cpm=100.0 * n),)) for n in (1, 2)),
    Program(name="H3"),
    counted_at=AT,
)


def test_each_reading_is_a_transmission_of_its_own() -> None:
    """The counter holds one vial."""
    content = Triathler().simulate([RUN])
    capture = Capture("a.bin", "test", datetime(2026, 3, 3, tzinfo=UTC), content)
    assert Triathler().recognises(capture).claimed
    runs = [run for run in Triathler().parse(capture) if isinstance(run, CountRun)]
    assert [run.readings[0].channels[0].cpm for run in runs] == [100.0, 200.0]
    assert [run.counted_at for run in runs] == [AT, AT]


def test_text_lines_end_lf_cr_and_display_updates_cr() -> None:
    """In that order, as the instrument sends them."""
    content = Triathler().simulate([RUN])
    assert content.startswith(b"[< H3 >S:  1\r{t   60R:    100\r[ H3 ] 02 Mar.2026\n\r")
    assert content.endswith(b"Bitsum:0\n\r")


def test_no_run_makes_no_transmission() -> None:
    """Silence is not a vial."""
    with pytest.raises(ValueError, match="readings of count runs"):
        Triathler().simulate([])

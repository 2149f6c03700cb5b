"""A run that is still coming in over the line, closed behind its last whole reading."""

from __future__ import annotations

from labsvc_drivers.tricarb_2100tr.beginning import closed_early

HEADER = "9,0,0,tSIE/AEC,2.0,18.6,0.00,1.0,18.6,156.0,0.00,1.0,156.0,2000.0,0.00\n"
FIRST = "9,14,1,1.,3.8034,6.,4.,498.944,03-Apr-2026 14:59"
SECOND = "9,14,2,1.,5.,6.,4.,490.1,03-Apr-2026 15:01"


def test_a_reading_ends_with_the_last_figure_of_its_minute() -> None:
    """The next one begins at once, so that only the width of the time tells."""
    assert closed_early(HEADER + FIRST + SECOND[:-1]) == f"{HEADER}{FIRST}9,EOP\n"
    assert closed_early(HEADER + FIRST + SECOND) == f"{HEADER}{FIRST}{SECOND}9,EOP\n"


def test_line_ends_between_readings_are_left_as_they_are() -> None:
    """Some counters send them."""
    assert closed_early(f"{HEADER}{FIRST}\n{SECOND}") == f"{HEADER}{FIRST}\n{SECOND}9,EOP\n"


def test_what_has_its_end_or_no_reading_does_not_go_on() -> None:
    """Nothing is under way, or nothing is known of it yet."""
    assert closed_early(f"{HEADER}{FIRST}9,EOP\n") is None
    assert closed_early(HEADER + FIRST[:-1]) is None
    assert closed_early("noise") is None


def test_the_last_header_is_the_one_that_goes_on() -> None:
    """A run that broke off and was begun anew."""
    assert closed_early(HEADER + FIRST + "\n" + HEADER + SECOND) == f"{HEADER}{SECOND}9,EOP\n"

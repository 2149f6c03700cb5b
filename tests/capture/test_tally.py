"""What one look did."""

from __future__ import annotations

from labsvc.capture.tally import ScanReport, Tally


def test_nothing_done_is_an_empty_report() -> None:
    """And nothing waits."""
    assert Tally().report() == ScanReport()


def test_the_file_that_is_ready_first_says_when_to_look_again() -> None:
    """A time that has passed is now."""
    tally = Tally()
    tally.wait("a.txt", "it is empty", 60.0)
    tally.wait("b.txt", "it may still be written to", 2.0)
    assert tally.report().next_look_seconds == 2.0
    tally.wait("c.txt", "late", -1.0)
    assert tally.report().next_look_seconds == 0.0
    assert [name for name, _ in tally.report().waiting] == ["a.txt", "b.txt", "c.txt"]

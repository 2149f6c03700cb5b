"""A count under way: when what has come of it is judged, and what is remembered of its file."""

from __future__ import annotations

from datetime import timedelta

from labsvc.model.capture import Capture
from labsvc.service.work.growing import Growing
from tests.bench import NOW

LATER = NOW + timedelta(minutes=5)
BEGINNING, MORE = (Capture("count.csv", "tricarb", at, b"1,2") for at in (NOW, LATER))


def test_what_a_file_shows_first_is_not_judged() -> None:
    """It may have been put there whole: it is only held against its run sheet."""
    one = Growing(NOW)
    one.shows(BEGINNING, by_line=False)
    assert (one.first, one.latest) == (BEGINNING, None)
    one.shows(MORE, by_line=False)
    assert (one.first, one.latest, one.grown_at) == (None, MORE, LATER)


def test_what_a_line_shows_is_judged_at_once() -> None:
    """It brings a count piece by piece: there is more before it and after it."""
    one = Growing(NOW)
    one.shows(BEGINNING, by_line=True)
    assert one.latest == BEGINNING


def test_a_file_that_grows_after_it_was_taken_was_taken_too_soon() -> None:
    one = Growing(NOW, said="12 counted")
    one.was_taken()
    assert (one.said, one.too_soon) == ("", False)
    one.shows(MORE, by_line=False)
    assert one.too_soon

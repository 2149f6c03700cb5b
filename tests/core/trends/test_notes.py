"""What people noted along a series."""

from __future__ import annotations

from datetime import timedelta

from labsvc.core.trends.cusum import cusum
from labsvc.core.trends.notes import Note, NotedAt, noted_near, placed_notes
from tests.core.trends.charted import FIRST_DAY, STANDARD, daily

SERIES = daily([0.0] * 10)


def on(days: int, text: str = "new detector") -> Note:
    return Note((FIRST_DAY + timedelta(days=days)).date(), text)


def test_a_note_stands_at_the_first_run_of_its_day_or_later() -> None:
    """In order, whatever order they were written in."""
    found = placed_notes([on(4, "b"), on(0, "a")], SERIES)
    assert found == (NotedAt(0, "a"), NotedAt(4, "b"))


def test_what_happened_before_or_after_the_series_is_left_out() -> None:
    assert placed_notes([on(-3), on(30)], SERIES) == ()
    assert placed_notes([on(0)], ()) == ()


def test_notes_near_a_place_end_a_sentence() -> None:
    """Three runs to either side; without a second full stop."""
    notes = [NotedAt(4, "new detector."), NotedAt(9, "repaired")]
    assert noted_near(notes, 6) == "; noted there: new detector, repaired"
    assert noted_near(notes, 0) == ""


def test_a_change_point_names_what_was_noted_there() -> None:
    """The detector was replaced on the tenth day, and all values are lower from then on."""
    values = [0.2, -0.3, 0.1, 0.4, -0.2, 0.3, -0.1, 0.0, 0.6, 0.1, *([-1.5] * 8)]
    series = daily(values)
    (signal,) = cusum(series, STANDARD, notes=placed_notes([on(10)], series)).signals
    assert signal.sentence.endswith("; noted there: new detector.")

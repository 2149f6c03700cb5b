"""Away and back, silent and heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from labsvc.notify import sourcealerts as alerts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_away_and_back_are_a_pair_for_each_absence() -> None:
    """One message when it is away, one when it is back; the next absence is another pair."""
    away = alerts.for_source_away("counter-1", "folder X cannot be read.", NOON, at=NOON)
    again = alerts.for_source_away("counter-1", "other words.", NOON, at=NOON)
    back = alerts.for_source_back("counter-1", NOON, at=NOON)
    assert away.key == again.key
    assert back.key == away.key.replace("away", "back")
    assert away.topic == back.topic == "source-away:counter-1"
    assert away.thread == back.thread


def test_silent_and_heard_are_a_pair() -> None:
    """With how long it was to be silent at most."""
    silent = alerts.for_source_silent("counter-1", NOON, timedelta(hours=8), at=NOON)
    heard = alerts.for_source_heard("counter-1", NOON, at=NOON)
    assert silent.topic == heard.topic
    assert "patience of 8 h" in silent.text
    assert (silent.severity, heard.severity) == ("warning", "info")

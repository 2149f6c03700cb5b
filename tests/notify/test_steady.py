"""Told when it lasts, over when it is steady: a table of what was seen, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from labsvc.notify.steady import Episode, step

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def seen(minutes: str, patience: int = 3, steady: int = 3) -> str:
    """``x`` there, ``.`` gone, one look a minute: ``t`` told, ``o`` over, ``-`` nothing."""
    episode: Episode | None = None
    words = []
    for number, mark in enumerate(minutes):
        episode, word = step(episode, NOON + number * MINUTE, there=mark == "x",
                             patience=patience * MINUTE, steady=steady * MINUTE)  # fmt: skip
        words.append(word[0] if word else "-")
    return "".join(words)


@pytest.mark.parametrize(
    ("minutes", "told", "what"),
    [
        ("xxx....", "-------", "too short to be told"),
        ("xxxxxx", "---t--", "told once"),
        ("xxxxx...xx...", "---t---------", "gone for less than the steady time: no end"),
        ("xxxxx.....", "---t----o-", "over when it was gone for the steady time"),
        ("xx.xx.xx.xx.", "-------t----", "flaps: told once it was there long enough in all"),
        ("xxxx.x.x.x.x.x.x.x.", "---t---------------", "flaps after it was told: one message"),
        ("xx....xx....", "------------", "a steady time between: it begins anew"),
        ("xxxx....xxxx....", "---t---o---t---o", "two troubles, two pairs"),
    ],
)
def test_what_is_told_of_a_trouble(minutes: str, told: str, what: str) -> None:
    """By what was seen."""
    assert seen(minutes) == told, what


def test_without_patience_it_is_told_at_the_first_look() -> None:
    assert seen("x", patience=0) == "t"


def test_a_machine_that_slept_knows_nothing_of_the_time_between() -> None:
    """Away on Friday evening and on Monday morning is not away for the weekend."""
    first, _ = step(None, NOON, there=True, patience=30 * MINUTE, steady=MINUTE)
    later = NOON + timedelta(days=2)
    after, word = step(first, later, there=True, patience=30 * MINUTE, steady=MINUTE)
    assert word is None
    assert after is not None
    assert after.there_for == timedelta(0)


def test_a_clock_set_back_keeps_no_trouble_for_a_day() -> None:
    """It is over by the new time."""
    told = Episode(NOON, NOON, told=True, gone_since=NOON)
    earlier = NOON - timedelta(days=1)
    waits, _ = step(told, earlier, there=False, patience=MINUTE, steady=3 * MINUTE)
    _, word = step(waits, earlier + 3 * MINUTE, there=False, patience=MINUTE, steady=3 * MINUTE)
    assert word == "over"

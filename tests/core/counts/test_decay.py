"""Half-lives, and what is left after a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labsvc.core.counts.decay import (
    ISOTOPES,
    days_between,
    decay_corrected,
    decay_rate_per_day,
    remaining,
)
from labsvc.model.run import Channel


@pytest.mark.parametrize(
    ("isotope", "days", "left"),
    [
        ("3H", 400, 0.9402438320091712),
        ("3H", 3650, 0.5699273516008088),
        ("125I", 30, 0.7046357096515821),
        ("35S", 45, 0.7001680107114725),
        ("33P", 60, 0.19374111463893381),
        ("14C", 3650, 0.9987854968090032),
    ],
)
def test_what_is_left_of_an_isotope(isotope: str, days: float, left: float) -> None:
    """2^(-t/T); years are tropical years of 365.2422 days."""
    assert remaining(isotope, days) == pytest.approx(left, rel=1e-9)
    assert remaining(isotope, -days) == pytest.approx(1 / left, rel=1e-9)


def test_every_half_life_halves_and_has_its_source() -> None:
    """Named as protocols name isotopes."""
    for name, isotope in ISOTOPES.items():
        assert name == isotope.name
        assert isotope.source
        assert remaining(name, isotope.half_life_days) == 0.5


def test_an_isotope_that_is_not_known_is_not_decayed() -> None:
    """No half-life is guessed."""
    assert remaining("99Tc", 1) is None
    assert decay_rate_per_day("99Tc") is None
    assert decay_corrected(100.0, None, "99Tc", 1) is None


def test_a_net_rate_is_brought_back_to_its_reference_day() -> None:
    """After one half-life 500 cpm were 1000; after none they are what they are."""
    assert decay_corrected(500.0, Channel("1"), "125I", 59.4) == pytest.approx(1000.0)
    assert decay_corrected(500.0, None, "125I", 0) == 500.0


def test_the_counters_own_decay_correction_is_not_repeated() -> None:
    """It says so in ``corrected``."""
    done = Channel("1", corrected=("background", "decay"))
    assert decay_corrected(500.0, done, "125I", 59.4) == 500.0


def test_days_are_counted_between_dates_and_between_moments() -> None:
    """Half a day is half a day; a reference date before counting is positive."""
    assert days_between(date(2026, 1, 15), date(2026, 3, 2)) == 46
    morning, evening = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (6, 18))
    assert days_between(morning, evening) == 0.5

"""How long a time course is linear."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.assays.linearphase import linear_phase

MINUTES = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0)


def course(rate_constant: float, seed: int = 3, sd: float = 2.0) -> tuple[list[float], list[float]]:
    """Uptake that levels off with this rate constant per minute, in triplicate, scatter 2."""
    rng = np.random.default_rng(seed)
    minutes = np.repeat(MINUTES, 3)
    amounts = 20 / rate_constant * (1 - np.exp(-rate_constant * minutes))
    return minutes.tolist(), (amounts + rng.normal(0, sd, len(minutes))).tolist()


def test_a_straight_course_is_linear_throughout() -> None:
    """2.5 a minute to the end; the rate is the slope."""
    minutes = np.repeat(MINUTES, 3)
    noise = np.random.default_rng(1).normal(0, 2.0, len(minutes))
    found = linear_phase(minutes.tolist(), (2.5 * minutes + noise).tolist())
    assert (found.until_minutes, found.p_beyond) == (30.0, None)
    assert found.rate == pytest.approx(2.5, abs=0.1)
    assert "Linear to 30 min" in found.sentence
    assert "the whole course" in found.sentence


def test_a_course_that_levels_off_is_linear_only_at_first() -> None:
    """With a half-life of 10 min it bends within 10 min; the sentence says until when."""
    found = linear_phase(*course(0.07))
    assert found.until_minutes is not None
    assert 2 < found.until_minutes < 20
    assert found.p is not None
    assert found.p_beyond is not None
    assert found.p > 0.05 > found.p_beyond
    assert f"take rates up to {found.until_minutes:g} min only" in found.sentence


def test_a_course_curved_from_the_start_has_no_linear_phase() -> None:
    """Without scatter, even the first three times bend."""
    found = linear_phase(*course(0.5, sd=1e-6))
    assert (found.until_minutes, found.rate) == (None, None)
    assert "Curved from the start" in found.sentence


def test_an_exact_line_and_an_exact_parabola_are_told_apart() -> None:
    """Neither has any scatter to test by."""
    minutes = [0.0, 1.0, 2.0, 3.0]
    assert linear_phase(minutes, [0.0, 2.0, 4.0, 6.0]).until_minutes == 3.0
    assert linear_phase(minutes, [0.0, 1.0, 4.0, 9.0]).until_minutes is None


def test_replicates_and_missing_points() -> None:
    """A NaN does not count; the order of the points is of no matter."""
    minutes, amounts = course(0.07)
    gapped = linear_phase([*minutes, 40.0], [*amounts, float("nan")])
    turned = linear_phase(minutes[::-1], amounts[::-1])
    assert gapped == linear_phase(minutes, amounts)
    assert turned.until_minutes == gapped.until_minutes


@pytest.mark.parametrize("minutes", [(), (1.0, 1.0, 2.0, 2.0), (1.0, 2.0, 3.0)])
def test_too_few_points_or_times_say_so(minutes: tuple[float, ...]) -> None:
    """A line through two times fits anything."""
    found = linear_phase(minutes, [1.0] * len(minutes))
    assert found.until_minutes is None
    assert "needs 4 at 3 times" in found.sentence


def test_a_straight_course_is_called_curved_in_about_one_of_twenty() -> None:
    """The F test keeps its 5 % at the longest time: 1000 straight courses."""
    rng, minutes = np.random.default_rng(9), np.repeat(MINUTES, 2)
    short = sum(
        linear_phase(minutes.tolist(), (minutes + rng.normal(0, 1, 14)).tolist()).until_minutes
        != 30.0
        for _ in range(1000)
    )
    assert 30 <= short <= 70

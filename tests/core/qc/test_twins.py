"""Plates that are one plate."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.qc.twins import agreement

LEVELS = np.tile([3000.0, 6000.0, 2000.0, 4000.0], 24)


def plate(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What is bound in each well: pipetted with 3 %."""
    return LEVELS * np.exp(rng.normal(0, 0.03, 96))


def counts(rng: np.random.Generator, bound: np.ndarray[tuple[int], np.dtype[np.float64]]
           ) -> dict[str, float]:  # fmt: skip
    return {str(at): float(one) for at, one in enumerate(rng.poisson(bound))}


def test_by_hand() -> None:
    """(100 - 110)^2 / 210 and (200 - 200)^2 / 400, of 152.5 counts on average."""
    found = agreement({"A": 100.0, "B": 200.0, "C": 7.0}, {"A": 110.0, "B": 200.0})
    assert found is not None
    assert (found.wells, found.same) == (2, 0.5)
    assert found.ratio == pytest.approx(100 / 210 / 2)
    assert found.apart == pytest.approx(1 + 0.0009 * 152.5)


def test_one_filter_counted_twice_is_told_and_two_plates_are_not() -> None:
    """Of a hundred of each."""
    rng = np.random.default_rng(1)
    again, apart = [], []
    for _ in range(100):
        first, second = plate(rng), plate(rng)
        again.append(agreement(counts(rng, first), counts(rng, first)))
        apart.append(agreement(counts(rng, first), counts(rng, second)))
    assert sum(one is not None and one.twins for one in again) >= 95
    assert not any(one is not None and one.twins for one in apart)


def test_where_counts_are_few_only_the_very_same_are_told() -> None:
    """Counting hides pipetting there."""
    rng = np.random.default_rng(2)
    bound = plate(rng) / 100
    first, second = counts(rng, bound), counts(rng, bound)
    again, copied = agreement(first, second), agreement(first, first)
    assert again is not None
    assert copied is not None
    assert (again.twins, copied.twins) == (False, True)


def test_plates_without_positions_in_common_are_not_compared() -> None:
    assert agreement({"A": 100.0}, {"B": 100.0}) is None
    assert agreement({"A": 0.0}, {"A": 0.0}) is None

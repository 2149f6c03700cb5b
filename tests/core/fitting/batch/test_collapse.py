"""Collapsing replicates loses nothing."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from labsvc.core.fitting.batch.collapse import collapse, points


def test_pure_error_and_means_account_for_every_point() -> None:
    """SS about the grand mean = pure error + weighted SS of the means, weights and all."""
    c = [1e-9, 1e-9, 1e-8, 1e-8, 1e-7, 0.0]
    y, w = [10.0, 12.0, 7.0, nan, 3.0, 11.0], [1.0, 2.0, 1.0, 5.0, 4.0, 1.0]
    seen = collapse([points(c, y, w)])
    between = (seen.weight * (seen.mean - seen.grand_mean) ** 2).sum(axis=0)
    assert (seen.pure_error + between)[0] == pytest.approx(seen.about_mean[0])
    used = np.array([v for v in y if v == v])
    weights = np.array([1.0, 2.0, 1.0, 4.0, 1.0])
    mean = (weights * used).sum() / weights.sum()
    direct = (weights * (used - mean) ** 2).sum()
    assert (seen.about_mean * seen.weight_scale)[0] == pytest.approx(direct)
    assert seen.count[:, 0].tolist() == [1, 2, 1, 1]


def test_the_same_dilution_calculated_twice_is_one_concentration() -> None:
    """1e-7 / 10 and 1e-8 differ in their last digit only."""
    read = points([1e-8, 1e-7 / 10, 1.0000000000000002e-8], [1.0, 2.0, 3.0], [1.0] * 3)
    assert len(set(read.layout.x)) == 1


def test_the_order_of_the_points_does_not_matter() -> None:
    """Points are sorted, so that equal experiments are equal bytes."""
    c, y = [1e-9, 1e-8, 1e-8, 1e-7], [1.0, 3.0, 2.0, 5.0]
    backwards = points(c[::-1], y[::-1], [1.0] * 4)
    assert points(c, y, [1.0] * 4) == backwards


def test_the_same_concentrations_in_any_order_are_one_layout() -> None:
    """The points are sorted with their responses; the highest concentration is kept apart."""
    one = points([1e-9, 1e-6, 0.0], [10.0, 20.0, 30.0], [1.0, 1.0, 1.0])
    other = points([0.0, 1e-9, 1e-6], [30.0, 10.0, 20.0], [1.0, 1.0, 1.0])
    assert one == other
    assert one.layout.x == (-1e6, -3.0, 0.0)
    assert (one.log10_highest, one.responses) == (-6.0, (30.0, 10.0, 20.0))


def test_no_usable_concentration_is_an_empty_layout() -> None:
    """Negative and missing concentrations are dropped, and nothing is left."""
    assert points([-1.0, float("nan")], [1.0, 2.0], [1.0, 1.0]).layout.x == ()

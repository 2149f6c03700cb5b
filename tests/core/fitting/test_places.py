"""Replicates brought together lose nothing that a fit needs."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.places import means, places
from labsvc.core.models import Columns

X = np.array([1e-9, 1e-8, 1e-9, 1e-9, 1e-8])
KIND = np.array(["total", "total", "total", "blocked", "total"])
Y = np.array([10.0, 20.0, 13.0, 1.0, 26.0])
WEIGHTS = np.array([1.0, 2.0, 3.0, 1.0, 1.0])


def test_points_of_one_place_are_one_of_x_and_kind() -> None:
    found = places(Columns(X, None, KIND))
    assert found.row.tolist() == [0, 1, 0, 2, 1]
    assert found.at.x.tolist() == [1e-9, 1e-8, 1e-9]
    assert found.at.is_kind("blocked").tolist() == [False, False, True]


def test_a_second_concentration_makes_a_place_of_its_own() -> None:
    found = places(Columns(np.array([1.0, 1.0, 1.0]), np.array([0.0, 2.0, 0.0])))
    assert (found.size, found.row.tolist()) == (2, [0, 1, 0])


def test_sums_of_squares_are_those_of_the_points() -> None:
    """For any curve: the points' sum is that of the means and the scatter within the places."""
    found = places(Columns(X, None, KIND))
    seen = means(found, Y, WEIGHTS)
    for curve in (np.zeros(3), np.array([11.0, 19.0, 4.0])):
        points = WEIGHTS @ (Y - curve[found.row]) ** 2
        assert seen.weights @ (seen.y - curve) ** 2 + seen.scatter == pytest.approx(points)


def test_points_without_replicates_stay_as_they_are() -> None:
    found = places(Columns(np.array([3.0, 1.0, 2.0])))
    y = np.array([5.0, 6.0, 7.0])
    seen = means(found, y, np.ones(3))
    assert seen.y is y
    assert seen.scatter == 0

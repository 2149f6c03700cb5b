"""Newton's step in a few dimensions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labsvc.core.fitting.general.newton import newton

Slope = Callable[[np.ndarray], np.ndarray]


def about(slope: Slope, at: list[float], width: float) -> np.ndarray:
    """Slopes at a place and a width to either side in each direction, times the width."""
    star = np.concatenate([np.zeros((1, len(at))), np.eye(len(at)), -np.eye(len(at))])
    return np.array([[slope(np.array(at) + one * width) * width for one in star]])


def test_the_bottom_of_a_bowl_is_one_step_away() -> None:
    """Of any bowl: (x - b)' A (x - b) / 2."""
    bowl, bottom = np.array([[3.0, 1.0, 0.2], [1.0, 2.0, 0.5], [0.2, 0.5, 1.0]]), [0.3, -1.0, 2.0]
    (step,) = newton(about(lambda x: bowl @ (x - bottom), [1.0, 1.0, 1.0], 0.1))
    assert step * 0.1 + 1.0 == pytest.approx(bottom, rel=1e-9)


def test_what_is_missed_is_a_third_power() -> None:
    """Of cosh(x) + cosh(y + x/2) + (x y)^2 / 9: ten times nearer, a thousand times less left."""

    def slope(at: np.ndarray) -> np.ndarray:
        x, y = at
        lean = np.sinh(y + x / 2)
        return np.array([np.sinh(x) + lean / 2 + x * y * y / 4.5, lean + x * x * y / 4.5])

    left = []
    for far in (0.2, 0.02):
        step = newton(about(slope, [far, far], 1e-4))
        left.append(np.abs(far + step * 1e-4).max())
    assert left[1] < left[0] / 700


def test_on_a_saddle_the_step_is_downhill() -> None:
    """x^2 - y^2: to the middle along x, away from it along y."""
    ((x, y),) = newton(about(lambda at: at * [2.0, -2.0], [0.5, 0.5], 0.1))
    assert x == pytest.approx(-5.0)
    assert y == pytest.approx(5.0)


def test_where_nothing_is_known_there_is_no_step() -> None:
    """And the others are not kept from theirs."""
    slopes = np.repeat(about(lambda at: at, [0.5, 0.5], 0.1), 2, axis=0)
    slopes[0, 3, 1] = np.nan
    none, step = newton(slopes)
    assert none.tolist() == [0.0, 0.0]
    assert step == pytest.approx([-5.0, -5.0])

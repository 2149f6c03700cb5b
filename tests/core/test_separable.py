"""The projected problem's derivatives, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.curves import inhibition
from labsvc.core.separable import Lanes, Place, Terms, look, project

X = np.linspace(-4.5, 0.0, 10)[:, None]


def noisy_lane(level_free: bool, amplitude: float | None) -> Lanes:
    """One seeded curve with weight 3."""
    y = inhibition(X, -2.1, -1.4, 1.0, 0.0) + np.random.default_rng(1).normal(0, 0.1, X.shape)
    return Lanes(
        x=X,
        weight=np.full(y.shape, 3.0),
        y=y - y.mean(axis=0) if level_free else y,
        amplitude=np.full(1, amplitude if amplitude is not None else 0.0),
        sign=np.ones(1),
        level_free=level_free,
        amplitude_free=amplitude is None,
    )


@pytest.mark.parametrize(("level_free", "amplitude"), [(True, None), (False, None), (False, 0.8)])
def test_gradient_and_hessian_are_exact(level_free: bool, amplitude: float | None) -> None:
    """Also with the plateaus eliminated: central differences of the sum of squares agree."""
    lanes, step = noisy_lane(level_free, amplitude), 1e-4
    where = np.array([0.3, 0.2])

    def half(shift: float, log_slope: float) -> float:
        place = Place(np.array([-2.0]), np.array([shift]), np.array([log_slope]))
        return float(project(lanes, place).sum_of_squares[0]) / 2

    place = Place(np.array([-2.0]), where[:1], where[1:])
    terms = Terms(*look(lanes, place))
    q, p = where
    up, down, middle = half(q + step, p), half(q - step, p), half(q, p)
    assert terms.g_shift[0] == pytest.approx((up - down) / (2 * step), rel=1e-5)
    assert terms.h_shift[0] == pytest.approx((up - 2 * middle + down) / step**2, rel=1e-4)
    up, down = half(q, p + step), half(q, p - step)
    assert terms.g_slope[0] == pytest.approx((up - down) / (2 * step), rel=1e-5)
    assert terms.h_slope[0] == pytest.approx((up - 2 * middle + down) / step**2, rel=1e-4)
    cross = half(q + step, p + step) - half(q + step, p - step)
    cross -= half(q - step, p + step) - half(q - step, p - step)
    assert terms.h_both[0] == pytest.approx(cross / (4 * step**2), rel=1e-4)

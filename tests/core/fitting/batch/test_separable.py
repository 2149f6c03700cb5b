"""The projected problem's derivatives, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.separable import Lanes, Terms, look, sum_of_squares, view
from labsvc.core.fitting.curves import LN10, Array, inhibition

X = np.linspace(-4.5, 0.0, 10)[:, None]


def noisy_lane(level_free: bool, amplitude: float | None, weight: Array, sign: float) -> Lanes:
    """One seeded curve."""
    y = inhibition(X, -2.1, -1.4, 1.0, 0.0) + np.random.default_rng(1).normal(0, 0.1, X.shape)
    return Lanes(
        x=X,
        weight=weight,
        y=y - (weight * y).sum() / weight.sum() if level_free else y,
        amplitude=np.full(1, amplitude if amplitude is not None else 0.0),
        sign=np.full(1, sign),
        level_free=level_free,
        amplitude_free=amplitude is None,
    )


ALIKE, UNALIKE = np.full(X.shape, 3.0), np.linspace(0.5, 2.0, 10)[:, None]


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("weight", [ALIKE, UNALIKE])
@pytest.mark.parametrize(("level_free", "amplitude"), [(True, None), (False, None), (False, 0.8)])
def test_gradient_and_hessian_are_exact(
    level_free: bool, amplitude: float | None, weight: Array, sign: float
) -> None:
    """Also with the plateaus eliminated: central differences of the sum of squares agree."""
    seen = view(noisy_lane(level_free, amplitude, weight, sign), np.array([-2.0]))
    step, (q, p) = 1e-4, (0.3, -0.2)

    def half(offset: float, log_width: float) -> float:
        slope = np.exp([-log_width])
        return float(sum_of_squares(seen, np.array([offset]), slope)[0]) / 2

    terms = Terms(*look(seen, np.array([q]), np.exp([-p])))
    up, down, middle = half(q + step, p), half(q - step, p), half(q, p)
    assert terms.g_offset[0] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-9)
    assert terms.h_offset[0] == pytest.approx((up - 2 * middle + down) / step**2, rel=1e-4)
    up, down = half(q, p + step), half(q, p - step)
    assert terms.g_width[0] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-9)
    assert terms.h_width[0] == pytest.approx((up - 2 * middle + down) / step**2, rel=1e-4)
    cross = half(q + step, p + step) - half(q + step, p - step)
    cross -= half(q - step, p + step) - half(q - step, p - step)
    assert terms.h_both[0] == pytest.approx(cross / (4 * step**2), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("weight", [ALIKE, UNALIKE])
def test_level_and_amplitude_are_those_of_linear_least_squares(weight: Array) -> None:
    """At a fixed place and slope the two plateaus are a weighted straight-line problem."""
    lanes = noisy_lane(True, None, weight, 1.0)
    terms = Terms(*look(view(lanes, np.array([-2.0])), np.zeros(1), np.ones(1)))
    shape = 1 / (1 + np.exp(-LN10 * (X + 2.0)))
    root = np.sqrt(weight)
    columns = np.hstack([root, root * shape])
    found, rest, *_ = np.linalg.lstsq(columns, (root * lanes.y)[:, 0], rcond=None)
    assert [terms.level[0], terms.amplitude[0]] == pytest.approx(found)
    assert terms.sum_of_squares[0] == pytest.approx(rest[0])

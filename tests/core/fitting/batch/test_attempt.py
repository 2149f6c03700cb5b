"""One group fitted at once: what is measured of it."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.batch.attempt import Key, Task, attempt
from labsvc.core.fitting.batch.collapse import points
from labsvc.core.fitting.curves import inhibition

X = np.repeat(np.linspace(-9.0, -5.0, 9), 2)


@pytest.mark.parametrize("sign", [-1, 1])
def test_plateaus_are_named_as_prism_names_them(sign: int) -> None:
    """Fixed plateaus at low and high concentration become top and bottom by the slope's sign."""
    y = inhibition(X, -7.2, sign * 1.2, 90.0, 10.0) + 0.5 * (-1.0) ** np.arange(len(X))
    read = points((10**X).tolist(), y.tolist(), [1.0] * len(X))
    low, high = (90.0, 10.0) if sign < 0 else (10.0, 90.0)
    key = Key(read.layout, sign, True, True, None)
    (seen,) = attempt(key, [Task(0, sign, low, high, None)], [read])
    assert (seen.top, seen.bottom) == pytest.approx((90.0, 10.0))
    assert seen.hill == pytest.approx(sign * 1.2, abs=0.05)
    assert seen.log10_ic50 == pytest.approx(-7.2, abs=0.02)
    assert seen.free == (True, True, False, False)


def test_a_curve_of_nothing_is_fitted_without_a_warning() -> None:
    """All points 0, and a plateau that is not: what is compared with it stays a number."""
    read = points((10**X).tolist(), [0.0] * len(X), [1.0] * len(X))
    key = Key(read.layout, -1, True, False, None)
    (seen,) = attempt(key, [Task(0, -1, 100.0, None, None)], [read])
    assert seen.means == (0.0,) * 9
    assert seen.sum_of_squares == pytest.approx(0.0, abs=1e-6)

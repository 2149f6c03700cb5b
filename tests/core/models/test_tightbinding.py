"""Morrison's equation."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.model import Columns
from labsvc.core.models.tightbinding import MORRISON

GIVEN = {"et": 1e-9, "s": 3e-6, "km": 1e-6}


def test_it_is_prisms() -> None:
    """Y = Vo (1 - ((Et+X+Q) - sqrt((Et+X+Q)^2 - 4 Et X)) / (2 Et)), Q = Ki (1 + S/Km)."""
    x, et = np.array([0.0, 5e-10, 2e-9, 1e-8]), 1e-9
    q = 2e-10 * (1 + 3)
    total = et + x + q
    prism = 40 * (1 - (total - np.sqrt(total**2 - 4 * et * x)) / (2 * et))
    values = {"log10_ki": np.log10(2e-10), "v0": 40.0, "bottom": 0.0}
    assert MORRISON.curve(values, Columns(x), GIVEN) == pytest.approx(prism, rel=1e-12)


def test_little_is_left_where_the_inhibitor_is_in_large_excess() -> None:
    """Where Prism's difference of large numbers keeps no digit: v = v0 Q / (X - Et)."""
    values = {"log10_ki": -15.0, "v0": 1.0, "bottom": 0.0}
    (found,) = MORRISON.curve(values, Columns(np.array([1e-6])), GIVEN)
    assert found == pytest.approx(4e-15 / 0.999e-6, rel=1e-6)


def test_a_rate_below_its_bottom_is_nonsense() -> None:
    assert MORRISON.nonsense({"v0": -1.0, "bottom": 0.0}) is not None
    assert MORRISON.nonsense({"v0": 1.0, "bottom": 0.0}) is None

"""Uptake curves."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.model import Columns
from labsvc.core.models.uptake import COMPETITIVE, MICHAELIS_MENTEN, NONSATURABLE

X = np.array([0.0, 1e-7, 1e-6])


def test_half_of_vmax_at_km() -> None:
    found = MICHAELIS_MENTEN.curve({"vmax": 30.0, "log10_km": -7.0}, Columns(X), {})
    assert found == pytest.approx([0.0, 15.0, 300 / 11])


def test_blocked_uptake_is_the_passive_part_alone() -> None:
    values = {"vmax": 30.0, "log10_km": -7.0, "p": 1e6}
    at = Columns(X, None, np.array(["total", "blocked", "total"]))
    assert NONSATURABLE.curve(values, at, {}) == pytest.approx([0.0, 0.1, 300 / 11 + 1.0])


def test_an_inhibitor_at_ki_doubles_km() -> None:
    values = {"vmax": 30.0, "log10_km": -7.0, "log10_ki": -6.0}
    at = Columns(np.array([2e-7, 1e-7]), np.array([1e-6, 0.0]))
    assert COMPETITIVE.curve(values, at, {}) == pytest.approx([15.0, 15.0])


def test_a_negative_rate_is_nonsense() -> None:
    assert "vmax" in (MICHAELIS_MENTEN.nonsense({"vmax": -1.0}) or "")

"""The pieces of curves, and where their parameters are looked for."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.shapes import bounded, decades, positive, power_of_ten, rates, share


def test_no_exponent_overflows() -> None:
    """Also on the complex way to a derivative, which is then 0."""
    found = bounded(np.array([-1e9, 0.5, 1e9]))
    assert found.tolist() == [-700.0, 0.5, 700.0]
    assert bounded(np.array([1e9 + 1e-50j])).tolist() == [700.0]


def test_shares_go_from_one_to_nothing() -> None:
    found = share(np.array([-400.0, 0.0, 1.0, 400.0]))
    assert found[:3] == pytest.approx([1.0, 0.5, 1 / 11])
    assert 0 < found[3] < 1e-300
    assert power_of_ten(np.array([2.0])) == pytest.approx([100.0])


def test_constants_are_looked_for_about_the_tested_range() -> None:
    """Starts half a decade apart from a decade below to one above; limits six decades off."""
    span = decades(np.array([0.0, 1e-9, 1e-6, np.nan]))
    assert (span.low, span.high) == (pytest.approx(-15.0), pytest.approx(0.0))
    assert span.starts == pytest.approx(np.linspace(-10.0, -5.0, 11))
    assert decades(np.array([0.0])).starts == (0.0,)


def test_rates_are_looked_for_about_the_times() -> None:
    """Times from 1 to 100 min show rates from 1 to 0.01 per minute."""
    span = rates(np.array([0.0, 1.0, 100.0]))
    assert (span.starts[0], span.starts[-1]) == (pytest.approx(-3.0), pytest.approx(1.0))
    assert span.low < -3 < 1 < span.high


def test_a_negative_amplitude_has_its_sentence() -> None:
    assert positive("bmax", "Binding").startswith("Binding (bmax) came out negative")

"""Saturation curves against Prism's own lines and the mass balance."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.model import Columns
from labsvc.core.models.saturation import DEPLETION, SPECIFIC, TITRATION, TOTAL_AND_NONSPECIFIC

X = np.array([0.0, 1e-10, 1e-9, 1e-8])


def test_specific_binding_is_half_at_kd() -> None:
    values = {"bmax": 800.0, "log10_kd": -9.0, "hill": 1.0}
    assert SPECIFIC.curve(values, Columns(X), {}) == pytest.approx(
        [0.0, 800 / 11, 400.0, 8000 / 11]
    )


def test_nonspecific_points_have_no_specific_binding() -> None:
    values = {"bmax": 800.0, "log10_kd": -9.0, "ns": 1e10, "background": 7.0}
    kinds = np.array(["total", "nonspecific", "total", "nonspecific"])
    found = TOTAL_AND_NONSPECIFIC.curve(values, Columns(X, None, kinds), {})
    assert found == pytest.approx([7.0, 8.0, 417.0, 107.0])


def test_depletion_is_prisms_quadratic() -> None:
    """Written out as in Prism's guide: KdCPM, a, b, c."""
    vol, sp_act, kd_nm, bmax, ns = 0.25, 75.0, 0.5, 20000.0, 0.004
    added = np.array([500.0, 8000.0, 128000.0])
    kd_cpm = kd_nm * vol * 1000 * sp_act
    a = -1 - ns
    b = bmax + kd_cpm + ns * kd_cpm + added + 2 * added * ns
    c = -added * (ns * kd_cpm + added * ns + bmax)
    prism = (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)
    at = Columns(added / (vol * sp_act * 1e12))
    values = {"log10_kd": np.log10(kd_nm * 1e-9), "bmax": bmax, "ns": ns}
    found = DEPLETION.curve(values, at, {"volume_ml": vol, "cpm_per_fmol": sp_act})
    assert found == pytest.approx(prism, rel=1e-12)


def test_depletion_keeps_the_balance_of_nonspecific_points() -> None:
    """Bound = ns x free, and free + bound = added."""
    at = Columns(np.array([1e-9]), None, np.array(["nonspecific"]))
    values = {"log10_kd": -9.3, "bmax": 20000.0, "ns": 0.01}
    (bound,) = DEPLETION.curve(values, at, {"volume_ml": 1.0, "cpm_per_fmol": 1.0})
    assert bound == pytest.approx(0.01 * (1000.0 - bound))


def test_titration_keeps_the_tracers_balance() -> None:
    """bound / (free tracer x free receptor) = 1 / Kd at every receptor concentration."""
    tracer, kd, receptor = 5e-9, 2e-9, np.array([1e-9, 1e-8, 1e-7])
    share = TITRATION.curve(
        {"log10_kd": np.log10(kd), "top": 1.0, "bottom": 0.0}, Columns(receptor),
        {"radioligand": tracer},
    )  # fmt: skip
    bound = share * tracer
    assert (tracer - bound) * (receptor - bound) / bound == pytest.approx(kd, rel=1e-9)


def test_a_negative_bmax_is_nonsense() -> None:
    assert "bmax" in (SPECIFIC.nonsense({"bmax": -1.0}) or "")
    assert SPECIFIC.nonsense({"bmax": 1.0}) is None

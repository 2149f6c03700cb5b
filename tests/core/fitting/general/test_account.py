"""A minimum as a fit that may be reported."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.account import spelled
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.model.result import Parameter

T = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
NOISE = np.random.default_rng(20260307).normal(size=7)


def test_a_logarithm_is_spelled_out_plain_first() -> None:
    found = spelled("log10_kd", "M", Parameter(-9.0, "", 0.1, (-9.2, None), "profile"))
    assert list(found) == ["kd", "log10_kd"]
    assert found["kd"].ci95 == (pytest.approx(10**-9.2), None)
    assert found["kd"].stderr == pytest.approx(np.log(10) * 1e-10)
    assert found["log10_kd"].unit == "log10 M"


def test_what_is_not_known_is_not_spelled() -> None:
    found = spelled("log10_kd", "M", Parameter(None, ""))
    assert (found["kd"].value, found["kd"].stderr, found["kd"].ci95) == (None, None, None)


def test_a_half_life_has_the_interval_of_its_rate_mapped() -> None:
    """The longest half-life belongs to the slowest rate."""
    y = tuple((100 * np.exp(-0.05 * np.array(T)) + NOISE).tolist())
    found = fit("dissociation", DataSet(T, y)).parameters
    low, high = found["k"].ci95 or (None, None)
    assert found["half_life"].value == pytest.approx(np.log(2) / (found["k"].value or 1))
    assert found["half_life"].ci95 == pytest.approx((np.log(2) / high, np.log(2) / low))
    assert found["half_life"].ci_method == "profile"


def test_a_ratio_carries_both_errors_and_their_correlation() -> None:
    """kd = koff / kon: its asymptotic interval is that of a fit with kd as the parameter."""
    x = T * 2
    conc = (1e-9,) * 7 + (5e-9,) * 7
    rate = 2e7 * np.array(conc) + 0.05
    y = 1000 * (1 - 0.05 / rate) * (1 - np.exp(-rate * np.array(x)))
    y += 5 * np.random.default_rng(20260308).normal(size=14)
    found = fit("association_dissociation", DataSet(x, tuple(y), conc=conc)).parameters
    step = 1e-6
    log_kd = found["log10_kd"].value or 0.0
    assert found["log10_kd"].ci_method == "asymptotic"
    errors = [found[name].stderr or 0.0 for name in ("log10_koff", "log10_kon")]
    assert found["log10_kd"].stderr is not None
    assert abs(errors[0] - errors[1]) < found["log10_kd"].stderr + step < sum(errors) + 2 * step
    assert log_kd == pytest.approx(
        (found["log10_koff"].value or 0) - (found["log10_kon"].value or 0)
    )


def test_a_number_that_needs_a_constant_is_left_out_without_it() -> None:
    y = tuple((100 * (1 - np.exp(-0.2 * np.array(T))) + NOISE).tolist())
    without = fit("association_one_conc", DataSet(T, y)).parameters
    given = fit(
        "association_one_conc", DataSet(T, y), constants={"koff": 0.05, "radioligand": 1e-9}
    ).parameters
    assert "kon" not in without
    assert given["kon"].value == pytest.approx(((given["k"].value or 0) - 0.05) / 1e-9)


def test_a_number_that_cannot_be_is_none() -> None:
    """koff above kobs: no kon."""
    y = tuple((100 * (1 - np.exp(-0.2 * np.array(T))) + NOISE).tolist())
    given = fit(
        "association_one_conc", DataSet(T, y), constants={"koff": 5.0, "radioligand": 1e-9}
    ).parameters
    assert given["kon"].value is None


def test_natural_bounds_are_given_and_named() -> None:
    """No non-specific binding at all: ns = 0, with Kd as sure as ever."""
    added = np.array([1e-11, 1e-10, 3e-10, 1e-9, 3e-9, 1e-8, 3e-8])
    kd, most = 5e-10, 2e-10
    total = kd + added + most
    bound = (total - np.sqrt(total**2 - 4 * added * most)) / 2
    y = tuple((1e12 * bound * (1 - 1e7 * added * 0.02) + 0.1 * NOISE).tolist())
    constants = {"volume_ml": 1.0, "cpm_per_fmol": 1.0}
    found = fit("saturation_depletion", DataSet(tuple(added), y), constants=constants)
    assert found.status == "at_bound"
    assert (found.parameters["ns"].value, found.parameters["ns"].stderr) == (0.0, None)
    assert found.parameters["kd"].value is not None

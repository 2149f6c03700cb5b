"""The general fitter's public door."""

from __future__ import annotations

import warnings
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.fitting.regression import DataSet, fit, fit_series
from labsvc.core.models import MODELS, Columns
from labsvc.errors import ConfigError

X = tuple(np.geomspace(1e-10, 1e-7, 8).repeat(2).tolist())
NOISE = np.random.default_rng(20260302).normal(size=16)
Y = tuple((1000 * np.array(X) / (3e-9 + np.array(X)) + 15 * NOISE).tolist())
GIVEN = {
    "one_site_ki": {"radioligand": 2e-9, "kd": 1e-9},
    "competition_exact": {"radioligand": 2e-9, "kd": 1e-9, "receptor": 1e-9},
    "saturation_depletion": {"volume_ml": 0.25, "cpm_per_fmol": 75.0},
    "receptor_titration": {"radioligand": 2e-9},
    "competition_kinetics": {"radioligand": 2e-9, "kon": 2e7, "koff": 0.04, "conc": 1e-8},
    "association_dissociation": {"conc": 2e-9},
    "homologous_competition": {"conc": 2e-9},
    "competitive_inhibition": {"conc": 1e-7},
    "morrison_ki": {"et": 1e-9, "s": 1e-6, "km": 1e-6},
}
ODD = {
    "flat": np.full(16, 100.0) + 0.1 * NOISE,
    "constant": np.full(16, 7.0),
    "nothing": np.zeros(16),
    "noise": NOISE,
    "inverted": -np.linspace(0, 100, 16),
    "no number": np.full(16, nan),
    "one huge": np.where(np.arange(16) == 3, 1e300, np.linspace(1, 9, 16)),
    "tiny": 1e-200 * NOISE,
    "one outlier": np.where(np.arange(16) == 15, 1e6, 1.0),
}


def test_values_and_errors_are_scipys() -> None:
    """Kd, Bmax and their standard errors."""
    found = fit("saturation_specific", DataSet(X, Y)).parameters
    theirs, covariance = curve_fit(
        lambda x, b, k: b * x / (k + x), np.array(X) * 1e9, Y, p0=[900, 1], xtol=1e-14, ftol=1e-14
    )
    errors = np.sqrt(np.diag(covariance))
    assert (found["bmax"].value, found["bmax"].stderr) == pytest.approx((theirs[0], errors[0]))
    assert (found["kd"].value, found["kd"].stderr) == pytest.approx(
        (theirs[1] * 1e-9, errors[1] * 1e-9), rel=1e-6
    )


def test_logarithm_and_number_say_the_same() -> None:
    found = fit("saturation_specific", DataSet(X, Y)).parameters
    kd, log = found["kd"], found["log10_kd"]
    assert kd.ci95 is not None
    assert log.ci95 is not None
    assert kd.value == pytest.approx(10 ** (log.value or 0))
    assert kd.ci95 == pytest.approx([10 ** (end or 0) for end in log.ci95])
    assert kd.stderr == pytest.approx(np.log(10) * (kd.value or 0) * (log.stderr or 0))
    assert (kd.unit, log.unit) == ("M", "log10 M")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("model", "weights"),
    [("saturation_specific", "none"), ("saturation_specific", "1/y2"), ("dissociation", "poisson"),
     ("one_site_ki", "none"), ("saturation_depletion", "1/y"),
     ("association_dissociation", "none")],
)  # fmt: skip
def test_odd_data_end_in_a_status(model: str, weights: Weights, odd: str) -> None:
    """Never an exception, a warning, or a number that is none."""
    x = tuple(np.linspace(0, 60, 16)) if MODELS[model].x == "time" else X
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit(model, DataSet(x, tuple(ODD[odd])), constants=GIVEN.get(model), weights=weights)
    if odd in ("no number", "nothing", "noise"):
        assert found.status != "converged"
    for name, one in found.parameters.items():
        assert one.value is None or abs(one.value) < 1e15, name


@pytest.mark.parametrize("model", [name for name in MODELS if name != "linear"])
def test_two_concentrations_are_too_few(model: str) -> None:
    """However many replicates: no numbers, and why."""
    points = DataSet((1e-9, 1e-8) * 6, tuple(range(12)))
    found = fit(model, points, constants=GIVEN.get(model))
    assert found.status == "too_few_points"
    free = [one for one in found.parameters.values() if not one.fixed]
    assert {one.value for one in free} == {None}
    assert found.remarks


def test_no_points_are_too_few() -> None:
    assert fit("linear", DataSet((), ())).status == "too_few_points"


def test_no_effect_is_said_and_nothing_is_given() -> None:
    """A curve of nothing but scatter about a background."""
    y = tuple((50 + NOISE).tolist())
    found = fit("one_site_ki", DataSet(X, y), constants=GIVEN["one_site_ki"])
    assert found.status == "ambiguous"
    assert found.remarks[0].startswith("No effect describes the points as well (F test, p = ")
    assert {one.value for one in found.parameters.values()} == {None}


def test_saturation_that_is_not_reached_bounds_kd() -> None:
    """A straight line: Kd is above the highest concentration, by its lower limit."""
    x = np.array(X) * 1e-2
    y = tuple((1000 * x / (3e-8 + x) + 0.5 * NOISE).tolist())
    found = fit("saturation_specific", DataSet(tuple(x.tolist()), y))
    assert (found.status, found.qualifier) == ("ambiguous", ">")
    assert found.qualifier_bound is not None
    assert found.qualifier_bound > 1e-9
    assert found.parameters["kd"].value is None
    assert found.parameters["bmax"].value is None


def test_curves_that_go_the_wrong_way_are_no_answer() -> None:
    found = fit("dissociation", DataSet((0, 1, 2, 4, 8, 16), (0, 10, 17, 26, 30, 31)))
    assert (found.status, found.parameters["k"].value) == ("ambiguous", None)
    assert found.remarks == ("The response rises: this is no dissociation.",)


def test_fixed_parameters_are_reported_as_fixed() -> None:
    found = fit("saturation_specific", DataSet(X, Y), fixed={"kd": 3e-9})
    assert found.parameters["kd"].fixed
    assert found.parameters["kd"].value == pytest.approx(3e-9)
    assert found.degrees_of_freedom == 15


def test_a_freed_slope_is_fitted() -> None:
    y = tuple(500 * x**2 / (1e-18 + x**2) for x in X)
    found = fit("saturation_specific", DataSet(X, y), free=["hill"])
    assert found.parameters["hill"].value == pytest.approx(2.0)
    assert found.parameters["kd"].value == pytest.approx(1e-9)


def test_a_single_inhibition_curve_is_fitted_by_the_fitter_for_those() -> None:
    """With its own qualifiers; 1/y weights and sharing go through the general one."""
    y = tuple(100 / (1 + np.array(X) / 3e-9) + 0.3 * NOISE)
    alone = fit("inhibition_4pl", DataSet(X, y, units="%"))
    shared = fit_series("inhibition_4pl", {"a": DataSet(X, y), "b": DataSet(X, y)}, share=["hill"])
    assert alone.band
    assert shared["a"].parameters["ic50"].value == pytest.approx(
        alone.parameters["ic50"].value, rel=1e-7
    )
    assert shared["a"].degrees_of_freedom == 32 - 7


def test_one_missing_column_is_said() -> None:
    with pytest.raises(ConfigError, match="homologous_competition: found no column conc"):
        fit("homologous_competition", DataSet(X, Y))


def test_an_unknown_kind_is_said() -> None:
    with pytest.raises(ConfigError, match="found 'nsb', expected total or nonspecific"):
        fit("saturation_total_nsb", DataSet(X, Y, kind=("nsb",) * 16))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ConfigError, match="found columns of 15, 16 values"):
        fit("linear", DataSet(X, Y[1:]))


def test_means_with_their_numbers_are_the_replicates() -> None:
    """n = 2 counts behind each mean: the same values as both counts apart."""
    means = tuple(np.array(Y).reshape(-1, 2).mean(axis=1).tolist())
    found = fit("saturation_specific", DataSet(X[::2], means, n=(2.0,) * 8))
    apart = fit("saturation_specific", DataSet(X, Y))
    assert found.parameters["kd"].value == pytest.approx(apart.parameters["kd"].value)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(order=st.permutations(range(16)), scale=st.sampled_from([1e-6, 1.0, 1e6]),
       masked=st.integers(0, 3))  # fmt: skip
def test_order_scale_and_masked_points_change_nothing(
    order: list[int], scale: float, masked: int
) -> None:
    """M or nM, cpm or dpm, sorted or not, with missing points or without."""
    plain = fit("saturation_specific", DataSet(X, Y)).parameters
    x = tuple(X[k] * 1e9 for k in order) + (1.0,) * masked
    y = tuple(Y[k] * scale for k in order) + (nan,) * masked
    found = fit("saturation_specific", DataSet(x, y)).parameters
    for name, factor in (("kd", 1e9), ("bmax", scale)):
        ours, theirs = found[name], plain[name]
        assert ours.value == pytest.approx((theirs.value or 0) * factor, rel=1e-9)
        assert ours.stderr == pytest.approx((theirs.stderr or 0) * factor, rel=1e-7)
        assert ours.ci95 == pytest.approx([(end or 0) * factor for end in theirs.ci95 or ()])


def test_a_poisson_fit_says_how_it_scatters() -> None:
    """Counts of nothing but counting: about 1."""
    rng = np.random.default_rng(20260303)
    x = np.geomspace(1e-10, 1e-7, 20).repeat(10)
    y = rng.poisson(1000 * x / (3e-9 + x)).astype(float)
    found = fit("saturation_specific", DataSet(tuple(x), tuple(y)), weights="poisson")
    assert found.remarks == ("The scatter is 1 times that of counting alone.",)
    assert found.residual_sd == pytest.approx(1.0, abs=0.06)


def test_intervals_cover_as_often_as_they_say() -> None:
    """120 simulated assays of 16 points: 95 % profile intervals of Kd hold the truth in 91-99 %."""
    rng = np.random.default_rng(20260304)
    x = np.array(X)
    truth, hits = 1000 * x / (3e-9 + x), 0
    for _ in range(120):
        y = tuple((truth + rng.normal(scale=40, size=16)).tolist())
        low, high = fit("saturation_specific", DataSet(X, y)).parameters["kd"].ci95 or (None, None)
        hits += (low or 0.0) <= 3e-9 <= (high or np.inf)
    assert 109 <= hits <= 119


@pytest.mark.parametrize("name", MODELS)
def test_every_model_recovers_what_its_points_were_made_from(name: str) -> None:
    """Noise-free, from no hint but the points."""
    model = MODELS[name]
    x, conc, kind = COLUMNS[model.x], None, None
    if model.columns:
        x, conc = np.tile(x, 3), np.repeat([0.0, 2e-9, 2e-8], len(x))
    if model.kinds:
        kind = np.repeat(model.kinds, len(x))
        x, conc = np.tile(x, 2), None if conc is None else np.tile(conc, 2)
    held = {one.name: one.usually for one in model.parameters if one.usually is not None}
    truth = {key: TRUTH.get(key, -7.4) for key in model.names} | held
    if name.startswith("inhibition_5"):
        truth["hill"] = -1.2
    if name == "saturation_depletion":
        truth |= {"ns": 0.01, "bmax": 5e5}
    y = np.asarray(model.curve(truth, Columns(x, conc, kind), GIVEN.get(name, {})))
    points = DataSet(
        tuple(x), tuple(y), conc=None if conc is None else tuple(conc),
        kind=None if kind is None else tuple(kind.tolist()),
    )  # fmt: skip
    found = fit(name, points, constants=GIVEN.get(name))
    assert found.status == "converged", found.remarks
    for key, value in truth.items():
        assert found.parameters[key].value == pytest.approx(value, rel=1e-6), key


COLUMNS = {
    "concentration": np.concatenate([[0.0], np.geomspace(1e-10, 1e-5, 16)]),
    "time": np.concatenate([[0.0], np.geomspace(0.3, 200.0, 16)]),
    "any": np.linspace(-3, 9, 12),
}
TRUTH = {
    "hill": -1.0, "top": 90.0, "bottom": 5.0, "log10_s": 0.2, "fraction_hi": 0.3, "bmax": 900.0,
    "ns": 20.0, "background": 20.0, "vmax": 40.0, "p": 1e6, "y0": 80.0, "plateau": 500.0,
    "span_fast": 50.0, "span_slow": 30.0, "v0": 100.0, "slope": 3.0, "intercept": 1.0,
    "log10_k": -1.0, "log10_k_fast": -0.5, "log10_k_slow": -1.7, "log10_koff": -1.3,
    "log10_kon": 7.3, "log10_k3": 6.5, "log10_k4": -2.0, "log10_ic50_hi": -8.6,
    "log10_ic50_lo": -6.3,
}  # fmt: skip

"""From points to a Fit: the honest answers, and the laws a fit obeys."""

from __future__ import annotations

from math import log10, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.curves import inhibition
from labsvc.errors import ConfigError
from labsvc.model.result import Fit

TESTED = tuple(float(10**x) for x in np.repeat(np.linspace(-10.0, -5.0, 11), 2))


def curve(
    log10_ic50: float = -7.5,
    hill: float = -1.0,
    top: float = 100.0,
    bottom: float = 0.0,
    noise: float = 3.0,
    seed: int = 5,
) -> CurveData:
    """11 concentrations in duplicate, with seeded noise."""
    clean = inhibition(np.log10(TESTED), log10_ic50, hill, top, bottom)
    noisy = clean + np.random.default_rng(seed).normal(0.0, noise, len(clean))
    return CurveData(TESTED, tuple(noisy.tolist()))


def fitted(data: CurveData) -> Fit:
    return fit_inhibition("inhibition_4pl", [data])[0]


def value(fit: Fit, name: str) -> float:
    found = fit.parameters[name].value
    assert found is not None
    return found


def test_a_complete_curve_converges_around_the_truth() -> None:
    """All five parameters, with the true IC50 inside its interval."""
    fit = fitted(curve())
    low, high = fit.parameters["ic50"].ci95 or (None, None)
    assert fit.status == "converged"
    assert low is not None
    assert high is not None
    assert low < 10**-7.5 < high
    assert fit.parameters["log10_ic50"].ci_method == "profile"
    assert fit.parameters["top"].ci_method == "asymptotic"
    assert (fit.degrees_of_freedom, fit.qualifier, fit.remarks) == (18, None, ())


def test_points_on_a_curve_give_that_curve_back() -> None:
    """Without noise: twelve digits or so, no warnings, no interval invented."""
    fit = fitted(curve(noise=0.0, hill=-1.3, top=98.0, bottom=3.0))
    assert value(fit, "log10_ic50") == pytest.approx(-7.5, abs=1e-9)
    assert value(fit, "hill") == pytest.approx(-1.3, abs=1e-9)
    assert value(fit, "top") == pytest.approx(98.0, abs=1e-8)
    assert fit.status == "converged"


def test_percent_inhibition_rises_and_has_a_positive_hill() -> None:
    """The same experiment as percent inhibition: same IC50, opposite sign."""
    falling = curve()
    rising = falling._replace(responses=tuple(100 - y for y in falling.responses))
    down, up = fitted(falling), fitted(rising)
    assert value(up, "hill") == pytest.approx(-value(down, "hill"), abs=1e-8)
    assert value(up, "ic50") == pytest.approx(value(down, "ic50"), rel=1e-8)
    assert value(up, "top") == pytest.approx(100 - value(down, "bottom"), abs=1e-6)


def test_three_parameters_take_the_sign_from_the_data() -> None:
    """Slope -1 for a falling curve, +1 for a rising one; a fixed one says so itself."""
    falling, rising = fit_inhibition("inhibition_3pl", [curve(), curve(hill=1.0)])
    assert (falling.parameters["hill"].value, falling.parameters["hill"].fixed) == (-1.0, True)
    assert rising.parameters["hill"].value == 1.0
    assert falling.degrees_of_freedom == 19


def test_fixed_plateaus_stay_as_given() -> None:
    """Exactly as given, marked fixed, without interval; they cost no degree of freedom."""
    fit = fitted(curve()._replace(fixed={"top": 100.0, "bottom": 0.0}))
    assert fit.parameters["top"].value == 100.0
    assert fit.parameters["bottom"].fixed
    assert fit.parameters["bottom"].ci95 is None
    assert fit.degrees_of_freedom == 20


@pytest.mark.parametrize("fixed", [{}, {"bottom": 0.0}, {"top": 100.0, "bottom": 0.0}])
def test_no_effect_is_a_bound_and_never_a_number(fixed: dict[str, float]) -> None:
    """A flat curve at the vehicle control: the IC50 is above the highest concentration."""
    fit = fitted(curve(log10_ic50=3.0)._replace(fixed=fixed))
    assert (fit.status, fit.qualifier) == ("ambiguous", ">")
    assert fit.qualifier_bound == pytest.approx(1e-5)
    assert fit.parameters["ic50"].value is None
    assert fit.parameters["log10_ic50"].value is None
    assert fit.parameters["ic50"].ci95 is None


def test_a_weak_inhibitor_is_greater_than_the_highest_concentration() -> None:
    """20 % inhibition at the top concentration, no plateau: a bound, not an extrapolation."""
    fit = fitted(curve(log10_ic50=-4.4, noise=2.0))
    assert (fit.status, fit.qualifier) == ("ambiguous", ">")
    assert fit.qualifier_bound == pytest.approx(1e-5)
    assert fit.parameters["ic50"].value is None
    assert value(fit, "top") == pytest.approx(100.0, abs=5.0)


def test_an_ic50_just_outside_the_range_is_remarked_on() -> None:
    """With both plateaus known the interval is closed: a number, and a sentence beside it."""
    fit = fitted(curve(log10_ic50=-4.8)._replace(fixed={"top": 100.0, "bottom": 0.0}))
    assert (fit.status, fit.qualifier) == ("converged", None)
    assert "outside the tested range" in fit.remarks[0]


def test_a_very_potent_compound_is_less_than_the_lowest_concentration() -> None:
    """Fully inhibited everywhere, direction known: the bound is the lowest concentration."""
    fit = fitted(curve(log10_ic50=-14.0)._replace(direction="falling"))
    assert (fit.qualifier, fit.parameters["ic50"].value) == ("<", None)
    assert fit.qualifier_bound == pytest.approx(1e-10)


def test_a_flat_line_at_zero_is_no_potency_unless_the_direction_is_known() -> None:
    """0 % may be no inhibition or all of it: with no direction neither is claimed."""
    flat = curve(log10_ic50=-14.0)
    assert fitted(flat).qualifier is None
    assert fitted(flat._replace(direction="rising")).qualifier == ">"


def test_a_curve_that_goes_the_other_way_has_no_ic50() -> None:
    """Rising where inhibition makes the response fall."""
    fit = fitted(curve(hill=1.0)._replace(direction="falling"))
    assert (fit.status, fit.parameters["ic50"].value) == ("ambiguous", None)
    assert "other way" in fit.remarks[0]


def test_a_step_between_two_concentrations_has_an_interval_but_no_number() -> None:
    """The slope cannot be told: the IC50 lies between the two, that is all."""
    fit = fitted(curve(log10_ic50=-7.25, hill=-60.0, seed=6))
    low, high = fit.parameters["log10_ic50"].ci95 or (None, None)
    assert (fit.status, fit.parameters["ic50"].value) == ("ambiguous", None)
    assert low is not None
    assert high is not None
    assert -7.55 < low < high < -6.95


def test_a_missing_plateau_leaves_that_end_open() -> None:
    """The curve stops half a decade past the IC50: no upper limit is invented."""
    data = curve(log10_ic50=-5.3, noise=4.0, seed=3)
    low, high = fitted(data).parameters["ic50"].ci95 or (1.0, None)
    assert low is not None
    assert high is None


NOT_ENOUGH = {
    "nothing": CurveData((), ()),
    "all masked": CurveData(TESTED, (nan,) * len(TESTED)),
    "two concentrations": CurveData((1e-8, 1e-7) * 10, (90.0, 10.0) * 10),
    "three concentrations": CurveData((1e-8, 1e-7, 1e-6) * 5, (90.0, 50.0, 10.0) * 5),
    "four points": CurveData((1e-9, 1e-8, 1e-7, 1e-6), (99.0, 90.0, 50.0, 10.0)),
    "zero weights": CurveData(TESTED, (50.0,) * len(TESTED), (0.0,) * len(TESTED)),
    "not concentrations": CurveData((nan, -1.0, float("inf")) * 4, (50.0,) * 12),
}


@pytest.mark.parametrize("what", NOT_ENOUGH)
def test_too_few_points_give_no_numbers_at_all(what: str) -> None:
    """Two-concentration data have many fits: none is reported."""
    fit = fitted(NOT_ENOUGH[what])
    assert fit.status == "too_few_points"
    assert all(one.value is None for one in fit.parameters.values())
    assert (fit.residual_ss, len(fit.band), len(fit.remarks)) == (None, 0, 1)


def test_a_constant_curve_is_an_answer_too() -> None:
    """Identical responses, at 100, at 0 and at 37 %: no exception, no warning, no number."""
    for level in (100.0, 0.0, 37.0, 0.1 + 0.2):
        fit = fitted(CurveData(TESTED, (level,) * len(TESTED)))
        assert (fit.status, fit.parameters["ic50"].value) == ("ambiguous", None)


def test_a_missing_point_equals_a_point_left_out() -> None:
    """NaN and absence are the same."""
    data = curve()
    masked = data._replace(responses=(nan, *data.responses[1:]))
    shorter = CurveData(data.concentrations_m[1:], data.responses[1:])
    assert value(fitted(masked), "ic50") == pytest.approx(value(fitted(shorter), "ic50"), rel=1e-9)
    assert fitted(masked).n_points == len(TESTED) - 1


def test_a_weight_of_two_equals_the_point_twice_for_the_estimate() -> None:
    """Weights multiply squared residuals."""
    data = curve()
    double = CurveData(data.concentrations_m + TESTED[:3], data.responses + data.responses[:3])
    weighted = data._replace(weights=(2.0,) * 3 + (1.0,) * (len(TESTED) - 3))
    assert value(fitted(weighted), "ic50") == pytest.approx(value(fitted(double), "ic50"), rel=1e-8)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(1e-6, 1e6),
    offset=st.floats(-1e3, 1e3),
    decades=st.floats(-3.0, 6.0),
)
def test_units_do_not_change_the_fit(
    seed: int, scale: float, offset: float, decades: float
) -> None:
    """Scaled and shifted responses, shifted concentrations, shuffled points: the same curve."""
    data = curve(noise=6.0, seed=seed, hill=-1.2)
    order = np.random.default_rng(seed).permutation(len(TESTED))
    other = CurveData(
        tuple(float(data.concentrations_m[i] * 10**decades) for i in order),
        tuple(float(data.responses[i] * scale + offset * scale) for i in order),
        units="cpm",
    )
    one, two = fitted(data._replace(units="cpm")), fitted(other)
    assert one.status == two.status == "converged"
    assert log10(value(two, "ic50")) - decades == pytest.approx(log10(value(one, "ic50")), abs=1e-7)
    assert value(two, "hill") == pytest.approx(value(one, "hill"), rel=1e-6)
    stderr = one.parameters["log10_ic50"].stderr
    assert two.parameters["log10_ic50"].stderr == pytest.approx(stderr, rel=1e-5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6]),
            st.one_of(st.floats(-1e6, 1e6), st.just(nan), st.sampled_from([0.0, 100.0])),
        ),
        max_size=14,
    ),
    st.sampled_from([{}, {"top": 100.0}, {"bottom": 0.0}, {"top": 100.0, "bottom": 0.0}]),
    st.sampled_from(["inhibition_3pl", "inhibition_4pl"]),
)
def test_no_data_raise_and_every_fit_is_honest(rows, fixed, model) -> None:  # type: ignore[no-untyped-def]
    """Whatever the points: a status, finite numbers or None, an IC50 only when converged."""
    data = CurveData(tuple(c for c, _ in rows), tuple(y for _, y in rows), fixed=fixed)
    (fit,) = fit_inhibition(model, [data])
    assert (fit.parameters["ic50"].value is not None) == (fit.status == "converged")
    for one in fit.parameters.values():
        assert one.value is None or np.isfinite(one.value)
        assert all(end is None or np.isfinite(end) for end in one.ci95 or ())
    assert fit.qualifier is None or fit.qualifier_bound is not None


def test_the_band_holds_the_curve_and_covers_the_tested_range() -> None:
    """60 points from just below the lowest to just above the highest concentration."""
    band = fitted(curve()).band
    assert len(band) == 60
    assert band[0].concentration_m < 1e-10
    assert band[-1].concentration_m > 1e-5
    assert all(point.low < point.value < point.high for point in band)


def test_curves_of_different_layouts_come_back_in_their_order() -> None:
    """Batching by layout must not shuffle the answers."""
    short = CurveData(TESTED[4:], curve(seed=8).responses[4:])
    curves = [curve(seed=6), short, curve(seed=7), NOT_ENOUGH["two concentrations"], short]
    together = fit_inhibition("inhibition_4pl", curves)
    assert [f.n_points for f in together] == [22, 18, 22, 20, 18]
    for data, fit in zip(curves, together, strict=True):
        alone = fitted(data)
        assert alone.status == fit.status
        if fit.status == "converged":
            assert value(alone, "ic50") == pytest.approx(value(fit, "ic50"), rel=1e-9)


@pytest.mark.parametrize(
    ("fixed", "words"),
    [({"tpo": 1.0}, "tpo"), ({"hill": 0.0}, "hill"), ({"top": 5.0, "bottom": 5.0}, "no curve")],
)
def test_a_fixed_parameter_that_makes_no_sense_is_refused(
    fixed: dict[str, float], words: str
) -> None:
    """The sentence quotes what was found."""
    with pytest.raises(ConfigError, match=words):
        fitted(curve()._replace(fixed=fixed))

"""Every model: its value, its derivatives, its page of the reference."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from labsvc.core.fitting.curves import LOG_OF_ZERO
from labsvc.core.fitting.curves import MODELS as CURVES
from labsvc.core.fitting.general.joint import Series, layout, predictor, problem
from labsvc.core.fitting.general.leastsquares import look
from labsvc.core.models import MODELS, Columns, Model
from labsvc.core.models.model import PREFIX

CONTRACT = [
    "inhibition_3pl", "inhibition_4pl", "inhibition_5pl", "one_site_ki", "two_site_competition",
    "homologous_competition", "saturation_specific", "saturation_total_nsb",
    "saturation_depletion", "michaelis_menten", "michaelis_menten_nonsaturable", "dissociation",
    "association_one_conc", "association_dissociation", "morrison_ki", "linear",
]  # fmt: skip
PLACE = {
    "hill": -1.2, "top": 90.0, "bottom": 5.0, "log10_s": 0.2, "fraction_hi": 0.3, "bmax": 900.0,
    "ns": 2e9, "background": 20.0, "vmax": 40.0, "p": 1e6, "y0": 80.0, "plateau": 500.0,
    "span_fast": 50.0, "span_slow": 30.0, "v0": 100.0, "slope": 3.0, "intercept": 1.0,
    "log10_k": -1.0, "log10_k_fast": -0.5, "log10_k_slow": -1.7, "log10_koff": -1.3,
    "log10_kon": 7.3, "log10_k3": 7.0, "log10_k4": -2.0, "log10_ic50_lo": -6.5,
}  # fmt: skip
CONSTANTS = {
    "radioligand": 2e-9, "kd": 1.1e-9, "receptor": 3e-9, "volume_ml": 0.25, "cpm_per_fmol": 75.0,
    "kon": 2e7, "koff": 0.04, "et": 1e-8, "s": 1e-6, "km": 5e-7,
}  # fmt: skip


def at_work(model: Model) -> tuple[Series, np.ndarray, dict[str, float]]:
    """Points, a place of the parameters, and constants at which the model says something."""
    far = model.x != "concentration"
    x = np.linspace(0.0, 60.0, 12) if far else np.geomspace(1e-10, 1e-5, 12)
    conc = np.tile([5e-10, 5e-9], 6)
    kind = np.array([model.kinds[k % 2] for k in range(12)]) if model.kinds else None
    place = np.array([PLACE.get(name, -8.2) for name in model.names])
    if "ns" in model.names and model.parameters[model.names.index("ns")].unit != "response/M":
        place[model.names.index("ns")] = 0.01
    columns = Columns(x, conc, kind)
    return Series("", columns, np.ones(12), np.ones(12)), place, CONSTANTS


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_are_those_of_the_curve(name: str) -> None:
    """Exact ones (by a complex step) against central differences of the real curve."""
    series, place, constants = at_work(MODELS[name])
    plan = layout(MODELS[name], [series], constants, {}, ())
    exact = look(problem(plan, np.ones(12)), place).jacobian
    curve = predictor(plan)
    for row, value in enumerate(place):
        step = np.zeros(len(place))
        step[row] = 1e-6 * abs(value)
        up, down = (curve((place + sign * step)[:, None, None])[0] for sign in (1, -1))
        about = (up - down) / (2 * step[row])
        assert exact[:, row] == pytest.approx(about, rel=1e-5, abs=1e-7 * np.abs(about).max())


@pytest.mark.parametrize("name", MODELS)
def test_slopes_are_those_of_the_curve(name: str) -> None:
    """Written out, against the imaginary part of the curve an imaginary step away: to rounding."""
    model = MODELS[name]
    series, place, constants = at_work(model)
    values = dict(zip(model.names, place[:, None, None], strict=True))
    found, slopes = model.slopes(values, series.at, constants)
    curve = model.curve(values, series.at, constants)
    assert found == pytest.approx(np.asarray(curve), rel=1e-12, abs=1e-12 * np.abs(curve).max())
    assert set(slopes) == set(model.names)
    for one in model.names:
        moved = values | {one: values[one] + 1e-50j}
        wanted = np.asarray(model.curve(moved, series.at, constants)).imag / 1e-50
        near = pytest.approx(wanted, rel=1e-9, abs=1e-12 * np.abs(wanted).max())
        assert np.broadcast_to(slopes[one], wanted.shape) == near, one


@pytest.mark.parametrize("name", MODELS)
def test_linear_parameters_are_linear(name: str) -> None:
    """The curve at the sum of two places is the sum of the curves, but for what stands apart."""
    model = MODELS[name]
    series, place, constants = at_work(model)
    curve = predictor(layout(model, [series], constants, {}, ()))
    for row, parameter in enumerate(model.parameters):
        if parameter.linear:
            values = []
            for factor in (0.0, 1.0, 2.0):
                moved = place.copy()
                moved[row] *= factor
                values.append(curve(moved[:, None, None])[0])
            assert values[2] - values[1] == pytest.approx(values[1] - values[0], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_complete(name: str) -> None:
    """What is asked for is reported; every unit and source is given; ranges hold their starts."""
    model = MODELS[name]
    series, _, constants = at_work(model)
    assert model.asked.removeprefix(PREFIX) in model.units()
    assert all(model.source and one.meaning for one in (*model.parameters, *model.constants))
    spans = model.search(series.at, series.y, constants)
    assert {one.name for one in model.parameters if not one.linear} == set(spans)
    for span in spans.values():
        assert span.low < span.high
        assert all(span.low <= start <= span.high for start in span.starts)


def test_the_contracts_models_are_there() -> None:
    assert set(CONTRACT) <= set(MODELS)


def test_every_model_has_its_row_in_the_reference() -> None:
    """docs/reference/models.md: name, formula, parameters, constants and columns."""
    page = (Path(__file__).parents[3] / "docs/reference/models.md").read_text(encoding="utf-8")
    for name in MODELS.keys() - CURVES.keys():  # those two have another table
        model = MODELS[name]
        row = re.search(rf"^\| `{name}` \|(.*)$", page, re.MULTILINE)
        assert row, f"docs/reference/models.md has no row for {name}"
        for one in (*model.parameters, *model.constants):
            plain = one.name.removeprefix(PREFIX)
            assert f"`{plain}`" in row[1] or f"`{one.name}`" in row[1], f"{name}: {plain}"


def test_units_name_logarithm_and_number() -> None:
    """Plain first, as in the fit's JSON."""
    assert list(MODELS["one_site_ki"].units().items())[:2] == [
        ("ki", "M"), ("log10_ki", "log10 M")
    ]  # fmt: skip


def test_columns_are_taken_together() -> None:
    at = Columns(np.arange(4.0), np.arange(4.0) * 10, np.array(["a", "b", "a", "b"]))
    some = at.take(np.array([True, False, True, False]))
    assert (some.x.tolist(), some.second().tolist()) == ([0.0, 2.0], [0.0, 20.0])
    assert some.is_kind("a").all()
    assert not Columns(np.arange(2.0)).is_kind("a").any()


def test_zero_is_far_below_every_concentration() -> None:
    assert Columns(np.array([0.0, 1e-9])).log10.tolist() == [LOG_OF_ZERO, pytest.approx(-9.0)]

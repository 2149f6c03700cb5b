"""Laws that every fit obeys: order, units and masked points change no answer."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.arrays import fit_arrays
from labsvc.core.fitting.curves import inhibition
from labsvc.model.result import Fit, Parameter

SHIFT_OF_NM = 9.0
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def assays(draw: st.DrawFn) -> CurveData:
    """Curves as a plate gives them: 6 to 10 concentrations, singly to in triplicate, noisy."""
    count, replicates = draw(st.integers(6, 10)), draw(st.integers(1, 3))
    x = np.repeat(np.linspace(-9.5, -5.0, count), replicates)
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    middle, hill = rng.uniform(-8.3, -6.2), -np.exp(rng.normal(0.0, 0.3))
    y = inhibition(x, middle, hill, 100.0, 0.0) + rng.normal(0.0, draw(st.floats(1.0, 6.0)), len(x))
    fixed = draw(st.sampled_from([{}, {"bottom": 0.0}, {"top": 100.0, "bottom": 0.0}]))
    return CurveData(tuple((10**x).tolist()), tuple(y.tolist()), fixed=fixed, units="cpm")


def fitted(data: CurveData) -> Fit:
    return fit_inhibition("inhibition_4pl", [data])[0]


def numbers(one: Parameter) -> list[float]:
    """Value, standard error and both limits; NaN where there is none."""
    found = (one.value, one.stderr, *(one.ci95 or (None, None)))
    return [nan if number is None else number for number in found]


def assert_same(one: Fit, other: Fit, scale: float = 1.0, shift: float = 0.0) -> None:
    """The same status and numbers; responses scaled, log10 concentrations shifted."""
    assert (one.status, one.qualifier) == (other.status, other.qualifier)
    # What two fits may differ by is what one step more of the solver would change: in the flat
    # valley of an ambiguous one, a standard error hangs a little on where in it the solver stops.
    near = 1e-3 if one.status == "ambiguous" else 1e-5
    for name, by, plus in (("log10_ic50", 1.0, shift), ("hill", 1.0, 0.0),
                           ("top", scale, 0.0), ("bottom", scale, 0.0)):  # fmt: skip
        moved = np.array([plus, 0.0, plus, plus])
        expected = (np.array(numbers(one.parameters[name])) * by + moved).tolist()
        found = numbers(other.parameters[name])
        assert found == pytest.approx(expected, rel=near, abs=1e-6 * by, nan_ok=True)


def picked(values: Sequence[float], order: Sequence[int]) -> tuple[float, ...]:
    return tuple(values[n] for n in order)


@QUICK
@given(assays(), st.randoms(use_true_random=False))
def test_the_order_of_the_points_changes_nothing(data: CurveData, chance: object) -> None:
    """Points are sorted before anything is added up: not a bit differs."""
    order = list(range(len(data.responses)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed = data._replace(
        concentrations_m=picked(data.concentrations_m, order),
        responses=picked(data.responses, order),
    )
    assert fitted(mixed) == fitted(data)


@QUICK
@given(assays())
def test_concentrations_in_nanomolar_shift_the_log_by_nine(data: CurveData) -> None:
    """And nothing else."""
    in_nm = data._replace(concentrations_m=tuple(c * 1e9 for c in data.concentrations_m))
    assert_same(fitted(data), fitted(in_nm), shift=SHIFT_OF_NM)


@QUICK
@given(assays(), st.floats(0.2, 5.0))
def test_responses_in_other_units_scale_the_plateaus(data: CurveData, efficiency: float) -> None:
    """cpm or dpm: the IC50, its interval and the slope are the same."""
    dpm = data._replace(
        responses=tuple(y / efficiency for y in data.responses),
        fixed={name: value / efficiency for name, value in data.fixed.items()},
    )
    assert_same(fitted(data), fitted(dpm), scale=1 / efficiency)


@QUICK
@given(assays(), st.lists(st.tuples(st.floats(-9.5, -5.0), st.booleans()), max_size=5))
def test_masked_points_change_nothing(data: CurveData, more: list[tuple[float, bool]]) -> None:
    """Not a bit: at tested concentrations or others, by no response or by a weight of zero."""
    count, extra = len(data.responses), len(more)
    masked = data._replace(
        concentrations_m=(*data.concentrations_m, *(10**x for x, _ in more)),
        responses=(*data.responses, *(nan if missing else 1e6 for _, missing in more)),
        weights=(1.0,) * count + (0.0,) * extra,
    )
    assert fitted(masked) == fitted(data)


def test_95_percent_intervals_hold_the_truth_19_times_in_20() -> None:
    """2,000 seeded assays in duplicate: binomial scatter alone allows 95 +- 1.5 %."""
    rng = np.random.default_rng(12)
    x = np.repeat(np.linspace(-9.5, -5.0, 10), 2)
    middle, hill = rng.uniform(-8.3, -6.3, 2000), -np.exp(rng.normal(0.0, 0.15, 2000))
    clean = inhibition(x[:, None], middle, hill, 100.0, 0.0)
    low, high = fit_arrays(10**x, clean + rng.normal(0.0, 4.0, clean.shape)).limits
    below, above = (middle < low).mean(), (middle > high).mean()
    assert 0.935 < 1 - below - above < 0.965
    assert below == pytest.approx(0.025, abs=0.012)

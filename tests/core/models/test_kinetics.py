"""Kinetic curves against the differential equations they are the solutions of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from labsvc.core.models.kinetics import ASSOCIATION, DISSOCIATION, JOINT, TWO_PHASES
from labsvc.core.models.model import Columns

T = np.array([0.0, 1.0, 10.0, 100.0])


def test_dissociation_falls_to_what_is_nonspecific() -> None:
    found = DISSOCIATION.curve({"log10_k": -1.0, "y0": 100.0, "ns": 20.0}, Columns(T), {})
    assert found == pytest.approx(20 + 80 * np.exp(-0.1 * T))


def test_the_faster_phase_comes_first() -> None:
    values = {"log10_k_fast": -2.0, "log10_k_slow": -1.0, "span_fast": 1.0, "span_slow": 9.0,
              "ns": 0.0}  # fmt: skip
    ordered = TWO_PHASES.ordered(values)
    assert (ordered["log10_k_fast"], ordered["span_fast"]) == (-1.0, 9.0)
    assert TWO_PHASES.curve(ordered, Columns(T), {}) == pytest.approx(
        TWO_PHASES.curve(values, Columns(T), {})
    )


def test_association_rises_to_its_plateau() -> None:
    found = ASSOCIATION.curve({"log10_k": -1.0, "y0": 5.0, "plateau": 105.0}, Columns(T), {})
    assert found == pytest.approx(105 - 100 * np.exp(-0.1 * T))


def test_association_then_dissociation_solves_its_equation() -> None:
    """d[RL]/dt = kon L (Bmax - [RL]) - koff [RL]; no ligand from the switch on."""
    kon, koff, bmax, hot, start, switch = 2e7, 0.05, 1000.0, 3e-9, 2.0, 20.0
    times = np.array([5.0, 20.0, 25.0, 60.0])
    values = {"log10_kon": np.log10(kon), "log10_koff": np.log10(koff), "bmax": bmax, "ns": 0.0}
    found = JOINT.curve(values, Columns(times, np.full(4, hot)), {"start": start, "switch": switch})

    def rate(t: float, bound: float, ligand: float) -> float:
        return kon * ligand * (bmax - bound) - koff * bound

    on = solve_ivp(rate, (start, switch), [0.0], t_eval=times[:2], args=(hot,), rtol=1e-10,
                   atol=1e-9)  # fmt: skip
    off = solve_ivp(rate, (switch, 60.0), on.y[:, -1], t_eval=times[2:], args=(0.0,), rtol=1e-10,
                    atol=1e-9)  # fmt: skip
    assert found == pytest.approx(np.concatenate([on.y[0], off.y[0]]), rel=1e-7)


def test_dissociation_counted_apart_starts_at_equilibrium() -> None:
    values = {"log10_kon": 7.0, "log10_koff": -2.0, "bmax": 1000.0, "ns": 3.0}
    at = Columns(np.array([0.0, 50.0]), np.full(2, 1e-9), np.array(["dissociation"] * 2))
    assert JOINT.curve(values, at, {}) == pytest.approx([503.0, 3 + 500 * np.exp(-0.5)])


def test_half_lives_and_affinities_follow() -> None:
    """ln 2 / k; koff / kon; kon from kobs at one concentration."""
    half_life, kon, kd = ASSOCIATION.derived
    values, given = {"log10_k": np.log10(0.2)}, {"koff": 0.05, "radioligand": 1e-9}
    assert 10 ** half_life.value(values, given) == pytest.approx(np.log(2) / 0.2)
    assert 10 ** kon.value(values, given) == pytest.approx(1.5e8)
    assert 10 ** kd.value(values, given) == pytest.approx(0.05 / 1.5e8)

"""Competition before equilibrium against the differential equations it is the solution of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from labsvc.core.models.kineticcompetition import COMPETITION
from labsvc.core.models.model import Columns

T = np.array([0.0, 1.0, 10.0, 100.0])


def test_competition_solves_its_equations() -> None:
    """Motulsky & Mahan: two ligands and one receptor, from time 0."""
    given = {"radioligand": 2e-9, "kon": 3e7, "koff": 0.06}
    k3, k4, cold, bmax = 8e6, 0.01, 2e-8, 1000.0
    found = COMPETITION.curve(
        {"log10_k3": np.log10(k3), "log10_k4": np.log10(k4), "bmax": bmax},
        Columns(T, np.full(4, cold)), given,
    )  # fmt: skip

    def rates(t: float, bound: np.ndarray) -> list[float]:
        free = bmax - bound[0] - bound[1]
        return [3e7 * 2e-9 * free - 0.06 * bound[0], k3 * cold * free - k4 * bound[1]]

    solved = solve_ivp(rates, (0, 100), [0.0, 0.0], t_eval=T, rtol=1e-10, atol=1e-9)
    assert found == pytest.approx(solved.y[0], rel=1e-6, abs=1e-6)


def test_without_competitor_it_is_association() -> None:
    """kobs = kon L + koff, to bmax L / (L + kd)."""
    given = {"radioligand": 2e-9, "kon": 3e7, "koff": 0.06}
    values = {"log10_k3": 7.0, "log10_k4": -2.0, "bmax": 1000.0}
    found = COMPETITION.curve(values, Columns(T, np.zeros(4)), given)
    assert found == pytest.approx(500 * (1 - np.exp(-0.12 * T)), rel=1e-12, abs=1e-9)

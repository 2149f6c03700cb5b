"""The interval of Ki with the uncertainty of Kd and [L]."""

from __future__ import annotations

from math import exp, log, log1p, sqrt

import numpy as np
import pytest

from labsvc.core.assays.propagation import log_factor_sd, log_sd, widened
from labsvc.model.protocol import Cited

Z = 1.959963984540054
LIGAND, KD = Cited(2e-9, "M", "counted", 0.1e-9), Cited(1e-9, "M", "own", 0.2e-9)


def test_exact_figures_leave_the_interval_as_wide_as_it_was() -> None:
    """Divided by the factor and no more."""
    assert log_sd(Cited(1e-9, "M", "")) == 0.0
    assert widened(6e-9, (3e-9, 12e-9), 3.0, 0.0) == pytest.approx((1e-9, 4e-9))


def test_the_sd_of_a_logarithm() -> None:
    """A CV of 20 % is 0.198 in ln; figures that cannot be positive have none."""
    assert log_sd(KD) == pytest.approx(sqrt(log1p(0.04)), rel=1e-12)
    assert log_sd(Cited(0.0, "M", "", 1e-9)) == 0.0


def test_little_ligand_makes_kd_unimportant() -> None:
    """Far below Kd the factor is 1 whatever Kd is; far above, it varies as Kd does."""
    assert log_factor_sd(Cited(1e-15, "M", ""), KD) == pytest.approx(0.0, abs=1e-6)
    assert log_factor_sd(Cited(1e-3, "M", ""), KD) == pytest.approx(log_sd(KD), rel=1e-5)


def test_both_sides_are_widened_in_quadrature_each_by_itself() -> None:
    """An asymmetric interval stays so; an open end stays open."""
    low, high = widened(6e-9, (4e-9, 12e-9), 3.0, 0.2) or (None, None)
    assert low == pytest.approx(2e-9 * exp(-sqrt(log(6 / 4) ** 2 + (0.2 * Z) ** 2)), rel=1e-12)
    assert high == pytest.approx(2e-9 * exp(sqrt(log(2) ** 2 + (0.2 * Z) ** 2)), rel=1e-12)
    half = widened(6e-9, (None, 12e-9), 3.0, 0.2)
    assert half is not None
    assert (half[0], half[1]) == (None, high)
    assert widened(6e-9, None, 3.0, 0.2) is None


def test_an_ic50_without_scatter_still_gives_ki_the_doubt_of_kd() -> None:
    """On both sides: its own limits are the estimate itself."""
    low, high = widened(6e-9, (6e-9, 6e-9), 3.0, 0.2) or (None, None)
    assert low == pytest.approx(2e-9 * exp(-0.2 * Z))
    assert high == pytest.approx(2e-9 * exp(0.2 * Z))


def test_the_interval_holds_the_true_ki_in_95_of_100_experiments() -> None:
    """10000 experiments: IC50, [L] and Kd each measured with their own log-normal error."""
    rng, n = np.random.default_rng(8), 10_000
    true_ki, sd = 5e-9, 0.15
    ic50 = true_ki * (1 + 2e-9 / 1e-9) * np.exp(rng.normal(0, sd, n))
    ligand = 2e-9 * np.exp(rng.normal(0, log_sd(LIGAND), n))
    kd = 1e-9 * np.exp(rng.normal(0, log_sd(KD), n))
    held = 0
    for one, l_seen, k_seen in zip(ic50.tolist(), ligand.tolist(), kd.tolist(), strict=True):
        scatter = log_factor_sd(Cited(l_seen, "M", "", 0.05 * l_seen),
                                Cited(k_seen, "M", "", 0.2 * k_seen))  # fmt: skip
        limits = (one * exp(-Z * sd), one * exp(Z * sd))
        low, high = widened(one, limits, 1 + l_seen / k_seen, scatter) or (None, None)
        assert low is not None
        assert high is not None
        held += low < true_ki < high
    assert held / n == pytest.approx(0.95, abs=0.007)

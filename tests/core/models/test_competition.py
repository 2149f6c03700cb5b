"""Competition curves: the shift of Cheng and Prusoff, order of sites, mass balance."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.competition import EXACT, HOMOLOGOUS, ONE_SITE, TWO_SITES, shift
from labsvc.core.models.model import Columns


def test_the_ic50_lies_above_ki_by_cheng_and_prusoff() -> None:
    """Ki 1 nM, [L] = 3 Kd: half is displaced at 4 nM."""
    given = {"radioligand": 3e-9, "kd": 1e-9}
    values = {"log10_ki": -9.0, "top": 100.0, "bottom": 0.0}
    assert shift(given) == pytest.approx(np.log10(4))
    found = ONE_SITE.curve(values, Columns(np.array([0.0, 4e-9])), given)
    assert found == pytest.approx([100.0, 50.0])
    (ic50,) = ONE_SITE.derived
    assert ic50.value(values, given) == pytest.approx(np.log10(4e-9))


def test_two_sites_are_the_sum_of_their_shares() -> None:
    values = {"log10_ic50_hi": -9.0, "log10_ic50_lo": -6.0, "fraction_hi": 0.25, "top": 100.0,
              "bottom": 0.0}  # fmt: skip
    found = TWO_SITES.curve(values, Columns(np.array([0.0, 10**-7.5, 1.0])), {})
    assert found == pytest.approx([100.0, 75.0, 0.0], abs=2.5)


def test_the_site_of_high_affinity_comes_first() -> None:
    """The same curve, said the other way round."""
    values = {"log10_ic50_hi": -6.0, "log10_ic50_lo": -9.0, "fraction_hi": 0.75, "top": 100.0,
              "bottom": 0.0}  # fmt: skip
    ordered = TWO_SITES.ordered(values)
    assert (ordered["log10_ic50_hi"], ordered["fraction_hi"]) == (-9.0, 0.25)
    at = Columns(np.geomspace(1e-10, 1e-4, 7))
    assert TWO_SITES.curve(ordered, at, {}) == pytest.approx(TWO_SITES.curve(values, at, {}))


def test_cold_counts_as_hot_in_homologous_competition() -> None:
    """Bmax x hot / (hot + cold + Kd) + ns x hot."""
    at = Columns(np.array([0.0, 1e-9]), np.array([1e-9, 1e-9]))
    found = HOMOLOGOUS.curve({"bmax": 300.0, "log10_kd": -9.0, "ns": 5e9}, at, {})
    assert found == pytest.approx([155.0, 105.0])


def test_the_exact_model_keeps_the_balance() -> None:
    """Receptor = R + R tracer/(Kd + R) + R x/(Ki + R), over nine decades of the competitor."""
    given = {"receptor": 5e-9, "radioligand": 1e-9, "kd": 2e-9}
    x = np.geomspace(1e-12, 1e-3, 10)
    values = {"log10_ki": -8.0, "top": 1.0, "bottom": 0.0}
    share = EXACT.curve(values, Columns(x), given)
    free = share * 2e-9 / (1 - share)
    total = free * (1 + 1e-9 / (2e-9 + free) + x / (1e-8 + free))
    assert total == pytest.approx(5e-9, rel=1e-9)


def test_the_exact_model_becomes_cheng_prusoffs_where_little_is_bound() -> None:
    """Receptor a millionth of Kd: half of tracer binding is displaced at Ki (1 + L/Kd)."""
    given = {"receptor": 1e-15, "radioligand": 2e-9, "kd": 1e-9}
    values = {"log10_ki": -8.0, "top": 1.0, "bottom": 0.0}
    none, half = EXACT.curve(values, Columns(np.array([0.0, 3e-8])), given)
    assert half / none == pytest.approx(0.5, rel=1e-5)

"""Competition curves: the shift of Cheng and Prusoff, order of sites, mass balance."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.competition import HOMOLOGOUS, ONE_SITE, TWO_SITES, shift
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


def test_two_spans_are_two_sites() -> None:
    """The form that is searched draws the same curves; spans of two signs are no two sites."""
    form, x = TWO_SITES.linearly, Columns(np.geomspace(1e-10, 1e-5, 9))
    assert form is not None
    spans = {"log10_ic50_hi": -9.0, "log10_ic50_lo": -6.5, "high": 60.0, "low": 30.0, "bottom": 5.0}
    values = form.back(spans)
    assert values is not None
    assert (values["fraction_hi"], values["top"]) == (pytest.approx(2 / 3), 95.0)
    assert TWO_SITES.curve(values, x, {}) == pytest.approx(form.model.curve(spans, x, {}))
    assert form.back(spans | {"low": -30.0}) is None

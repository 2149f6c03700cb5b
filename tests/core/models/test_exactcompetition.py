"""Competition by mass balance."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.models.exactcompetition import EXACT
from labsvc.core.models.model import Columns


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


@pytest.mark.parametrize("receptor", [1e-13, 1e-10, 1e-6])
def test_the_balance_closes_however_tight_the_binding(receptor: float) -> None:
    """Ki from 1 fM to 1 M, competitor from none to 0.1 M: R + RL + RI is the receptor."""
    x, given = np.append(0.0, np.geomspace(1e-13, 0.1, 25)), {"radioligand": 1e-10, "kd": 1e-9}
    values = {"log10_ki": np.linspace(-15, 0, 31)[:, None], "top": 1.0, "bottom": 0.0}
    share = np.asarray(EXACT.curve(values, Columns(x), given | {"receptor": receptor}))
    free, ki = 1e-9 * share / (1 - share), 10.0 ** values["log10_ki"]
    balance = free * (1 + 1e-10 / (1e-9 + free) + x / (ki + free))
    assert balance == pytest.approx(
        np.full_like(balance, receptor), rel=1e-9 * (1 + receptor * 1e9)
    )

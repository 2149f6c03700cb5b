"""What an evidence says of itself."""

from __future__ import annotations

import numpy as np

from labsvc.core.fitting.curves import LOG_OF_ZERO
from labsvc.core.fitting.evidence import Evidence

SEEN = Evidence(
    n_points=20, free=(True, True, True, False), log10_ic50=-7.0, hill=-1.2, top=98.0, bottom=0.0,
    stderr=(0.1, 0.1, 2.0, 0.0), dependency=(0.5,) * 4, covariance=np.zeros((4, 4)),
    limits=(-7.1, -6.9), sum_of_squares=1.0, about_mean=95.0, mean=50.0,
    tested=(LOG_OF_ZERO, -9.0, -5.0), means=(97.0, 98.0, 1.0), converged=True, slope_at_limit=False,
)  # fmt: skip


def test_the_tested_range_leaves_out_a_zero_concentration() -> None:
    """It sits on the plateau; it is no end of the range."""
    assert (SEEN.lowest, SEEN.highest) == (-9.0, -5.0)


def test_only_parameters_that_were_fitted_cost_degrees_of_freedom() -> None:
    """20 points, three parameters free, the bottom fixed: 17."""
    assert SEEN.degrees_of_freedom == 17


def test_the_values_come_in_the_order_of_the_curve() -> None:
    """log10 IC50, hill, top, bottom: as ``inhibition`` takes them."""
    assert SEEN.values == (-7.0, -1.2, 98.0, 0.0)

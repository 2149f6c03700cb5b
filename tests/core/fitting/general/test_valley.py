"""One searched parameter: the bottom of the valley is that of the general search."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.joint import Layout, Series, layout, problem
from labsvc.core.fitting.general.leastsquares import minimise
from labsvc.core.fitting.general.valley import bottom, heights, hollows, line
from labsvc.core.models import MODELS, Columns

NODES = np.arange(-10.5, -6.4, 0.5)


def saturation(seed: int, **held: float) -> Layout:
    """Eight concentrations in triplicate, total and non-specific, with 5 % of scatter."""
    x, total = np.tile(np.repeat(np.geomspace(5e-11, 2e-8, 8), 3), 2), np.arange(48) < 24
    rng = np.random.default_rng(seed)
    specific = np.where(total, 9000 * x / (10 ** rng.uniform(-9.5, -8.5) + x), 0)
    y = (specific + 2e11 * x + 30) * rng.normal(1, 0.05, 48)
    kind = np.where(total, "total", "nonspecific")
    one = Series("", Columns(x, None, kind), y, np.ones(48))
    return layout(MODELS["saturation_total_nsb"], [one], {}, held, ())


@pytest.mark.parametrize("seed", range(5))
def test_the_bottom_is_the_minimum_of_the_general_search(seed: int) -> None:
    """Of Levenberg and Marquardt's from the best node, to nine digits in every parameter."""
    task = problem(saturation(seed), np.ones(48))
    along = line(task)
    assert along is not None
    found = heights(along, NODES, check=True)
    assert found is not None
    (row,) = hollows(found)
    start = np.array([NODES[row], 1.0, 1.0, 1.0])
    best = bottom(along, NODES, found, row)
    assert best == pytest.approx(minimise(task, start).values, rel=1e-9)


def test_slopes_are_those_of_the_heights() -> None:
    """Half the slope, as neighbouring heights have it."""
    along = line(problem(saturation(1), np.ones(48)))
    assert along is not None
    found = heights(along, np.array([-9.3 - 1e-5, -9.3, -9.3 + 1e-5]))
    assert found is not None
    slope = (found.sums[2] - found.sums[0]) / 2e-5
    assert 2 * found.slopes[1] == pytest.approx(slope, rel=1e-6)


def test_what_is_left_without_the_linear_parameters_goes_another_way() -> None:
    """A background held at 30: columns would be differences of large numbers."""
    along = line(problem(saturation(1, background=30.0), np.ones(48)))
    assert along is not None
    assert heights(along, NODES, check=True) is None


def test_two_searched_parameters_are_no_line() -> None:
    x = np.geomspace(1e-10, 1e-7, 8)
    one = Series("", Columns(x), x, np.ones(8))
    assert (
        line(problem(layout(MODELS["saturation_specific"], [one], {}, {}, ()), one.share)) is None
    )


def test_the_end_of_the_grid_is_no_bottom() -> None:
    """Where it still goes down there, the general search walks on."""
    along = line(problem(saturation(2), np.ones(48)))
    assert along is not None
    nodes = np.array([-12.0, -11.5, -11.0])
    found = heights(along, nodes)
    assert found is not None
    assert hollows(found) == [2]
    assert bottom(along, nodes, found, 2) is None

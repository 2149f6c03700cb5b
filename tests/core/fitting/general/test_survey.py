"""Many places at once: good enough to choose among them."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.core.fitting.general.basins import apart, heights
from labsvc.core.fitting.general.joint import Series, layout, problem
from labsvc.core.fitting.general.leastsquares import Problem
from labsvc.core.fitting.general.survey import Survey, surveyed
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-6, 14)


def task(seed: int, model: str = "saturation_specific", **held: float) -> Problem:
    """Fourteen concentrations with 4 % of scatter about a curve of Hill slope 1.3."""
    rng = np.random.default_rng(seed)
    share = X**1.3 / (10 ** (1.3 * rng.uniform(-9, -7)) + X**1.3)
    y = (900 * share + 5) * rng.normal(1, 0.04, len(X))
    one = Series("", Columns(X), y, np.ones(len(X)))
    return problem(layout(MODELS[model], [one], {}, held, ()), one.share)


@pytest.mark.parametrize("linear", ["inhibition_5pl", "saturation_specific"])
def test_a_survey_tells_nodes_apart(linear: str) -> None:
    """Its sums of squares are the heights, for other data of the same places too."""
    for seed in (1, 2):
        along = apart(task(seed, linear))
        assert along is not None
        places = np.array([[-9.0, 0.8, 0.1], [-8.0, 1.2, 0.3], [-7.5, 1.0, -0.2]])
        places = places[:, : len(along.searched)]
        found = surveyed(Survey((linear,), along, places))
        assert found == pytest.approx(heights(along, places).sums, rel=1e-9)


def test_what_is_left_without_the_linear_parameters_goes_another_way() -> None:
    """A plateau held at 30: columns would be differences of large numbers."""
    along = apart(task(1, "inhibition_5pl", bottom=30.0))
    assert along is not None
    assert surveyed(Survey(("held",), along, np.array([[-8.0, 1.0, 0.1]]))) is None

"""One sentence for each thing that is out of the ordinary."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from labsvc.core.fitting.batch.remarks import remarks
from labsvc.core.fitting.evidence import Evidence, Question

ASKED = Question("inhibition_4pl", {}, "%", None)
SEEN = Evidence(
    n_points=20, free=(True,) * 4, log10_ic50=-7.0, hill=-1.0, top=100.0, bottom=0.0,
    stderr=(0.1,) * 4, dependency=(0.5,) * 4, covariance=np.eye(4), limits=(-7.1, -6.9),
    sum_of_squares=1.0, about_mean=inf, mean=50.0, tested=tuple(np.linspace(-9.0, -5.0, 9)),
    means=(), converged=True, slope_at_limit=False,
)  # fmt: skip


def test_an_ordinary_curve_needs_no_remark() -> None:
    """Slope -1, plateaus at the controls, enough points on both."""
    assert remarks(ASKED, SEEN) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hill": -1.6}, "steep"),
        ({"hill": -0.65}, "shallow"),
        ({"top": 121.0}, "top plateau of 121.0 %"),
        ({"bottom": -21.0}, "bottom plateau of -21.0 %"),
        ({"log10_ic50": -5.5}, "bottom plateau is not reached"),
        ({"log10_ic50": -8.5}, "top plateau is not reached"),
        ({"log10_ic50": -4.9}, "outside the tested range"),
    ],
)
def test_what_is_unusual_is_said(change: dict[str, float], words: str) -> None:
    """At the limits of the rules: just outside each of them."""
    said = remarks(ASKED, SEEN._replace(**change))  # type: ignore[arg-type]
    assert any(words in one for one in said)


def test_fixed_plateaus_are_not_remarked_on() -> None:
    """What was not fitted needs no points on it, and other units have no control range."""
    fixed = SEEN._replace(free=(True, True, False, False), log10_ic50=-5.5)
    assert remarks(ASKED, fixed) == ()
    assert remarks(ASKED._replace(units="cpm"), SEEN._replace(top=5000.0)) == ()

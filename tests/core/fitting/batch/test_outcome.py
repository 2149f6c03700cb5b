"""The rules that turn numbers into a status."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from labsvc.core.fitting.batch.outcome import outcome, unanswered
from labsvc.core.fitting.evidence import Evidence, Question

ASKED = Question("inhibition_4pl", {}, "%", None)
SEEN = Evidence(
    n_points=20,
    free=(True,) * 4,
    log10_ic50=-7.0,
    hill=-1.0,
    top=100.0,
    bottom=0.0,
    stderr=(0.05, 0.1, 1.0, 1.0),
    dependency=(0.5,) * 4,
    covariance=np.diag([0.05**2, 0.1**2, 1.0, 1.0]),
    limits=(-7.1, -6.9),
    sum_of_squares=160.0,
    about_mean=20_000.0,
    mean=50.0,
    tested=tuple(np.linspace(-9.0, -5.0, 10)),
    means=tuple(np.linspace(99.0, 1.0, 10)),
    converged=True,
    slope_at_limit=False,
)


def test_the_statistics_follow_their_definitions() -> None:
    """n 20, four parameters: df 16, s = sqrt(160/16), R2 = 1 - 160/20000, AICc with K = 5."""
    fit = outcome(ASKED, SEEN)
    assert (fit.degrees_of_freedom, fit.residual_sd) == (16, pytest.approx(10**0.5))
    assert fit.r_squared == pytest.approx(0.992)
    assert fit.aicc == pytest.approx(20 * np.log(8.0) + 10 + 60 / 14)


def test_the_ic50_has_its_error_by_the_delta_method_and_its_limits_exponentiated() -> None:
    """ln 10 * IC50 * SE; the interval is asymmetric about the value."""
    ic50 = outcome(ASKED, SEEN).parameters["ic50"]
    assert ic50.stderr == pytest.approx(np.log(10) * 1e-7 * 0.05)
    assert ic50.ci95 == pytest.approx((10**-7.1, 10**-6.9))


@pytest.mark.parametrize(
    ("change", "status", "qualifier"),
    [
        ({"dependency": (0.99995, 0.5, 0.5, 0.5)}, "ambiguous", None),
        ({"stderr": (2.1, 0.1, 1.0, 1.0)}, "ambiguous", None),
        ({"limits": (-7.1, nan)}, "ambiguous", None),
        ({"limits": (-8.2, -6.1)}, "ambiguous", None),
        ({"limits": (-5.5, -3.9), "log10_ic50": -4.9}, "ambiguous", ">"),
        ({"limits": (nan, -8.8), "log10_ic50": -9.5}, "ambiguous", "<"),
        ({"slope_at_limit": True}, "at_bound", None),
        ({"converged": False}, "not_converged", None),
        ({"sum_of_squares": 19_000.0}, "ambiguous", None),
    ],
)
def test_what_does_not_determine_the_ic50_withholds_it(
    change: dict[str, object], status: str, qualifier: str | None
) -> None:
    """Each rule by itself, with a sentence and without a number."""
    fit = outcome(ASKED, SEEN._replace(**change))  # type: ignore[arg-type]
    assert (fit.status, fit.qualifier) == (status, qualifier)
    assert fit.parameters["ic50"].value is None
    assert len(fit.remarks) == 1


def test_too_few_points_say_how_many_there_were() -> None:
    """The sentence carries both counts."""
    assert "3 usable points at 2 concentrations" in unanswered(ASKED, 3, 2).remarks[0]

"""Whether a fit is an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from labsvc.core.fitting.batch.limits import Numbers, numbers
from labsvc.core.fitting.general.doubt import judge
from labsvc.core.fitting.general.joint import Series, layout
from labsvc.core.fitting.general.reweight import fit_weighted
from labsvc.core.models import MODELS, Columns

X = np.geomspace(1e-10, 1e-7, 12)
NOISE = np.random.default_rng(20260306).normal(size=12)


@pytest.fixture
def sound() -> Numbers:
    y = 500 * X / (2e-9 + X) + 5 * NOISE
    plan = layout(MODELS["michaelis_menten"], [Series("", Columns(X), y, np.ones(12))], {}, {}, ())
    return numbers(plan, fit_weighted(plan, "none"))


def test_a_sound_fit_has_nothing_said_against_it(sound: Numbers) -> None:
    judged = judge(sound, 0, True)
    assert (judged.status, judged.because) == ("converged", ())
    assert judged.given == {"log10_km": True, "vmax": True}


def test_no_effect_gives_nothing(sound: Numbers) -> None:
    judged = judge(replace(sound, flat_p=0.2), 0, True)
    assert judged.status == "ambiguous"
    assert not any(judged.given.values())


def test_weights_that_do_not_rest_are_no_answer(sound: Numbers) -> None:
    assert judge(sound, 0, False).status == "not_converged"


@pytest.mark.parametrize(
    ("low", "high", "stderr", "given", "why"),
    [
        (-9.0, np.nan, 0.1, True, "Half open: log10_km has no upper limit."),
        (np.nan, np.nan, 0.1, False, "log10_km has neither a lower nor an upper limit."),
        (-10.5, -8.0, 0.6, False, "The 95 % interval of log10_km spans 2.5 decades."),
        (-9.0, -8.0, 2.5, False, "log10_km has a standard error of 2.5 decades."),
    ],
)
def test_what_is_not_settled_is_named(
    sound: Numbers, low: float, high: float, stderr: float, given: bool, why: str
) -> None:
    """With its value only where one end of it is known, inside the tested range."""
    odd = replace(
        sound,
        low=np.array([low, sound.low[1]]),
        high=np.array([high, sound.high[1]]),
        stderr=np.array([stderr, sound.stderr[1]]),
    )
    judged = judge(odd, 0, True)
    assert (judged.status, judged.because) == ("ambiguous", (why,))
    assert judged.given == {"log10_km": given, "vmax": True}


def test_what_others_make_up_for_is_not_given(sound: Numbers) -> None:
    dependent = sound.certainty._replace(dependency=np.array([0.99995, 0.5]))
    judged = judge(replace(sound, certainty=dependent), 0, True)
    assert judged.given == {"log10_km": False, "vmax": True}
    assert "other parameters make up for" in judged.because[0]


def test_a_bound_is_named(sound: Numbers) -> None:
    pressed = sound.minimum._replace(at_bound=np.array([True, False]))
    judged = judge(replace(sound, minimum=pressed), 0, True)
    assert judged.status == "at_bound"
    assert judged.because[0].startswith("log10_km ran to its limit")

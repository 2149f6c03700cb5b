"""Inhibition curves on a log10 axis, as GraphPad Prism writes them.

3PL and 4PL of single curves are fitted by ``labsvc.core.fit``, which is made for many of them at
once; these are for joint fits and for the 5PL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.fitting.curves import MODELS as CURVES
from labsvc.core.models.model import Columns, Constants, Model, Numbers, Parameter, Range, Values
from labsvc.core.models.shapes import BOTTOM, TOP, decades, power_of_ten, share, shares

LOG_IC50 = Parameter("log10_ic50", "M", "concentration half-way between the plateaus")
HILL = Parameter("hill", "", "slope, negative where the response falls")
_FAR = 50.0  # log10 M, decades above any concentration: nothing but top is left


def _four(p: Values, at: Columns, c: Constants) -> Numbers:
    part = share((p["log10_ic50"] - at.log10) * p["hill"])
    rest = share((at.log10 - p["log10_ic50"]) * p["hill"])
    return np.asarray(p["top"] * part + p["bottom"] * rest)


def _five(p: Values, at: Columns, c: Constants) -> Numbers:
    asymmetry = power_of_ten(p["log10_s"])
    # 2^(1/s) - 1 without loss where s is large.
    turn = np.log(np.expm1(np.log(2.0) / asymmetry)) / np.log(10.0)
    middle = p["log10_ic50"] + turn / p["hill"]
    part = share((middle - at.log10) * p["hill"]) ** asymmetry
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * part)


def _four_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    above = p["log10_ic50"] - at.log10
    part, rest = shares(above * p["hill"])
    steep = -LN10 * (p["top"] - p["bottom"]) * part * rest
    slopes = {"log10_ic50": steep * p["hill"], "hill": steep * above, "top": part, "bottom": rest}
    return p["top"] * part + p["bottom"] * rest, slopes


def _five_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    asymmetry = 10.0 ** p["log10_s"]
    once = np.log(2.0) / asymmetry
    turn = np.log(np.expm1(once)) / LN10
    above = p["log10_ic50"] - at.log10
    part, rest = shares(above * p["hill"] + turn)
    whole = part**asymmetry
    span = p["top"] - p["bottom"]
    steep = -LN10 * asymmetry * span * whole * rest
    bent = LN10 * asymmetry * span * whole * np.log(part)
    slopes = {
        "log10_ic50": steep * p["hill"],
        "hill": steep * above,
        "log10_s": bent + steep * once / np.expm1(-once),
        "top": whole,
        "bottom": 1 - whole,
    }
    return p["bottom"] + span * whole, slopes


def _search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    """Slopes of the sign of the data's own trend, and of the other."""
    return {"log10_ic50": decades(at.x), "hill": slopes(at, y)}


def _search_five(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {
        "log10_ic50": decades(at.x),
        "hill": slopes(at, y),
        "log10_s": Range(-1.5, 1.5, (-0.6, 0.0, 0.6)),
    }


def slopes(at: Columns, y: Array) -> Range:
    """Falling where the responses fall with concentration, else rising: top is above bottom."""
    x = at.log10
    x = np.where(at.x > 0, x, x[at.x > 0].min(initial=0.0) - 1.0)
    falling = float(((x - x.mean()) * (y - y.mean())).sum()) <= 0
    starts = (0.4, 0.7, 1.0, 1.6, 3.0)
    if falling:
        return Range(-100.0, -0.05, tuple(-one for one in starts))
    return Range(0.05, 100.0, starts)


def _standard_slope(at: Columns, y: Array) -> Mapping[str, float]:
    return {"hill": -1.0 if slopes(at, y).high < 0 else 1.0}


def _nonsense(values: Mapping[str, float]) -> str | None:
    if values["top"] < values["bottom"]:
        return "The upper plateau came out below the lower one: the data do not follow this model."
    return None


FOUR = Model(
    name="inhibition_4pl",
    title=CURVES["inhibition_4pl"].title,
    formula=CURVES["inhibition_4pl"].formula,
    source=CURVES["inhibition_4pl"].source,
    x="concentration",
    parameters=(LOG_IC50, HILL, TOP, BOTTOM),
    curve=_four,
    slopes=_four_slopes,
    search=_search,
    by_response=True,
    asked="log10_ic50",
    flat={"log10_ic50": _FAR},
    nonsense=_nonsense,
)

THREE = Model(
    name="inhibition_3pl",
    title=CURVES["inhibition_3pl"].title,
    formula=CURVES["inhibition_3pl"].formula,
    source=CURVES["inhibition_3pl"].source,
    x="concentration",
    parameters=(
        LOG_IC50,
        Parameter("hill", "", "-1 where the response falls, +1 where it rises", usually=-1.0),
        TOP,
        BOTTOM,
    ),
    curve=_four,
    slopes=_four_slopes,
    search=_search,
    by_response=True,
    asked="log10_ic50",
    flat={"log10_ic50": _FAR},
    nonsense=_nonsense,
    usual=_standard_slope,
)

FIVE = Model(
    name="inhibition_5pl",
    title="Inhibition, asymmetric",
    formula="Y = bottom + (top - bottom) / (1 + 10^((M - X) * hill))^s, "
    "M = log10_ic50 + log10(2^(1/s) - 1) / hill",
    source="GraphPad Prism, Asymmetric sigmoidal, 5PL; X is log10 of the concentration in M",
    x="concentration",
    parameters=(LOG_IC50, HILL, Parameter("log10_s", "", "asymmetry: s = 1 is the 4PL"), TOP,
                BOTTOM),
    curve=_five,
    slopes=_five_slopes,
    search=_search_five,
    by_response=True,
    asked="log10_ic50",
    flat={"log10_ic50": _FAR},
    nonsense=_nonsense,
    notes=("Needs many points at both bends: s and the plateaus make up for each other.",),
)  # fmt: skip

MODELS = (THREE, FOUR, FIVE)

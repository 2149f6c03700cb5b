"""Competition before equilibrium: radioligand and competitor bind side by side. x is minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.kinetics import BMAX, gone, negative_bmax, over
from labsvc.core.models.model import (
    Columns,
    Constant,
    Constants,
    Derived,
    Model,
    Numbers,
    Parameter,
    Range,
    Values,
)
from labsvc.core.models.shapes import CONC, decades, power_of_ten, rates


def _curve(p: Values, at: Columns, c: Constants) -> Numbers:
    """Motulsky & Mahan's equation, with their names."""
    hot, k2, k4 = c["kon"] * c["radioligand"], c["koff"], power_of_ten(p["log10_k4"])
    cold = power_of_ten(p["log10_k3"]) * at.second()
    ka, kb = hot + k2, cold + k4
    s = np.sqrt((ka - kb) ** 2 + 4 * hot * cold)
    fast = (ka + kb + s) / 2
    slow = (ka * kb - hot * cold) / fast
    course = k4 * s / (fast * slow) + (k4 - fast) / fast * gone(fast, at.x)
    course = course - (k4 - slow) / slow * gone(slow, at.x)
    return np.asarray(p["bmax"] * hot / s * course)


def _slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    """That of ``curve``, as ``bmax hot / s * course``, along the two rate constants."""
    hot, k4 = c["kon"] * c["radioligand"], 10.0 ** p["log10_k4"]
    cold = 10.0 ** p["log10_k3"] * at.second()
    ka, kb = hot + c["koff"], cold + k4
    s = np.sqrt((ka - kb) ** 2 + 4 * hot * cold)
    fast = (ka + kb + s) / 2
    slow = (ka * kb - hot * cold) / fast
    left, later = np.exp(-fast * at.x), np.exp(-slow * at.x)
    first, then, last = k4 * s / (fast * slow), k4 / fast - 1, k4 / slow - 1
    course = first + then * left - last * later

    def along(by_cold: Array, by_k4: Array) -> Array:
        """The slope of ``course / s`` as these two change, in several ways at once."""
        by_kb = by_cold + by_k4
        by_s = (2 * hot * by_cold - (ka - kb) * by_kb) / s
        by_fast = (by_kb + by_s) / 2
        by_slow = (ka * by_kb - hot * by_cold - slow * by_fast) / fast
        of_first = by_k4 * s / (fast * slow) + first * (by_s / s - by_fast / fast - by_slow / slow)
        of_then = (by_k4 - k4 / fast * by_fast) / fast - then * at.x * by_fast
        of_last = (by_k4 - k4 / slow * by_slow) / slow - last * at.x * by_slow
        by_course = of_first + of_then * left - of_last * later
        return np.asarray((by_course - course * by_s / s) / s)

    by_cold, by_k4 = np.zeros((2, *cold.shape)), np.zeros((2, *k4.shape))
    by_cold[0], by_k4[1] = cold, k4
    by_k3, by_k4 = p["bmax"] * hot * LN10 * along(by_cold, by_k4)
    slopes = {
        "log10_k3": by_k3,
        "log10_k4": by_k4,
        "bmax": hot / s * course,
    }
    return p["bmax"] * hot / s * course, slopes


def _search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    rate, conc = rates(at.x), decades(at.second())
    return {"log10_k4": rate, "log10_k3": over(rate, conc)}


COMPETITION = Model(
    name="competition_kinetics",
    title="Kinetics of competitive binding",
    formula="Motulsky & Mahan: Y = bmax k1 L / D * (k4 D / (F S) + (k4 - F) / F exp(-F X) - "
    "(k4 - S) / S exp(-S X)), F and S = (A + B +- D) / 2, A = k1 L + k2, B = k3 conc + k4, "
    "D = sqrt((A - B)^2 + 4 k1 L k3 conc); ki = k4 / k3",
    source="Motulsky & Mahan, Mol Pharmacol 1984;25:1; GraphPad Prism, Kinetics of competitive "
    "binding",
    x="time",
    parameters=(
        Parameter("log10_k3", "1/(M min)", "association rate constant of the competitor"),
        Parameter("log10_k4", "1/min", "dissociation rate constant of the competitor"),
        BMAX,
    ),
    curve=_curve,
    slopes=_slopes,
    search=_search,
    asked="log10_ki",
    constants=(
        CONC,
        Constant("radioligand", "M", "free concentration of the radioligand (L)",
                 also={"hot": 1.0, "l": 1.0, "l_nm": 1e-9}),
        Constant("kon", "1/(M min)", "its association rate constant (k1)",
                 also={"k1": 1.0, "k1_per_m_min": 1.0}),
        Constant("koff", "1/min", "its dissociation rate constant (k2)",
                 also={"k2": 1.0, "k2_per_min": 1.0}),
    ),
    columns=("conc",),
    derived=(Derived("log10_ki", "M", lambda p, c: p["log10_k4"] - p["log10_k3"]),),
    flat={"bmax": 0.0},
    nonsense=negative_bmax,
    notes=("conc is the concentration of the competitor.",),
)  # fmt: skip

MODELS = (COMPETITION,)

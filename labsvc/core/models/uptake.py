"""Uptake and enzyme rates: Michaelis-Menten and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.model import Columns, Constants, Model, Numbers, Parameter, Range, Values
from labsvc.core.models.shapes import CONC, decades, positive, power_of_ten, share, shares

VMAX = Parameter("vmax", "response", "rate at saturation", linear=True)
LOG_KM = Parameter("log10_km", "M", "substrate concentration at half of vmax")


def _michaelis_menten(p: Values, at: Columns, c: Constants) -> Numbers:
    return np.asarray(p["vmax"] * share(p["log10_km"] - at.log10))


def _nonsaturable(p: Values, at: Columns, c: Constants) -> Numbers:
    carried = np.where(at.is_kind("blocked"), 0.0, _michaelis_menten(p, at, c))
    return np.asarray(carried + p["p"] * at.x)


def _competitive(p: Values, at: Columns, c: Constants) -> Numbers:
    inhibited = 1 + at.second() * power_of_ten(-p["log10_ki"])
    km = power_of_ten(p["log10_km"])
    return np.asarray(p["vmax"] * at.x / (at.x + km * inhibited))


def _michaelis_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    part, rest = shares(p["log10_km"] - at.log10)
    carried = p["vmax"] * part
    return carried, {"log10_km": -LN10 * carried * rest, "vmax": part}


def _nonsaturable_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    part, rest = shares(p["log10_km"] - at.log10)
    part = np.where(at.is_kind("blocked"), 0.0, part)
    carried = p["vmax"] * part
    slopes = {"log10_km": -LN10 * carried * rest, "vmax": part, "p": at.x}
    return carried + p["p"] * at.x, slopes


def _competitive_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    km, bound = 10.0 ** p["log10_km"], at.second() * 10.0 ** -p["log10_ki"]
    whole = at.x + km * (1 + bound)
    part = at.x / whole
    steep = LN10 * p["vmax"] * part * km / whole
    slopes = {"log10_ki": steep * bound, "log10_km": -steep * (1 + bound), "vmax": part}
    return p["vmax"] * part, slopes


def _search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_km": decades(at.x)}


def _competitive_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_km": decades(at.x), "log10_ki": decades(at.second())}


def _nonsense(values: Mapping[str, float]) -> str | None:
    return positive("vmax", "The rate at saturation") if values["vmax"] < 0 else None


MICHAELIS_MENTEN = Model(
    name="michaelis_menten",
    title="Michaelis-Menten",
    formula="Y = vmax * X / (km + X)",
    source="GraphPad Prism, Michaelis-Menten; Michaelis & Menten, Biochem Z 1913;49:333",
    x="concentration",
    parameters=(LOG_KM, VMAX),
    curve=_michaelis_menten,
    slopes=_michaelis_slopes,
    search=_search,
    asked="log10_km",
    flat={"vmax": 0.0},
    nonsense=_nonsense,
    notes=("Rates are of the linear phase.",),
)

NONSATURABLE = Model(
    name="michaelis_menten_nonsaturable",
    title="Michaelis-Menten with a part that does not saturate",
    formula="Y = vmax * X / (km + X) + p * X; blocked: Y = p * X",
    source="GraphPad Prism, Michaelis-Menten, with a passive part (p) as in transporter uptake",
    x="concentration",
    parameters=(
        LOG_KM,
        VMAX,
        Parameter("p", "response/M", "rate that does not saturate, for each M", linear=True),
    ),
    curve=_nonsaturable,
    slopes=_nonsaturable_slopes,
    search=_search,
    asked="log10_km",
    kinds=("total", "blocked"),
    flat={"vmax": 0.0},
    nonsense=_nonsense,
    notes=("Without a column kind every point is total uptake.",),
)

COMPETITIVE = Model(
    name="competitive_inhibition",
    title="Michaelis-Menten with a competitive inhibitor, all concentrations together",
    formula="Y = vmax * X / (X + km * (1 + conc / ki))",
    source="GraphPad Prism, Enzyme kinetics - Competitive inhibition",
    x="concentration",
    parameters=(Parameter("log10_ki", "M", "inhibition constant"), LOG_KM, VMAX),
    curve=_competitive,
    slopes=_competitive_slopes,
    search=_competitive_search,
    asked="log10_ki",
    constants=(CONC,),
    columns=("conc",),
    flat={"vmax": 0.0},
    nonsense=_nonsense,
    notes=("conc is the concentration of the inhibitor.",),
)

MODELS = (MICHAELIS_MENTEN, NONSATURABLE, COMPETITIVE)

"""Tight binding: inhibitors whose Ki is not far above the concentration of their target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.model import (
    Columns,
    Constant,
    Constants,
    Model,
    Numbers,
    Parameter,
    Range,
    Values,
)
from labsvc.core.models.shapes import decades, positive


def _morrison(p: Values, at: Columns, c: Constants) -> Numbers:
    """v/v0 is free/total enzyme; 2Q/(...) where the difference of large numbers would lose it."""
    total, apparent = c["et"], np.asarray(10.0 ** p["log10_ki"] * (1 + c["s"] / c["km"]))
    excess = total - at.x - apparent
    root = np.sqrt(excess * excess + 4 * total * apparent)
    added = excess.real > 0
    free = np.where(added, (excess + root) / 2, 2 * total * apparent / (root - excess))
    return np.asarray(p["bottom"] + (p["v0"] - p["bottom"]) * free / total)


def _morrison_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    """From ``free^2 - excess free - total apparent = 0``, whose slope in free is the root."""
    total, apparent = c["et"], np.asarray(10.0 ** p["log10_ki"] * (1 + c["s"] / c["km"]))
    excess = total - at.x - apparent
    root = np.sqrt(excess * excess + 4 * total * apparent)
    added = excess > 0
    free = np.where(added, excess + root, 4 * total * apparent / (root - excess)) / 2
    span, part = p["v0"] - p["bottom"], free / total
    by_ki = LN10 * apparent * span * (1 - part) / root
    return p["bottom"] + span * part, {"log10_ki": by_ki, "v0": part, "bottom": 1 - part}


def _search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_ki": decades(at.x, -float(np.log10(1 + c["s"] / c["km"])))}


def _nonsense(values: Mapping[str, float]) -> str | None:
    if values["v0"] < values["bottom"]:
        return positive("v0", "The rate without inhibitor")
    return None


MORRISON = Model(
    name="morrison_ki",
    title="Tight binding (Morrison), Ki",
    formula="Y = bottom + (v0 - bottom) * (1 - (et + X + Q - sqrt((et + X + Q)^2 - 4 et X)) / "
    "(2 et)), Q = ki * (1 + s / km)",
    source="GraphPad Prism, Enzyme kinetics - Morrison Ki; Morrison, Biochim Biophys Acta "
    "1969;185:269",
    x="concentration",
    parameters=(
        Parameter("log10_ki", "M", "inhibition constant"),
        Parameter("v0", "response", "rate without inhibitor", linear=True),
        Parameter("bottom", "response", "rate at full inhibition", linear=True, usually=0.0),
    ),
    curve=_morrison,
    slopes=_morrison_slopes,
    search=_search,
    asked="log10_ki",
    constants=(
        Constant("et", "M", "concentration of the enzyme or transporter"),
        Constant("s", "M", "substrate concentration"),
        Constant("km", "M", "Michaelis constant"),
    ),
    flat={"log10_ki": 50.0},
    nonsense=_nonsense,
)

MODELS = (MORRISON,)

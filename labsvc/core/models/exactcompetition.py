"""Competition by exact mass balance: depletion of ligand, competitor and receptor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.competition import LOG_KI, inverted
from labsvc.core.models.model import Columns, Constant, Constants, Model, Numbers, Values
from labsvc.core.models.shapes import BOTTOM, TOP, decades

_FAR = 50.0
_TURNS = 60
_FINE = 1e-9


def _exact(p: Values, at: Columns, c: Constants) -> Numbers:
    """The share of the tracer bound, from the free receptor R: R + RL + RI = receptor."""
    kd, tracer, receptor = c["kd"], c["radioligand"], c["receptor"]
    ki = np.asarray(10.0 ** p["log10_ki"])
    free = _free_receptor(kd, ki, tracer, at.x, receptor)
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * free / (kd + free))


def _free_receptor(kd: float, ki: Numbers, tracer: float, x: Array, receptor: float) -> Numbers:
    """The root in [0, receptor] of an increasing concave balance.

    R - receptor/(1 + tracer/(kd + R) + x/(ki + R)) = 0, by Newton's method from the root of the
    cubic that it is. The last steps are taken in complex numbers, so that the derivative comes out
    with the value.
    """
    free = _cubic_root(kd, ki.real, tracer, x, receptor)
    for _ in range(_TURNS):
        step = _newton(free, kd, ki.real, tracer, x, receptor)
        free = np.minimum(np.maximum(free - step, 0.0), receptor)
        if (np.abs(step) <= _FINE * free).all():  # the next is the square of this
            break
    for _ in range(2 if np.iscomplexobj(ki) else 0):
        free = free - _newton(free, kd, ki, tracer, x, receptor)
    return free


def _cubic_root(kd: float, ki: Array, tracer: float, x: Array, receptor: float) -> Array:
    """In closed form (Wang 1995), as far as its rounding lets it.

    Not below where both ligands leave least of the receptor: there Newton's method cannot fail.
    """
    a = kd + ki + tracer + x - receptor
    b = kd * ki + tracer * ki + x * kd - receptor * (kd + ki)
    width = np.maximum(a * a - 3 * b, 0.0)
    size = np.sqrt(width)
    cube = 2 * np.maximum(size * width, 1e-300)
    turn = ((9 * b - 2 * a * a) * a + 27 * receptor * kd * ki) / cube
    angle = np.arccos(np.minimum(np.maximum(turn, -1.0), 1.0))
    root = (2 * size * np.cos(angle / 3) - a) / 3
    least = receptor / (1 + tracer / kd + x / ki)
    return np.asarray(np.minimum(np.maximum(root, least), receptor))


def _newton(
    free: Numbers, kd: float, ki: Numbers, tracer: float, x: Array, receptor: float
) -> Numbers:
    balance = free * (1 + tracer / (kd + free) + x / (ki + free)) - receptor
    slope = 1 + tracer * kd / (kd + free) ** 2 + x * ki / (ki + free) ** 2
    return np.asarray(balance / slope)


def _exact_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    kd, tracer, receptor = c["kd"], c["radioligand"], c["receptor"]
    ki = np.asarray(10.0 ** p["log10_ki"])
    free = _free_receptor(kd, ki, tracer, at.x, receptor)
    to_tracer, to_competitor = kd + free, ki + free
    balance = 1 + tracer * kd / to_tracer**2 + at.x * ki / to_competitor**2
    by_ki = free * at.x / to_competitor**2 / balance
    span, part = p["top"] - p["bottom"], free / to_tracer
    slopes = {
        "log10_ki": LN10 * span * kd / to_tracer**2 * by_ki * ki,
        "top": part,
        "bottom": kd / to_tracer,
    }
    return p["bottom"] + span * part, slopes


EXACT = Model(
    name="competition_exact",
    title="Competition, one site, exact: depletion of ligand, competitor and receptor",
    formula="Y = bottom + (top - bottom) * R / (kd + R), "
    "R (1 + radioligand / (kd + R) + X / (ki + R)) = receptor",
    source="Wang, FEBS Lett 1995;360:111; Nikolovska-Coleska et al., Anal Biochem 2004;332:261",
    x="concentration",
    parameters=(LOG_KI, TOP, BOTTOM),
    curve=_exact,
    slopes=_exact_slopes,
    search=lambda at, y, c: {"log10_ki": decades(at.x)},
    asked="log10_ki",
    constants=(
        Constant("radioligand", "M", "total concentration of the tracer", also={"lst": 1.0}),
        Constant("kd", "M", "dissociation constant of the tracer", also={"kds": 1.0}),
        Constant("receptor", "M", "total concentration of binding sites", also={"rt": 1.0}),
    ),
    flat={"log10_ki": _FAR},
    nonsense=inverted,
    notes=("Concentrations are totals. Use it where Cheng-Prusoff's assumptions do not hold.",),
)

MODELS = (EXACT,)

"""Saturation binding: how much is bound at growing concentrations of the radioligand."""

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
from labsvc.core.models.shapes import BOTTOM, TOP, decades, positive, share, shares

BMAX = Parameter("bmax", "response", "binding at saturation", linear=True)
LOG_KD = Parameter("log10_kd", "M", "dissociation constant")
NS = Parameter("ns", "response/M", "non-specific binding for each M of ligand", linear=True)
_FEMTOMOLES = 1e12  # fmol/mL in 1 M
_LEAST_FREE = 1e-3  # of what was added


def _specific(p: Values, at: Columns, c: Constants) -> Numbers:
    return np.asarray(p["bmax"] * share((p["log10_kd"] - at.log10) * p["hill"]))


def _total_and_nonspecific(p: Values, at: Columns, c: Constants) -> Numbers:
    bound = p["bmax"] * share(p["log10_kd"] - at.log10)
    specific = np.where(at.is_kind("nonspecific"), 0.0, bound)
    return np.asarray(specific + p["ns"] * at.x + p["background"])


def _depletion(p: Values, at: Columns, c: Constants) -> Numbers:
    """Everything in the unit of the response; a and c of the quadratic are negative in Prism."""
    to_response = _FEMTOMOLES * c["volume_ml"] * c["cpm_per_fmol"]
    kd, added = 10.0 ** p["log10_kd"] * to_response, at.x * to_response
    ns, bmax = p["ns"], p["bmax"]
    b = bmax + kd + ns * kd + added * (1 + 2 * ns)
    product = added * (ns * kd + added * ns + bmax)
    # 2c/(b + root) has no cancellation where (b - root)/2a has.
    bound = 2 * product / (b + np.sqrt(b * b - 4 * (1 + ns) * product))
    return np.asarray(np.where(at.is_kind("nonspecific"), ns * added / (1 + ns), bound))


def _titration(p: Values, at: Columns, c: Constants) -> Numbers:
    """The share of the tracer bound where the receptor takes up much of it."""
    kd, tracer, receptor = 10.0 ** p["log10_kd"], c["radioligand"], at.x
    b = kd + tracer + receptor
    bound = 2 * receptor / (b + np.sqrt(b * b - 4 * tracer * receptor))
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * bound)


def _specific_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    above = p["log10_kd"] - at.log10
    part, rest = shares(above * p["hill"])
    steep = -LN10 * p["bmax"] * part * rest
    slopes = {"log10_kd": steep * p["hill"], "bmax": part, "hill": steep * above}
    return p["bmax"] * part, slopes


def _total_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    part, rest = shares(p["log10_kd"] - at.log10)
    part = np.where(at.is_kind("nonspecific"), 0.0, part)
    slopes = {
        "log10_kd": -LN10 * p["bmax"] * part * rest, "bmax": part, "ns": at.x, "background": 1.0,
    }  # fmt: skip
    return p["bmax"] * part + p["ns"] * at.x + p["background"], slopes


def _depletion_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    """From ``(1 + ns) Y^2 - b Y + product = 0``, whose slope in Y is minus the root."""
    to_response = _FEMTOMOLES * c["volume_ml"] * c["cpm_per_fmol"]
    kd, added = 10.0 ** p["log10_kd"] * to_response, at.x * to_response
    ns, bmax = p["ns"], p["bmax"]
    b = bmax + kd + ns * kd + added * (1 + 2 * ns)
    product = added * (ns * kd + added * ns + bmax)
    root = np.sqrt(b * b - 4 * (1 + ns) * product)
    bound = 2 * product / (b + root)
    blocked = at.is_kind("nonspecific")
    by_kd = LN10 * kd * (added * ns - (1 + ns) * bound) / root
    by_ns = (bound * (bound - kd - 2 * added) + added * (kd + added)) / root
    slopes = {
        "log10_kd": np.where(blocked, 0.0, by_kd),
        "bmax": np.where(blocked, 0.0, (added - bound) / root),
        "ns": np.where(blocked, added / (1 + ns) ** 2, by_ns),
    }
    return np.where(blocked, ns * added / (1 + ns), bound), slopes


def _titration_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    kd, tracer, receptor = 10.0 ** p["log10_kd"], c["radioligand"], at.x
    b = kd + tracer + receptor
    root = np.sqrt(b * b - 4 * tracer * receptor)
    bound = 2 * receptor / (b + root)
    span = p["top"] - p["bottom"]
    slopes = {"log10_kd": -LN10 * kd * span * bound / root, "top": bound, "bottom": 1 - bound}
    return p["bottom"] + span * bound, slopes


def _search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_kd": decades(at.x), "hill": Range(0.1, 10.0, (1.0, 0.6, 2.0))}


def _depletion_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    tallest = float(np.nanmax(np.abs(y), initial=1.0))
    return {
        "log10_kd": decades(at.x),
        "bmax": Range(0.0, 1e4 * tallest, tuple(tallest * f for f in (0.5, 1.0, 1.5, 3.0))),
        "ns": Range(0.0, 10.0, (1e-4, 1e-2, 1e-1)),
    }


def _depletion_scout(
    at: Columns, y: Array, weights: Array, c: Constants
) -> tuple[Array, Array] | None:
    """From what is free, the added less the bound: of that the curve is linear in bmax and ns."""
    starts = decades(at.x).starts
    added = at.x * (_FEMTOMOLES * c["volume_ml"] * c["cpm_per_fmol"])
    free = np.maximum(added - y, _LEAST_FREE * added)
    kd = 10.0 ** np.array(starts)[:, None] * (_FEMTOMOLES * c["volume_ml"] * c["cpm_per_fmol"])
    specific = np.where(at.is_kind("nonspecific"), 0.0, free / (kd + free))
    weighted = weights * y
    by_specific, by_free = specific @ weighted, float(free @ weighted)
    square, across = np.vecdot(specific * weights, specific), specific @ (weights * free)
    whole = square * float(free @ (weights * free)) - across * across
    with np.errstate(all="ignore"):
        bmax = (float(free @ (weights * free)) * by_specific - across * by_free) / whole
        ns = (square * by_free - across * by_specific) / whole
    gained = bmax * by_specific + ns * by_free
    inner = gained[1:-1]
    low = ((inner >= gained[:-2]) & (inner >= gained[2:])).nonzero()[0] + 1
    if not len(low) or not (bmax[low] > 0).all() or not (ns[low] > 0).all():
        return None
    low = low[np.argsort(-gained[low], kind="stable")]
    places = np.array([np.array(starts)[low], bmax[low], ns[low]]).T
    return places, np.array([np.ones(len(low)), bmax[low], ns[low]]).T / 5


def _nonsense(values: Mapping[str, float]) -> str | None:
    return positive("bmax", "Binding at saturation") if values["bmax"] < 0 else None


SPECIFIC = Model(
    name="saturation_specific",
    title="Saturation, specific binding, one site",
    formula="Y = bmax * X^hill / (kd^hill + X^hill)",
    source="GraphPad Prism, One site - Specific binding; hill = 1 unless freed",
    x="concentration",
    parameters=(
        LOG_KD,
        BMAX,
        Parameter("hill", "", "slope: 1 for one site without cooperativity", usually=1.0),
    ),
    curve=_specific,
    slopes=_specific_slopes,
    search=_search,
    asked="log10_kd",
    flat={"bmax": 0.0},
    nonsense=_nonsense,
    notes=("X is the free ligand: the added one where less than 10 % of it is bound.",),
)

TOTAL_AND_NONSPECIFIC = Model(
    name="saturation_total_nsb",
    title="Saturation, total and non-specific binding together, one site",
    formula="total: Y = bmax * X / (kd + X) + ns * X + background; "
    "nonspecific: Y = ns * X + background",
    source="GraphPad Prism, One site - Total and nonspecific binding",
    x="concentration",
    parameters=(
        LOG_KD,
        BMAX,
        NS,
        Parameter("background", "response", "what is counted without ligand", linear=True),
    ),
    curve=_total_and_nonspecific,
    slopes=_total_slopes,
    search=lambda at, y, c: {"log10_kd": decades(at.x)},
    asked="log10_kd",
    kinds=("total", "nonspecific"),
    flat={"bmax": 0.0},
    nonsense=_nonsense,
    notes=("Without a column kind every point is total binding.",),
)

DEPLETION = Model(
    name="saturation_depletion",
    title="Saturation, total binding with ligand depletion, one site",
    formula="Y = (-b + sqrt(b^2 - 4 a c)) / (2 a), a = -1 - ns, "
    "b = KD + ns KD + X + 2 X ns + bmax, c = -X (ns KD + X ns + bmax); X and KD = kd in cpm; "
    "nonspecific: Y = X ns / (1 + ns)",
    source="GraphPad Prism, One site - Total, accounting for ligand depletion; Swillens, "
    "Mol Pharmacol 1995;47:1197",
    x="concentration",
    parameters=(
        LOG_KD,
        Parameter("bmax", "response", "binding at saturation"),
        Parameter("ns", "", "non-specifically bound for each free one"),
    ),
    curve=_depletion,
    slopes=_depletion_slopes,
    search=_depletion_search,
    by_response=True,
    scout=_depletion_scout,
    asked="log10_kd",
    constants=(
        Constant("volume_ml", "mL", "volume of the assay", also={"vol": 1.0, "vol_ml": 1.0}),
        Constant("cpm_per_fmol", "cpm/fmol", "specific activity times efficiency",
                 also={"spact": 1.0, "spact_cpm_per_fmol": 1.0}),
    ),
    kinds=("total", "nonspecific"),
    flat={"bmax": 0.0},
    notes=("X is the ligand added, in M or (x unit cpm) in cpm; Y is in cpm.",),
)  # fmt: skip

TITRATION = Model(
    name="receptor_titration",
    title="One concentration of radioligand, growing receptor, with ligand depletion",
    formula="Y = bottom + (top - bottom) * B / L, "
    "B = (kd + L + X - sqrt((kd + L + X)^2 - 4 L X)) / 2, L = radioligand",
    source="mass balance of one site; bindcurve's dir_specific is the same curve",
    x="concentration",
    parameters=(LOG_KD, TOP, BOTTOM),
    curve=_titration,
    slopes=_titration_slopes,
    search=lambda at, y, c: {"log10_kd": decades(at.x)},
    asked="log10_kd",
    constants=(Constant("radioligand", "M", "total concentration of the tracer"),),
    flat={"log10_kd": 50.0},
    notes=("X is the total concentration of the receptor.",),
)

MODELS = (SPECIFIC, TOTAL_AND_NONSPECIFIC, DEPLETION, TITRATION)

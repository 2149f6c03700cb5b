"""Binding in time: association, dissociation, competition before equilibrium. x is in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from math import log, log10

import numpy as np

from labsvc.core.curves import Array
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
from labsvc.core.models.shapes import CONC, bounded, decades, positive, power_of_ten, rates

LOG_KON = Parameter("log10_kon", "1/(M min)", "association rate constant")
LOG_KOFF = Parameter("log10_koff", "1/min", "dissociation rate constant")
BMAX = Parameter("bmax", "response", "binding at saturation", linear=True)
LOG_K = Parameter("log10_k", "1/min", "rate constant")
NS = Parameter("ns", "response", "what is left in the end: non-specific binding", linear=True)
_STILL = -50.0  # log10 of a rate at which nothing happens


def _gone(rate: Numbers, time: Array) -> Numbers:
    """``exp(-rate * time)``."""
    return np.asarray(np.exp(bounded(-rate * time)))


def _come(rate: Numbers, time: Array) -> Numbers:
    """``1 - exp(-rate * time)`` without cancellation early on."""
    return np.asarray(-np.expm1(bounded(-rate * time)))


def _dissociation(p: Values, at: Columns, c: Constants) -> Numbers:
    left = _gone(10.0 ** p["log10_k"], at.x)
    return np.asarray(p["ns"] + (p["y0"] - p["ns"]) * left)


def _two_phases(p: Values, at: Columns, c: Constants) -> Numbers:
    fast = p["span_fast"] * _gone(10.0 ** p["log10_k_fast"], at.x)
    return np.asarray(fast + p["span_slow"] * _gone(10.0 ** p["log10_k_slow"], at.x) + p["ns"])


def _association(p: Values, at: Columns, c: Constants) -> Numbers:
    return np.asarray(p["y0"] + (p["plateau"] - p["y0"]) * _come(10.0 ** p["log10_k"], at.x))


def _joint(p: Values, at: Columns, c: Constants) -> Numbers:
    """Association from ``start`` to ``switch``, then dissociation from the level reached."""
    start, switch = c.get("start", 0.0), c.get("switch", np.inf)
    bound_rate = power_of_ten(p["log10_kon"]) * at.second()
    koff = power_of_ten(p["log10_koff"])
    observed = bound_rate + koff
    washed = at.is_kind("dissociation")
    # The points of a dissociation counted apart have x from the wash: it starts at full level,
    # or at that of the switch.
    together = np.where(washed, switch, np.minimum(at.x, switch)) - start
    reached = np.where(np.isinf(together), 1.0, _come(observed, np.clip(together, 0.0, 1e300)))
    since = np.where(washed, at.x, np.clip(at.x - switch, 0.0, None))
    level = p["bmax"] * bound_rate / observed * reached * _gone(koff, since)
    return np.asarray(level + p["ns"])


def _competition(p: Values, at: Columns, c: Constants) -> Numbers:
    """Motulsky & Mahan's equation, with their names."""
    hot, k2, k4 = c["kon"] * c["radioligand"], c["koff"], power_of_ten(p["log10_k4"])
    cold = power_of_ten(p["log10_k3"]) * at.second()
    ka, kb = hot + k2, cold + k4
    s = np.sqrt((ka - kb) ** 2 + 4 * hot * cold)
    fast = (ka + kb + s) / 2
    slow = (ka * kb - hot * cold) / fast
    course = k4 * s / (fast * slow) + (k4 - fast) / fast * _gone(fast, at.x)
    course = course - (k4 - slow) / slow * _gone(slow, at.x)
    return np.asarray(p["bmax"] * hot / s * course)


def _one_rate(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_k": rates(at.x)}


def _two_rates(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_k_fast": rates(at.x), "log10_k_slow": rates(at.x)}


def _joint_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    """kon so that kon * conc is a rate that these times show."""
    rate, conc = rates(at.x), decades(at.second())
    return {"log10_koff": rate, "log10_kon": _over(rate, conc)}


def _over(rate: Range, conc: Range) -> Range:
    middle = (conc.low + conc.high) / 2
    starts = tuple(one - middle for one in rate.starts)
    return Range(rate.low - conc.high, rate.high - conc.low, starts)


def _competition_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    rate, conc = rates(at.x), decades(at.second())
    return {"log10_k4": rate, "log10_k3": _over(rate, conc)}


def _negative_bmax(values: Mapping[str, float]) -> str | None:
    return positive("bmax", "Binding at saturation") if values["bmax"] < 0 else None


def _faster_first(values: dict[str, float]) -> dict[str, float]:
    if values["log10_k_fast"] >= values["log10_k_slow"]:
        return values
    return values | {
        "log10_k_fast": values["log10_k_slow"],
        "log10_k_slow": values["log10_k_fast"],
        "span_fast": values["span_slow"],
        "span_slow": values["span_fast"],
    }


def _rising(values: Mapping[str, float]) -> str | None:
    if values["y0"] < values["ns"]:
        return "The response rises: this is no dissociation."
    return None


def _falling(values: Mapping[str, float]) -> str | None:
    if values["plateau"] < values["y0"]:
        return "The response falls: this is no association."
    return None


def _half_life(rate: str) -> Derived:
    return Derived("log10_half_life", "min", lambda p, c: log10(log(2)) - p[rate], of=rate)


DISSOCIATION = Model(
    name="dissociation",
    title="Dissociation, one phase",
    formula="Y = (y0 - ns) * exp(-k * X) + ns",
    source="GraphPad Prism, Dissociation - One phase exponential decay; k is koff",
    x="time",
    parameters=(LOG_K, Parameter("y0", "response", "Y at X = 0", linear=True), NS),
    curve=_dissociation,
    search=_one_rate,
    asked="log10_k",
    derived=(_half_life("log10_k"),),
    flat={"log10_k": _STILL},
    nonsense=_rising,
    notes=("Started by an excess of unlabelled ligand, or by dilution.",),
)

TWO_PHASES = Model(
    name="dissociation_two_phase",
    title="Dissociation, two phases",
    formula="Y = span_fast * exp(-k_fast * X) + span_slow * exp(-k_slow * X) + ns",
    source="GraphPad Prism, Dissociation - Two phase exponential decay",
    x="time",
    parameters=(
        Parameter("log10_k_fast", "1/min", "rate constant of the faster phase"),
        Parameter("log10_k_slow", "1/min", "rate constant of the slower phase"),
        Parameter("span_fast", "response", "what goes with the faster phase", linear=True),
        Parameter("span_slow", "response", "what goes with the slower phase", linear=True),
        NS,
    ),
    curve=_two_phases,
    search=_two_rates,
    asked="log10_k_fast",
    flat={"span_fast": 0.0, "span_slow": 0.0, "log10_k_fast": 0.0, "log10_k_slow": 0.0},
    ordered=_faster_first,
)

ASSOCIATION = Model(
    name="association_one_conc",
    title="Association at one concentration",
    formula="Y = y0 + (plateau - y0) * (1 - exp(-k * X)); kon = (k - koff) / radioligand",
    source="GraphPad Prism, One-phase association; k is kobs",
    x="time",
    parameters=(
        LOG_K,
        Parameter("plateau", "response", "Y in the end", linear=True),
        Parameter("y0", "response", "Y at X = 0", linear=True),
    ),
    curve=_association,
    search=_one_rate,
    asked="log10_k",
    constants=(
        Constant("radioligand", "M", "free concentration of the radioligand", optional=True,
                 also={"hot": 1.0, "conc": 1.0, "hotnm": 1e-9}),
        Constant("koff", "1/min", "dissociation rate constant", optional=True),
    ),
    derived=(
        _half_life("log10_k"),
        Derived("log10_kon", "1/(M min)",
                lambda p, c: np.log10((10.0 ** p["log10_k"] - c["koff"]) / c["radioligand"]),
                of="log10_k", needs=("radioligand", "koff")),
        Derived("log10_kd", "M",
                lambda p, c: np.log10(c["koff"] * c["radioligand"]
                                      / (10.0 ** p["log10_k"] - c["koff"])),
                of="log10_k", needs=("radioligand", "koff")),
    ),
    flat={"log10_k": _STILL},
    nonsense=_falling,
)  # fmt: skip

JOINT = Model(
    name="association_dissociation",
    title="Association and dissociation together, at one or more concentrations",
    formula="association: Y = bmax * conc / (conc + kd) * (1 - exp(-(kon conc + koff) X)) + ns; "
    "dissociation: Y = Y(switch) * exp(-koff (X - switch)) + ns; kd = koff / kon",
    source="GraphPad Prism, Association kinetics (two or more concentrations of hot); "
    "Association then dissociation",
    x="time",
    parameters=(
        LOG_KON,
        LOG_KOFF,
        BMAX,
        Parameter("ns", "response", "non-specific binding", linear=True, usually=0.0),
    ),
    curve=_joint,
    search=_joint_search,
    asked="log10_kd",
    constants=(
        CONC,
        Constant("start", "min", "when association began; 0 unless given", optional=True,
                 also={"t0": 1.0}),
        Constant("switch", "min", "when dissociation began; never unless given", optional=True,
                 also={"t1": 1.0, "time0": 1.0}),
    ),
    columns=("conc",),
    kinds=("association", "dissociation"),
    derived=(
        Derived("log10_kd", "M", lambda p, c: p["log10_koff"] - p["log10_kon"]),
        _half_life("log10_koff"),
    ),
    flat={"bmax": 0.0},
    nonsense=_negative_bmax,
    notes=(
        "conc is the free radioligand. Points of kind dissociation have X from the wash on.",
        "One concentration without dissociation shows kon * conc + koff only, not kon and koff.",
    ),
)  # fmt: skip

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
    curve=_competition,
    search=_competition_search,
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
    nonsense=_negative_bmax,
    notes=("conc is the concentration of the competitor.",),
)  # fmt: skip

MODELS = (DISSOCIATION, TWO_PHASES, ASSOCIATION, JOINT, COMPETITION)

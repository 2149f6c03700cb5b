"""Binding in time: association and dissociation. x is in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from math import log, log10
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
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


def gone(rate: Numbers, time: Array) -> Numbers:
    """``exp(-rate * time)``."""
    return np.asarray(np.exp(bounded(-rate * time)))


def _come(rate: Numbers, time: Array) -> Numbers:
    """``1 - exp(-rate * time)`` without cancellation early on."""
    return np.asarray(-np.expm1(bounded(-rate * time)))


def _dissociation(p: Values, at: Columns, c: Constants) -> Numbers:
    left = gone(10.0 ** p["log10_k"], at.x)
    return np.asarray(p["ns"] + (p["y0"] - p["ns"]) * left)


def _two_phases(p: Values, at: Columns, c: Constants) -> Numbers:
    fast = p["span_fast"] * gone(10.0 ** p["log10_k_fast"], at.x)
    return np.asarray(fast + p["span_slow"] * gone(10.0 ** p["log10_k_slow"], at.x) + p["ns"])


def _association(p: Values, at: Columns, c: Constants) -> Numbers:
    return np.asarray(p["y0"] + (p["plateau"] - p["y0"]) * _come(10.0 ** p["log10_k"], at.x))


def _joint(p: Values, at: Columns, c: Constants) -> Numbers:
    """Association from ``start`` to ``switch``, then dissociation from the level reached."""
    together, since = _phases(at, c)
    bound_rate = power_of_ten(p["log10_kon"]) * at.second()
    koff = power_of_ten(p["log10_koff"])
    observed = bound_rate + koff
    come = _come(observed, np.minimum(together, 1e300))
    reached = np.where(np.isinf(together), 1.0, come)
    level = p["bmax"] * bound_rate / observed * reached * gone(koff, since)
    return np.asarray(level + p["ns"])


def _dissociation_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    rate = 10.0 ** p["log10_k"]
    left, span = np.exp(-rate * at.x), p["y0"] - p["ns"]
    steep = -LN10 * rate * span * at.x * left
    return p["ns"] + span * left, {"log10_k": steep, "y0": left, "ns": 1 - left}


def _phases_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    faster, slower = 10.0 ** p["log10_k_fast"], 10.0 ** p["log10_k_slow"]
    fast, slow = np.exp(-faster * at.x), np.exp(-slower * at.x)
    of_fast, of_slow = p["span_fast"] * fast, p["span_slow"] * slow
    slopes = {
        "log10_k_fast": -LN10 * faster * at.x * of_fast,
        "log10_k_slow": -LN10 * slower * at.x * of_slow,
        "span_fast": fast,
        "span_slow": slow,
        "ns": 1.0,
    }
    return of_fast + of_slow + p["ns"], slopes


def _association_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    rate = 10.0 ** p["log10_k"]
    left, come = np.exp(-rate * at.x), -np.expm1(-rate * at.x)
    span = p["plateau"] - p["y0"]
    slopes = {"log10_k": LN10 * rate * span * at.x * left, "plateau": come, "y0": left}
    return p["y0"] + span * come, slopes


def _joint_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    together, since = _phases(at, c)
    bound_rate, koff = 10.0 ** p["log10_kon"] * at.second(), 10.0 ** p["log10_koff"]
    observed = bound_rate + koff
    share, left = bound_rate / observed, np.exp(-koff * since)
    timed = np.minimum(together, 1e300)
    reached = np.where(together > timed, 1.0, -np.expm1(-observed * timed))
    rising = timed * (1 - reached)
    level, risen = share * reached * left, share * rising * left
    by_share, steep = reached * left / observed, LN10 * p["bmax"]
    slopes = {
        "log10_kon": steep * bound_rate * (koff / observed * by_share + risen),
        "log10_koff": steep * koff * (risen - share * by_share - level * since),
        "bmax": level,
        "ns": 1.0,
    }
    return p["bmax"] * level + p["ns"], slopes


def _phases(at: Columns, c: Constants) -> tuple[Array, Array]:
    """For how long each point associated, infinite where to the end, and then dissociated."""
    start, switch = c.get("start", 0.0), c.get("switch", np.inf)
    return at.known((start, switch), lambda: _phases_of(at, start, switch))


def _phases_of(at: Columns, start: float, switch: float) -> tuple[Array, Array]:
    washed = at.is_kind("dissociation")
    # The points of a dissociation counted apart have x from the wash: it starts at full level,
    # or at that of the switch.
    together = np.where(washed, switch, np.minimum(at.x, switch)) - start
    since = np.where(washed, at.x, np.maximum(at.x - switch, 0.0))
    return np.maximum(together, 0.0), since


def _one_rate(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_k": rates(at.x)}


def _two_rates(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_k_fast": rates(at.x), "log10_k_slow": rates(at.x)}


def _joint_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    """kon so that kon * conc is a rate that these times show."""
    rate, conc = rates(at.x), decades(at.second())
    return {"log10_koff": rate, "log10_kon": over(rate, conc)}


def over(rate: Range, conc: Range) -> Range:
    """Of a rate constant for each M: what these rates come to at the middle concentration."""
    middle = (conc.low + conc.high) / 2
    starts = tuple(one - middle for one in rate.starts)
    return Range(rate.low - conc.high, rate.high - conc.low, starts)


def negative_bmax(values: Mapping[str, float]) -> str | None:
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
    slopes=_dissociation_slopes,
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
    slopes=_phases_slopes,
    search=_two_rates,
    asked="log10_k_fast",
    flat={"span_fast": 0.0, "span_slow": 0.0, "log10_k_fast": 0.0, "log10_k_slow": 0.0},
    ordered=_faster_first,
    twins=("log10_k_slow", "log10_k_fast"),
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
    slopes=_association_slopes,
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
    slopes=_joint_slopes,
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
    nonsense=negative_bmax,
    notes=(
        "conc is the free radioligand. Points of kind dissociation have X from the wash on.",
        "One concentration without dissociation shows kon * conc + koff only, not kon and koff.",
    ),
)  # fmt: skip

MODELS = (DISSOCIATION, TWO_PHASES, ASSOCIATION, JOINT)

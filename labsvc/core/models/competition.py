"""Competition binding: an unlabelled compound against the radioligand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import LN10, Array
from labsvc.core.models.model import (
    Columns,
    Constant,
    Constants,
    Derived,
    Linearly,
    Model,
    Numbers,
    Parameter,
    Range,
    Values,
)
from labsvc.core.models.shapes import (
    BOTTOM,
    CONC,
    KD,
    RADIOLIGAND,
    TOP,
    decades,
    positive,
    share,
    shares,
)

LOG_KI = Parameter("log10_ki", "M", "inhibition constant")
_FAR = 50.0


def shift(c: Constants, kd: str = "kd") -> float:
    """log10(1 + [L]/Kd): how far the IC50 lies above Ki (Cheng & Prusoff 1973)."""
    return float(np.log10(1 + c["radioligand"] / c[kd]))


def _one_site(p: Values, at: Columns, c: Constants) -> Numbers:
    part = share(at.log10 - p["log10_ki"] - shift(c))
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * part)


def _two_sites(p: Values, at: Columns, c: Constants) -> Numbers:
    x, high = at.log10, p["fraction_hi"]
    part = high * share(x - p["log10_ic50_hi"]) + (1 - high) * share(x - p["log10_ic50_lo"])
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * part)


def _two_spans(p: Values, at: Columns, c: Constants) -> Numbers:
    high = p["high"] * share(at.log10 - p["log10_ic50_hi"])
    return np.asarray(high + p["low"] * share(at.log10 - p["log10_ic50_lo"]) + p["bottom"])


def _two_spans_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    of_high, above = shares(at.log10 - p["log10_ic50_hi"])
    of_low, below = shares(at.log10 - p["log10_ic50_lo"])
    high, low = p["high"] * of_high, p["low"] * of_low
    slopes = {
        "log10_ic50_hi": LN10 * high * above,
        "log10_ic50_lo": LN10 * low * below,
        "high": of_high,
        "low": of_low,
        "bottom": 1.0,
    }
    return high + low + p["bottom"], slopes


def _from_spans(values: Mapping[str, float]) -> dict[str, float] | None:
    """None where one span goes the other way: no share is between 0 and 1 there."""
    high, low = values["high"], values["low"]
    if high * low <= 0:
        return None
    return {
        "log10_ic50_hi": values["log10_ic50_hi"],
        "log10_ic50_lo": values["log10_ic50_lo"],
        "fraction_hi": high / (high + low),
        "top": high + low + values["bottom"],
        "bottom": values["bottom"],
    }


def _homologous(p: Values, at: Columns, c: Constants) -> Numbers:
    hot, kd = at.second(), 10.0 ** p["log10_kd"]
    return np.asarray(p["bmax"] * hot / (hot + at.x + kd) + p["ns"] * hot)


def _one_site_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    part, rest = shares(at.log10 - p["log10_ki"] - shift(c))
    span = p["top"] - p["bottom"]
    slopes = {"log10_ki": LN10 * span * part * rest, "top": part, "bottom": rest}
    return p["bottom"] + span * part, slopes


def _two_sites_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    span, high = p["top"] - p["bottom"], p["fraction_hi"]
    of_high, above = shares(at.log10 - p["log10_ic50_hi"])
    of_low, below = shares(at.log10 - p["log10_ic50_lo"])
    part = high * of_high + (1 - high) * of_low
    slopes = {
        "log10_ic50_hi": LN10 * span * high * of_high * above,
        "log10_ic50_lo": LN10 * span * (1 - high) * of_low * below,
        "fraction_hi": span * (of_high - of_low),
        "top": part,
        "bottom": 1 - part,
    }
    return p["bottom"] + span * part, slopes


def _homologous_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    hot, kd = at.second(), 10.0 ** p["log10_kd"]
    whole = hot + at.x + kd
    bound = hot / whole
    slopes = {"log10_kd": -LN10 * p["bmax"] * bound * kd / whole, "bmax": bound, "ns": hot}
    return p["bmax"] * bound + p["ns"] * hot, slopes


def _one_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_ki": decades(at.x, -shift(c))}


def _spans_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    """Inside the tested range but for a decade: a site beyond it is not seen."""
    seen = decades(at.x)
    close = Range(seen.starts[0], seen.starts[-1], seen.starts[1:-1])
    return {"log10_ic50_hi": close, "log10_ic50_lo": close}


def _two_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {**_spans_search(at, y, c), "fraction_hi": Range(0.0, 1.0, (0.25, 0.5, 0.75))}


def _homologous_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_kd": decades(np.concatenate([at.x, at.second()]))}


def inverted(values: Mapping[str, float]) -> str | None:
    """The sentence to say of plateaus the wrong way round."""
    if values["top"] < values["bottom"]:
        return "The upper plateau came out below the lower one: the compound does not compete."
    return None


def _ordered(values: dict[str, float]) -> dict[str, float]:
    """The site of higher affinity first."""
    if values["log10_ic50_hi"] <= values["log10_ic50_lo"]:
        return values
    return values | {
        "log10_ic50_hi": values["log10_ic50_lo"],
        "log10_ic50_lo": values["log10_ic50_hi"],
        "fraction_hi": 1 - values["fraction_hi"],
    }


def _homologous_nonsense(values: Mapping[str, float]) -> str | None:
    return positive("bmax", "Binding at saturation") if values["bmax"] < 0 else None


ONE_SITE = Model(
    name="one_site_ki",
    title="Competition, one site, Ki",
    formula="Y = bottom + (top - bottom) / (1 + 10^(X - log10_ic50)), "
    "ic50 = ki * (1 + radioligand / kd)",
    source="GraphPad Prism, One site - Fit Ki; Cheng & Prusoff, Biochem Pharmacol 1973;22:3099",
    x="concentration",
    parameters=(LOG_KI, TOP, BOTTOM),
    curve=_one_site,
    slopes=_one_site_slopes,
    search=_one_search,
    asked="log10_ki",
    constants=(RADIOLIGAND, KD),
    derived=(Derived("log10_ic50", "M", lambda p, c: p["log10_ki"] + shift(c), of="log10_ki"),),
    flat={"log10_ki": _FAR},
    nonsense=inverted,
    notes=("Takes [L] and kd as exact; needs equilibrium and less than 10 % of ligand bound.",),
)

_TWO_SPANS = Model(
    name="two_site_competition",
    title="Competition, two sites, each with its span",
    formula="Y = bottom + high / (1 + 10^(X - log10_ic50_hi)) + low / (1 + 10^(X - log10_ic50_lo))",
    source="as two_site_competition",
    x="concentration",
    parameters=(
        Parameter("log10_ic50_hi", "M", "IC50 of the site of high affinity"),
        Parameter("log10_ic50_lo", "M", "IC50 of the site of low affinity"),
        Parameter("high", "response", "what the site of high affinity binds", linear=True),
        Parameter("low", "response", "what the site of low affinity binds", linear=True),
        BOTTOM,
    ),
    curve=_two_spans,
    slopes=_two_spans_slopes,
    search=_spans_search,
    asked="log10_ic50_hi",
    twins=("log10_ic50_hi", "log10_ic50_lo"),
)

TWO_SITES = Model(
    name="two_site_competition",
    title="Competition, two sites",
    formula="Y = bottom + (top - bottom) * (fraction_hi / (1 + 10^(X - log10_ic50_hi)) + "
    "(1 - fraction_hi) / (1 + 10^(X - log10_ic50_lo)))",
    source="GraphPad Prism, Two sites - Fit logIC50 (Ki with the constants given: Two sites - "
    "Fit Ki)",
    x="concentration",
    parameters=(
        Parameter("log10_ic50_hi", "M", "IC50 of the site of high affinity"),
        Parameter("log10_ic50_lo", "M", "IC50 of the site of low affinity"),
        Parameter("fraction_hi", "", "share of the site of high affinity"),
        TOP,
        BOTTOM,
    ),
    curve=_two_sites,
    slopes=_two_sites_slopes,
    search=_two_search,
    asked="log10_ic50_hi",
    constants=(
        Constant("radioligand", "M", RADIOLIGAND.meaning, optional=True, also=RADIOLIGAND.also),
        Constant("kd_hi", "M", "kd of the radioligand at the high site", optional=True,
                 also={"hotkdhinm": 1e-9}),
        Constant("kd_lo", "M", "kd of the radioligand at the low site", optional=True,
                 also={"hotkdlonm": 1e-9}),
    ),
    derived=(
        Derived("log10_ki_hi", "M", lambda p, c: p["log10_ic50_hi"] - shift(c, "kd_hi"),
                of="log10_ic50_hi", needs=("radioligand", "kd_hi")),
        Derived("log10_ki_lo", "M", lambda p, c: p["log10_ic50_lo"] - shift(c, "kd_lo"),
                of="log10_ic50_lo", needs=("radioligand", "kd_lo")),
    ),
    flat={"log10_ic50_hi": _FAR, "log10_ic50_lo": _FAR, "fraction_hi": 0.5},
    nonsense=inverted,
    ordered=_ordered,
    twins=("log10_ic50_hi", "log10_ic50_lo"),
    linearly=Linearly(_TWO_SPANS, _from_spans),
    notes=("Accept it over one site only where compare says so.",),
)  # fmt: skip

HOMOLOGOUS = Model(
    name="homologous_competition",
    title="Homologous competition: the radioligand's own unlabelled form",
    formula="Y = bmax * conc / (conc + X + kd) + ns * conc",
    source="GraphPad Prism, One site - Homologous; DeBlasi et al., Trends Pharmacol Sci "
    "1989;10:227",
    x="concentration",
    parameters=(
        Parameter("log10_kd", "M", "dissociation constant of both forms"),
        Parameter("bmax", "response", "binding at saturation", linear=True),
        Parameter("ns", "response/M", "non-specific binding for each M of hot ligand",
                  linear=True),
    ),
    curve=_homologous,
    slopes=_homologous_slopes,
    search=_homologous_search,
    asked="log10_kd",
    constants=(CONC,),
    columns=("conc",),
    flat={"bmax": 0.0},
    nonsense=_homologous_nonsense,
    notes=("conc is the hot concentration; two of them separate bmax from kd well.",),
)  # fmt: skip

MODELS = (ONE_SITE, TWO_SITES, HOMOLOGOUS)

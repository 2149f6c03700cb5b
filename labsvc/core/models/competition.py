"""Competition binding: an unlabelled compound against the radioligand."""

from __future__ import annotations

from collections.abc import Mapping

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
from labsvc.core.models.shapes import (
    BOTTOM,
    CONC,
    KD,
    RADIOLIGAND,
    TOP,
    decades,
    log_of,
    positive,
    share,
)

LOG_KI = Parameter("log10_ki", "M", "inhibition constant")
_FAR = 50.0
_TURNS = 60


def shift(c: Constants, kd: str = "kd") -> float:
    """log10(1 + [L]/Kd): how far the IC50 lies above Ki (Cheng & Prusoff 1973)."""
    return float(np.log10(1 + c["radioligand"] / c[kd]))


def _one_site(p: Values, at: Columns, c: Constants) -> Numbers:
    part = share(log_of(at.x) - p["log10_ki"] - shift(c))
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * part)


def _two_sites(p: Values, at: Columns, c: Constants) -> Numbers:
    x, high = log_of(at.x), p["fraction_hi"]
    part = high * share(x - p["log10_ic50_hi"]) + (1 - high) * share(x - p["log10_ic50_lo"])
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * part)


def _homologous(p: Values, at: Columns, c: Constants) -> Numbers:
    hot, kd = at.second(), 10.0 ** p["log10_kd"]
    return np.asarray(p["bmax"] * hot / (hot + at.x + kd) + p["ns"] * hot)


def _exact(p: Values, at: Columns, c: Constants) -> Numbers:
    """The share of the tracer bound, from the free receptor R: R + RL + RI = receptor."""
    kd, tracer, receptor = c["kd"], c["radioligand"], c["receptor"]
    ki = np.asarray(10.0 ** p["log10_ki"])
    free = _free_receptor(kd, ki, tracer, at.x, receptor)
    return np.asarray(p["bottom"] + (p["top"] - p["bottom"]) * free / (kd + free))


def _free_receptor(kd: float, ki: Numbers, tracer: float, x: Array, receptor: float) -> Numbers:
    """The root in [0, receptor]: Newton's method from above on an increasing concave balance.

    R - receptor/(1 + tracer/(kd + R) + x/(ki + R)) = 0. The last steps are taken in complex
    numbers, so that the derivative comes out with the value.
    """
    free = np.full(np.broadcast_shapes(ki.shape, x.shape), receptor)
    for _ in range(_TURNS):
        step = _newton(free, kd, ki.real, tracer, x, receptor)
        free = np.clip(free - step, 0.0, receptor)
        if np.all(np.abs(step) <= 1e-15 * receptor):
            break
    for _ in range(2 if np.iscomplexobj(ki) else 0):
        free = free - _newton(free, kd, ki, tracer, x, receptor)
    return free


def _newton(
    free: Numbers, kd: float, ki: Numbers, tracer: float, x: Array, receptor: float
) -> Numbers:
    balance = free * (1 + tracer / (kd + free) + x / (ki + free)) - receptor
    slope = 1 + tracer * kd / (kd + free) ** 2 + x * ki / (ki + free) ** 2
    return np.asarray(balance / slope)


def _one_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_ki": decades(at.x, -shift(c))}


def _two_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    """Inside the tested range but for a decade: a site beyond it is not seen."""
    seen = decades(at.x)
    close = Range(seen.starts[0], seen.starts[-1], seen.starts[1:-1])
    return {
        "log10_ic50_hi": close,
        "log10_ic50_lo": close,
        "fraction_hi": Range(0.0, 1.0, (0.25, 0.5, 0.75)),
    }


def _homologous_search(at: Columns, y: Array, c: Constants) -> Mapping[str, Range]:
    return {"log10_kd": decades(np.concatenate([at.x, at.second()]))}


def _inverted(values: Mapping[str, float]) -> str | None:
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
    search=_one_search,
    asked="log10_ki",
    constants=(RADIOLIGAND, KD),
    derived=(Derived("log10_ic50", "M", lambda p, c: p["log10_ki"] + shift(c), of="log10_ki"),),
    flat={"log10_ki": _FAR},
    nonsense=_inverted,
    notes=("Takes [L] and kd as exact; needs equilibrium and less than 10 % of ligand bound.",),
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
    nonsense=_inverted,
    ordered=_ordered,
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
    search=_homologous_search,
    asked="log10_kd",
    constants=(CONC,),
    columns=("conc",),
    flat={"bmax": 0.0},
    nonsense=_homologous_nonsense,
    notes=("conc is the hot concentration; two of them separate bmax from kd well.",),
)  # fmt: skip

EXACT = Model(
    name="competition_exact",
    title="Competition, one site, exact: depletion of ligand, competitor and receptor",
    formula="Y = bottom + (top - bottom) * R / (kd + R), "
    "R (1 + radioligand / (kd + R) + X / (ki + R)) = receptor",
    source="Wang, FEBS Lett 1995;360:111; Nikolovska-Coleska et al., Anal Biochem 2004;332:261",
    x="concentration",
    parameters=(LOG_KI, TOP, BOTTOM),
    curve=_exact,
    search=lambda at, y, c: {"log10_ki": decades(at.x)},
    asked="log10_ki",
    constants=(
        Constant("radioligand", "M", "total concentration of the tracer", also={"lst": 1.0}),
        Constant("kd", "M", "dissociation constant of the tracer", also={"kds": 1.0}),
        Constant("receptor", "M", "total concentration of binding sites", also={"rt": 1.0}),
    ),
    flat={"log10_ki": _FAR},
    nonsense=_inverted,
    notes=("Concentrations are totals. Use it where Cheng-Prusoff's assumptions do not hold.",),
)

MODELS = (ONE_SITE, TWO_SITES, HOMOLOGOUS, EXACT)

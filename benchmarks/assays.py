"""One simulated experiment for every model that can be fitted: what the table of fit.py is of.

Each has the size that its assay usually has (8 to 14 places in triplicate, or two to four curves of
as many), its parameters drawn anew for each seed, and 3 to 5 % of scatter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.core.models import MODELS, Columns
from labsvc.model.result import Fit

DOSES = np.repeat(np.geomspace(10**-9.5, 1e-5, 10), 3)
MANY = np.repeat(np.geomspace(1e-10, 1e-4, 12), 3)
HOT = np.repeat(np.geomspace(5e-11, 2e-8, 8), 3)
SUBSTRATE = np.repeat(np.geomspace(1e-7, 1e-4, 8), 3)
COLD = np.repeat(np.append(0.0, np.geomspace(1e-10, 1e-6, 9)), 3)
MINUTES = np.repeat([0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120.0], 3)
LONGER = np.repeat([0, 1, 2, 4, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180.0], 3)
COUPLE = np.repeat([1, 2, 5, 10, 15, 20, 30, 45, 60.0], 2)


@dataclass(frozen=True, slots=True)
class Assay:
    """What was done, and with which truth. ``scatter``: relative, and absolute."""

    model: str
    x: Array
    truth: Mapping[str, float]
    scatter: tuple[float, float] = (0.05, 0.0)
    constants: Mapping[str, float] = field(default_factory=dict)
    conc: Array | None = None
    kind: Sequence[str] | None = None
    free: tuple[str, ...] = ()
    weights: Weights = "none"

    def measured(self, chance: np.random.Generator) -> DataSet:
        """Its points, with scatter."""
        given, kind = self.constants, self.kind
        hot = np.full(len(self.x), given["conc"]) if "conc" in given else self.conc
        at = Columns(self.x, hot, None if kind is None else np.array(kind))
        curve = np.asarray(MODELS[self.model].curve(self.truth, at, given))
        relative, absolute = self.scatter
        y = curve * chance.normal(1.0, relative, len(curve))
        y = y + chance.normal(0.0, absolute, len(curve))
        conc = None if self.conc is None else tuple(self.conc.tolist())
        return DataSet(
            tuple(self.x.tolist()), tuple(y.tolist()), conc=conc,
            kind=None if kind is None else tuple(kind),
        )  # fmt: skip

    def fitted(self, points: DataSet) -> Fit:
        """As the service asks for it, with every interval."""
        return fit(
            self.model, points, constants=self.constants, free=self.free, weights=self.weights
        )


def assays(chance: np.random.Generator) -> dict[str, Assay]:
    """Every model once, by the name of its figure."""
    return {**competition(chance), **saturation(chance), **rates(chance), **kinetics(chance)}


def competition(chance: np.random.Generator) -> dict[str, Assay]:
    draw = chance.uniform
    middle, cpm = draw(-8.3, -6.2), {"top": 1500.0, "bottom": 150.0}
    percent = {"top": 100.0, "bottom": 0.0}
    curve = {"log10_ic50": middle, "hill": -np.exp(chance.normal(0.0, 0.15)), **percent}
    sites = {"log10_ic50_hi": draw(-9.0, -8.0), "log10_ic50_lo": draw(-6.5, -5.5),
             "fraction_hi": draw(0.35, 0.65), **cpm}  # fmt: skip
    radioligand = {"radioligand": 1e-9, "kd": 7e-10}
    one_site = {"log10_ki": middle - 0.4, **cpm}
    own = {"log10_kd": draw(-9.3, -8.3), "bmax": 2e4, "ns": 1e11}
    five = {**curve, "hill": -1.2, "log10_s": draw(-0.3, 0.3)}
    return {
        "inhibition_4pl": Assay("inhibition_4pl", DOSES, curve, (0.0, 4.0)),
        "inhibition_3pl": Assay("inhibition_3pl", DOSES, {**curve, "hill": -1.0}, (0.0, 4.0)),
        "inhibition_4pl_by_prediction": Assay(
            "inhibition_4pl", DOSES, {**curve, **cpm}, weights="1/y"
        ),
        "inhibition_5pl": Assay("inhibition_5pl", MANY, five, (0.0, 1.5)),
        "one_site_ki": Assay("one_site_ki", DOSES, one_site, constants=radioligand),
        "competition_exact": Assay(
            "competition_exact", DOSES, one_site, constants={**radioligand, "receptor": 5e-10}
        ),
        "two_site_competition": Assay("two_site_competition", MANY, sites, (0.04, 0.0)),
        "homologous_competition": Assay(
            "homologous_competition", np.tile(COLD, 2), own, conc=np.repeat([5e-10, 3e-9], 30)
        ),
        "homologous_one_concentration": Assay(
            "homologous_competition", COLD, own, constants={"conc": 1e-9}
        ),
        "homologous_one_concentration_by_prediction": Assay(
            "homologous_competition", COLD, own, constants={"conc": 1e-9}, weights="1/y"
        ),
    }


def saturation(chance: np.random.Generator) -> dict[str, Assay]:
    log10_kd, both = chance.uniform(-9.7, -8.5), np.tile(HOT, 2)
    kinds = ["total"] * 24 + ["nonspecific"] * 24
    alone = {"log10_kd": log10_kd, "bmax": 9000.0, "hill": 1.0}
    whole = {"log10_kd": log10_kd, "bmax": 9000.0, "ns": 2e11, "background": 30.0}
    depleted = {"log10_kd": log10_kd, "bmax": 9000.0, "ns": 0.02}
    counted = {"volume_ml": 0.5, "cpm_per_fmol": 100.0}
    titrated = {"log10_kd": chance.uniform(-9.5, -8.5), "top": 100.0, "bottom": 3.0}
    return {
        "saturation_specific": Assay("saturation_specific", HOT, alone),
        "saturation_specific_hill_free": Assay("saturation_specific", HOT, alone, free=("hill",)),
        "saturation_total_nsb": Assay("saturation_total_nsb", both, whole, kind=kinds),
        "saturation_total_nsb_by_prediction": Assay(
            "saturation_total_nsb", both, whole, kind=kinds, weights="1/y2"
        ),
        "saturation_depletion": Assay(
            "saturation_depletion", both, depleted, constants=counted, kind=kinds
        ),
        "receptor_titration": Assay(
            "receptor_titration", np.repeat(np.geomspace(1e-11, 1e-7, 10), 3), titrated,
            (0.0, 3.0), {"radioligand": 1e-9},
        ),
    }  # fmt: skip


def rates(chance: np.random.Generator) -> dict[str, Assay]:
    draw = chance.uniform
    carried = {"log10_km": draw(-6.3, -5.0), "vmax": 300.0}
    inhibited = {"log10_ki": draw(-6.3, -5.2), "log10_km": draw(-5.6, -4.7), "vmax": 300.0}
    tight = {"log10_ki": draw(-9.3, -7.8), "v0": 100.0, "bottom": 0.0}
    enzyme = {"et": 5e-9, "s": 2e-6, "km": 1e-6}
    line = {"slope": 3.0, "intercept": 1.0}
    with_blocked = ["total"] * 24 + ["blocked"] * 24
    return {
        "michaelis_menten": Assay("michaelis_menten", SUBSTRATE, carried),
        "michaelis_menten_nonsaturable": Assay(
            "michaelis_menten_nonsaturable", np.tile(SUBSTRATE, 2), {**carried, "p": 1e6},
            kind=with_blocked,
        ),
        "michaelis_menten_nonsaturable_by_prediction": Assay(
            "michaelis_menten_nonsaturable", np.tile(SUBSTRATE, 2), {**carried, "p": 1e6},
            kind=with_blocked, weights="1/y",
        ),
        "competitive_inhibition": Assay(
            "competitive_inhibition", np.tile(np.repeat(np.geomspace(1e-6, 1e-4, 6), 2), 4),
            inhibited, conc=np.repeat([0.0, 1e-6, 3e-6, 1e-5], 12),
        ),
        "morrison_ki": Assay("morrison_ki", COLD, tight, (0.03, 1.0), enzyme),
        "linear": Assay("linear", np.repeat(np.arange(1.0, 8.0), 3), line),
    }  # fmt: skip


def kinetics(chance: np.random.Generator) -> dict[str, Assay]:
    draw, hot = chance.uniform, {"radioligand": 1e-9, "koff": 0.02}
    falling = {"log10_k": draw(-1.8, -1.0), "y0": 1500.0, "ns": 120.0}
    rising = {"log10_k": draw(-1.5, -0.8), "plateau": 1500.0, "y0": 60.0}
    phases = {"log10_k_fast": draw(-0.7, -0.4), "log10_k_slow": draw(-2.1, -1.7),
              "span_fast": draw(500.0, 900.0), "span_slow": 700.0, "ns": 120.0}  # fmt: skip
    joint = {"log10_kon": draw(7.2, 7.7), "log10_koff": draw(-1.6, -1.1), "bmax": 5000.0, "ns": 0.0}
    cold = {"log10_k3": draw(5.8, 6.6), "log10_k4": draw(-1.8, -1.0), "bmax": 5000.0}
    couple = Assay(
        "association_dissociation", np.tile(COUPLE, 4), joint,
        conc=np.repeat([5e-10, 1e-9, 3e-9, 3e-9], 18),
        kind=["association"] * 54 + ["dissociation"] * 18,
    )  # fmt: skip
    leaving = Assay("dissociation", MINUTES, falling, (0.04, 0.0))
    coming = Assay("association_one_conc", MINUTES, rising, (0.04, 0.0), hot)
    return {
        "dissociation": leaving,
        "dissociation_by_prediction": replace(leaving, weights="1/y"),
        "dissociation_two_phase": Assay("dissociation_two_phase", LONGER, phases, (0.03, 0.0)),
        "association_one_conc": coming,
        "association_one_conc_by_prediction": replace(coming, weights="1/y"),
        "association_dissociation": couple,
        "association_dissociation_by_prediction": replace(couple, weights="1/y"),
        "competition_kinetics": Assay(
            "competition_kinetics", np.tile(LONGER[3::3].repeat(2), 3), cold,
            constants={"radioligand": 2e-9, "kon": 3e7, "koff": 0.05},
            conc=np.repeat([0.0, 2e-8, 1e-7], 26),
        ),
    }  # fmt: skip

"""Ki from IC50, the constants behind it, and what may be reported of a curve."""

from __future__ import annotations

from labsvc.core.assays.propagation import METHOD, log_factor_sd, widened
from labsvc.core.counts.amounts import protein_of
from labsvc.core.counts.radioligand import Ligand, activity_on_the_day, ligand_of
from labsvc.model.assay import Assay
from labsvc.model.notation import molar, molar_interval
from labsvc.model.protocol import Cited
from labsvc.model.result import Affinity, Constant, Fit, Parameter

CHENG_PRUSOFF = {
    "Kd": "Ki = IC50 / (1 + [L]/Kd)",
    "Km": "Ki = IC50 / (1 + [S]/Km)",
}
"""Cheng and Prusoff 1973, Biochem Pharmacol 22:3099."""


def constants_of(assay: Assay, ligand: Ligand | None = None) -> tuple[Constant, ...]:
    """Every number of the result that did not come from the counter, with its origin.

    ``ligand`` as used; the one of protocol and run sheet when it is not given.
    """
    ligand, protocol = ligand or ligand_of(assay), assay.protocol
    radioligand, counting = protocol.radioligand, protocol.counting
    origin = f"protocol {protocol.name}"
    found = [
        _cited(f"concentration of {radioligand.name}", ligand.concentration),
        _cited(f"{ligand.symbol} of {radioligand.name}", ligand.affinity),
        _cited("total added", assay.runsheet.total_added),
        _cited("protein in each well", protein_of(assay)),
        _specific_activity(assay, origin),
        _stated("assay volume", protocol.assay_volume_ml, "mL", origin),
        _stated(
            "counting efficiency", counting.efficiency_percent, "%",
            counting.efficiency_source or origin,
        ),
    ]  # fmt: skip
    return tuple(one for one in found if one is not None)


def _specific_activity(assay: Assay, origin: str) -> Constant | None:
    """On the day of counting where the protocol says how it falls, else as certified."""
    radioligand = assay.protocol.radioligand
    if radioligand.label is None:
        certified = radioligand.specific_activity_ci_per_mmol
        return _stated("specific activity", certified, "Ci/mmol", origin)
    activity = activity_on_the_day(assay)
    source = f"{origin}; {activity.source}"
    return _stated("specific activity", activity.ci_per_mmol, "Ci/mmol", source)


def _cited(name: str, cited: Cited | None) -> Constant | None:
    return Constant(name, cited.value, cited.unit, cited.source) if cited else None


def _stated(name: str, value: float | None, unit: str, source: str) -> Constant | None:
    return Constant(name, value, unit, source) if value is not None else None


def affinity(fit: Fit, ligand: Ligand) -> Affinity:
    """Ki by Cheng-Prusoff from a fitted IC50; without IC50, [L] or Kd it is None, and said so.

    The interval carries the uncertainty of IC50, and that of [L] and Kd where it was given (see
    ``propagation``); where it was not, they are taken as exact.
    """
    formula, ic50 = CHENG_PRUSOFF[ligand.symbol], fit.parameters.get("ic50")
    inputs = _inputs(ic50, ligand)
    concentration, constant = ligand.concentration, ligand.affinity
    if ic50 is None or ic50.value is None or concentration is None or constant is None:
        return Affinity(None, None, formula, inputs)
    if constant.value <= 0:
        return Affinity(None, None, formula, inputs)
    factor = 1 + concentration.value / constant.value
    scatter = log_factor_sd(concentration, constant)
    interval = widened(ic50.value, ic50.ci95, factor, scatter)
    return Affinity(ic50.value / factor, interval, formula, inputs)


def _inputs(ic50: Parameter | None, ligand: Ligand) -> dict[str, float | str | None]:
    concentration, constant, symbol = ligand.concentration, ligand.affinity, ligand.symbol.lower()
    inputs: dict[str, float | str | None] = {
        "ic50_m": ic50.value if ic50 else None,
        "ligand_m": concentration.value if concentration else None,
        f"{symbol}_m": constant.value if constant else None,
        "ligand_source": concentration.source if concentration else None,
        f"{symbol}_source": constant.source if constant else None,
    }
    if concentration and concentration.sd is not None:
        inputs["ligand_sd_m"] = concentration.sd
    if constant and constant.sd is not None:
        inputs[f"{symbol}_sd_m"] = constant.sd
    if "ligand_sd_m" in inputs or f"{symbol}_sd_m" in inputs:
        inputs["interval"] = METHOD
    return inputs


def reportable(fit: Fit | None, ki: Affinity | None) -> str:
    """What may be said of a curve in a table: a number with its interval, a bound, or why not."""
    if fit is None:
        return "not fitted"
    if fit.qualifier and fit.qualifier_bound is not None:
        return f"IC50 {fit.qualifier} {molar(fit.qualifier_bound)}"
    ic50 = fit.parameters.get("ic50")
    if fit.status not in ("converged", "at_bound") or ic50 is None or ic50.value is None:
        return fit.status.replace("_", " ")
    if ki is not None and ki.value is not None:
        return "Ki " + molar_interval(ki.value, ki.ci95)
    return "IC50 " + molar_interval(ic50.value, ic50.ci95)

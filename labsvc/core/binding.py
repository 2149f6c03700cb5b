"""Ki from IC50, what may be reported of a curve, and how much ligand was bound."""

from __future__ import annotations

from dataclasses import dataclass

from labsvc.core.counting import added_dpm, channel_of
from labsvc.model.assay import Assay
from labsvc.model.notation import molar, molar_interval
from labsvc.model.protocol import Cited
from labsvc.model.result import Affinity, Constant, Fit, Interval

CHENG_PRUSOFF = {
    "Kd": "Ki = IC50 / (1 + [L]/Kd)",
    "Km": "Ki = IC50 / (1 + [S]/Km)",
}
"""Cheng and Prusoff 1973, Biochem Pharmacol 22:3099."""


@dataclass(frozen=True, slots=True)
class Ligand:
    """The labelled ligand's concentration and its Kd (or Km), as used."""

    concentration: Cited | None
    affinity: Cited | None
    symbol: str


def ligand_of(assay: Assay) -> Ligand:
    """The run sheet's measured figures where it gives them, else the protocol's."""
    protocol, sheet = assay.protocol, assay.runsheet
    nominal = protocol.radioligand.concentration_m
    measured = sheet.radioligand_concentration
    stated = (
        Cited(nominal, "M", f"nominal, protocol {protocol.name}") if nominal is not None else None
    )
    symbol = "Kd" if protocol.kind == "competition_binding" else "Km"
    return Ligand(measured or stated, sheet.affinity or protocol.radioligand.affinity, symbol)


def constants_of(assay: Assay) -> tuple[Constant, ...]:
    """Every number of the result that did not come from the counter, with its origin."""
    ligand, protocol = ligand_of(assay), assay.protocol
    radioligand, counting = protocol.radioligand, protocol.counting
    origin = f"protocol {protocol.name}"
    found = [
        _cited(f"concentration of {radioligand.name}", ligand.concentration),
        _cited(f"{ligand.symbol} of {radioligand.name}", ligand.affinity),
        _cited("total added", assay.runsheet.total_added),
        _stated("specific activity", radioligand.specific_activity_ci_per_mmol, "Ci/mmol", origin),
        _stated("assay volume", protocol.assay_volume_ml, "mL", origin),
        _stated(
            "counting efficiency", counting.efficiency_percent, "%",
            counting.efficiency_source or origin,
        ),
    ]  # fmt: skip
    return tuple(one for one in found if one is not None)


def _cited(name: str, cited: Cited | None) -> Constant | None:
    return Constant(name, cited.value, cited.unit, cited.source) if cited else None


def _stated(name: str, value: float | None, unit: str, source: str) -> Constant | None:
    return Constant(name, value, unit, source) if value is not None else None


def affinity(fit: Fit, ligand: Ligand) -> Affinity:
    """Ki by Cheng-Prusoff from a fitted IC50; without IC50, [L] or Kd it is None, and said so.

    The interval carries the uncertainty of IC50 alone; [L] and Kd are taken as exact.
    """
    formula = CHENG_PRUSOFF[ligand.symbol]
    ic50 = fit.parameters.get("ic50")
    inputs: dict[str, float | str | None] = {
        "ic50_m": ic50.value if ic50 else None,
        "ligand_m": ligand.concentration.value if ligand.concentration else None,
        f"{ligand.symbol.lower()}_m": ligand.affinity.value if ligand.affinity else None,
        "ligand_source": ligand.concentration.source if ligand.concentration else None,
        f"{ligand.symbol.lower()}_source": ligand.affinity.source if ligand.affinity else None,
    }
    if ic50 is None or ic50.value is None or not ligand.concentration or not ligand.affinity:
        return Affinity(None, None, formula, inputs)
    if ligand.affinity.value <= 0:
        return Affinity(None, None, formula, inputs)
    factor = 1 + ligand.concentration.value / ligand.affinity.value
    return Affinity(ic50.value / factor, _divided(ic50.ci95, factor), formula, inputs)


def _divided(interval: Interval | None, factor: float) -> Interval | None:
    if interval is None:
        return None
    low, high = (end / factor if end is not None else None for end in interval)
    return low, high


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


def added(assay: Assay) -> tuple[float | None, str]:
    """What each well was given, in the unit the protocol counts in, and how that is known.

    From the counted total-added vials of the run sheet, else from concentration, volume and
    specific activity (as stated, not decayed to the day of use). (None, why) when it cannot be had.
    """
    unit, stated = assay.protocol.counting.unit, assay.runsheet.total_added
    if stated is not None and stated.unit == unit:
        return stated.value, stated.source
    if stated is not None and stated.unit == "cpm":
        return _converted(assay, stated.value, "dpm", stated.source)
    if stated is not None:
        return _converted(assay, stated.value, unit, stated.source)
    concentration = ligand_of(assay).concentration
    activity = assay.protocol.radioligand.specific_activity_ci_per_mmol
    volume = assay.protocol.assay_volume_ml
    if concentration is None or activity is None or volume is None:
        return None, "concentration, volume and specific activity are not all known"
    dpm = added_dpm(concentration.value, volume, activity)
    if unit == "dpm":
        return dpm, "from concentration, volume and specific activity"
    return _converted(
        assay, dpm, unit, "from concentration, volume, specific activity and efficiency"
    )


def _converted(assay: Assay, value: float, unit: str, source: str) -> tuple[float | None, str]:
    """cpm as ``dpm``, or dpm as ``cpm``, by the protocol's efficiency."""
    efficiency = assay.protocol.counting.efficiency_percent
    channels = [
        channel_of(well.reading, assay.protocol.counting)
        for well in assay.wells
        if well.reading is not None
    ]
    if any(channel is not None and "efficiency" in channel.corrected for channel in channels):
        return None, "the counter has taken efficiency off its cpm, so they are no plain cpm"
    if not efficiency:
        return None, "the counting efficiency is not known"
    return (value * efficiency / 100 if unit == "cpm" else value / (efficiency / 100)), source

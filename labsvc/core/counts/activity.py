"""Specific activity, and the amounts it turns disintegrations into.

Units: Ci/mmol, dpm, fmol, mL, mg, molar. 1 Ci is 2.22e12 dpm or 3.7e10 Bq.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from labsvc.core.counts.decay import days_between, decay_rate_per_day, remaining
from labsvc.model.protocol import Radioligand

DPM_PER_FMOL_PER_CI_MMOL = 2.22
"""1 Ci is 2.22e12 dpm, so 1 fmol at 1 Ci/mmol is 2.22 dpm."""

BQ_PER_CI = 3.7e10
_AVOGADRO = 6.02214076e23
_SECONDS_PER_DAY = 86400.0

Label = Literal["carrier_free", "in_carrier"]
"""What decay does to the specific activity; there is no third way, and no default.

``carrier_free``: every molecule carries the one label. One that decays is a ligand no more, so
activity and labelled moles fall together and Ci/mmol stays; what is in the vial becomes less.
``in_carrier``: labelled molecules among unlabelled ones. Activity falls and the moles stay, so
Ci/mmol falls with the half-life.
"""


@dataclass(frozen=True, slots=True)
class Activity:
    """A specific activity in Ci/mmol (None: not known) with how it was come by, in words."""

    ci_per_mmol: float | None
    source: str


def specific_activity_on(certified: float, isotope: str, days: float, label: Label) -> float | None:
    """Ci/mmol, ``days`` after it was certified; None where the half-life is needed and not known.

    See ``Label`` for the two conventions.
    """
    if label == "carrier_free":
        return certified
    left = remaining(isotope, days)
    return certified * left if left is not None else None


def activity_of(radioligand: Radioligand, counted_on: date | None) -> Activity:
    """The specific activity on the day of counting, by the convention the protocol states.

    Without one it is taken as certified, and said to be.
    """
    certified, label = radioligand.specific_activity_ci_per_mmol, radioligand.label
    on = radioligand.specific_activity_on
    if certified is None:
        return Activity(None, "the specific activity is not known")
    if label is None:
        return Activity(certified, "as certified; not corrected for decay")
    if label == "carrier_free":
        return Activity(certified, "carrier-free label: it does not fall with decay")
    if on is None or counted_on is None:
        return Activity(None, "a day is missing to correct the specific activity for decay")
    days = days_between(on, counted_on)
    found = specific_activity_on(certified, radioligand.isotope, days, label)
    if found is None:
        return Activity(None, f"the half-life of {radioligand.isotope} is not known here")
    return Activity(found, f"{certified:g} Ci/mmol on {on}, label in carrier, {days:g} d of decay")


def max_specific_activity(isotope: str) -> float | None:
    """Ci/mmol with one radioactive atom in every molecule: ln 2 / T * N_A; None when not known."""
    rate = decay_rate_per_day(isotope)
    return rate / _SECONDS_PER_DAY * _AVOGADRO / 1000 / BQ_PER_CI if rate else None


def bq_per_fmol(ci_per_mmol: float) -> float:
    """Ci/mmol in Bq/fmol, which is the same number as in TBq/mmol."""
    return ci_per_mmol * BQ_PER_CI / 1e12


def fmol_of(dpm: float, ci_per_mmol: float) -> float | None:
    """dpm / (2.22 x Ci/mmol); None without a specific activity above zero."""
    return dpm / (DPM_PER_FMOL_PER_CI_MMOL * ci_per_mmol) if ci_per_mmol > 0 else None


def fmol_per_mg(fmol: float, protein_mg: float) -> float | None:
    """fmol / mg protein; None without protein."""
    return fmol / protein_mg if protein_mg > 0 else None


def molar_of(dpm: float, volume_ml: float, ci_per_mmol: float) -> float | None:
    """The concentration that ``dpm`` make in ``volume_ml``: fmol/mL is pM.

    None without a volume and a specific activity above zero.
    """
    fmol = fmol_of(dpm, ci_per_mmol)
    return fmol / volume_ml * 1e-12 if fmol is not None and volume_ml > 0 else None


def added_dpm(
    concentration_m: float, volume_ml: float, specific_activity_ci_per_mmol: float
) -> float:
    """What a well was given: molar x mL x Ci/mmol in dpm. 1 nM is 1000 fmol/mL."""
    fmol = concentration_m * 1e15 * volume_ml / 1000
    return fmol * specific_activity_ci_per_mmol * DPM_PER_FMOL_PER_CI_MMOL

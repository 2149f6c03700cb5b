"""From count rates to amounts: fmol by specific activity, for each mg of protein, each minute.

fmol = dpm / (2.22 x Ci/mmol). Where a number for it is missing the response stays in what is
known, and the operation says what was missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labsvc.core.assays.replicates import amount
from labsvc.core.counts.activity import DPM_PER_FMOL_PER_CI_MMOL
from labsvc.core.counts.radioligand import activity_on_the_day
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited
from labsvc.model.result import Operation, Point

MEASURED = ("total", "vehicle", "nonspecific", "blank", "sample", "reference")
"""The roles whose counts are something bound or taken up."""

LABELS = {"bound": "Bound", "rate": "Uptake rate", "uptake": "Uptake"}


@dataclass(frozen=True, slots=True)
class Scale:
    """By what the count rate is multiplied, which one (``counted``), and what comes of it."""

    factor: float
    counted: str
    unit: str
    told: Operation


def protein_of(assay: Assay) -> Cited | None:
    """mg of protein in each well: the run sheet's goes before the protocol's."""
    return assay.runsheet.protein or assay.protocol.protein


def scale_of(assay: Assay, points: Sequence[Point], *, minutes: float | None = None) -> Scale:
    """To fmol where specific activity and every dpm are known; /mg with protein; /min."""
    activity = activity_on_the_day(assay).ci_per_mmol
    taken = [one for one in points if one.role in MEASURED and one.masked is None]
    known = bool(activity) and all(one.dpm is not None for one in taken)
    counting = assay.protocol.counting.unit
    counted, unit, factor = ("dpm", "fmol", 1.0) if known else (counting, counting, 1.0)
    parts, inputs = [counted], dict[str, float | str | None]()
    if known and activity:
        factor /= DPM_PER_FMOL_PER_CI_MMOL * activity
        parts.append(f"(2.22 x {activity:g} Ci/mmol)")
        inputs["ci_per_mmol"] = activity
    protein = protein_of(assay)
    if protein is not None:
        factor, unit = factor / protein.value, f"{unit}/mg"
        parts.append(f"{protein.value:g} mg protein ({protein.source})")
        inputs["protein_mg"] = protein.value
    if minutes is not None:
        factor, unit = factor / minutes, f"{unit}/min"
        parts.append(f"{minutes:g} min")
        inputs["minutes"] = minutes
    why = "" if known else f" Not in fmol: {_lacking(activity)}."
    said = f"{unit} = {' / '.join(parts)}.{why}" if len(parts) > 1 else f"In {unit}.{why}"
    return Scale(factor, counted, unit, Operation("amount", said, inputs))


def _lacking(activity: float | None) -> str:
    if not activity:
        return "the specific activity is not known"
    return "a counting efficiency is not known for every position"


def scaled(points: Sequence[Point], scale: Scale) -> tuple[Point, ...]:
    """The points with their amount as response, where they measure one."""
    return tuple(_scaled(one, scale) for one in points)


def _scaled(point: Point, scale: Scale) -> Point:
    counts = amount(point, scale.counted)
    if point.role not in MEASURED or counts is None:
        return point
    return point._replace(response=counts * scale.factor)


def label_of(response: str, unit: str) -> str:
    """``Bound (fmol/mg)``."""
    return f"{LABELS[response]} ({unit})"

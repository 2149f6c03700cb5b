"""The labelled ligand of a run: what each well was given, at what concentration, with what Kd.

A measured figure goes before a nominal one: first the run sheet's concentration, then what was
counted as added (run sheet, or the run's own total-added positions) over volume and specific
activity on the day, then the protocol's nominal concentration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from labsvc.core.assays.replicates import counted, spread
from labsvc.core.counts.activity import Activity, activity_of, added_dpm, molar_of
from labsvc.core.counts.counting import channel_of
from labsvc.model.assay import Assay
from labsvc.model.notation import molar
from labsvc.model.protocol import BINDING, Cited
from labsvc.model.result import Operation, Point

FARTHEST = 2.0
"""Counted and nominal may differ by this factor. Beyond it a vial is more likely an aliquot whose
``added_factor`` is not in the protocol than a real concentration; ours."""


@dataclass(frozen=True, slots=True)
class Ligand:
    """The labelled ligand's concentration and its Kd (or Km), as used.

    ``told`` is how a counted concentration came to be used or not; ``doubt`` why it was not.
    """

    concentration: Cited | None
    affinity: Cited | None
    symbol: str
    told: Operation | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted as added to a well in dpm (None: and why), and the concentration of that."""

    dpm: Cited | None
    concentration: Cited | None
    sentence: str


def ligand_of(assay: Assay, points: Sequence[Point] = ()) -> Ligand:
    """The measured figures where there are some, else the protocol's nominal ones.

    ``points`` are the run's reduced points, for its total-added positions.
    """
    protocol, sheet = assay.protocol, assay.runsheet
    symbol = "Kd" if protocol.kind in BINDING else "Km"
    affinity, nominal = sheet.affinity or protocol.radioligand.affinity, _nominal(assay)
    plain = Ligand(sheet.radioligand_concentration or nominal, affinity, symbol)
    if sheet.radioligand_concentration is not None:
        return plain
    found = _counted(assay, points)
    if found is None:
        return plain
    if found.concentration is None:
        return replace(plain, told=Operation("radioligand added", found.sentence))
    if nominal is not None and not _near(found.concentration.value, nominal.value):
        doubt = _DOUBT.format(molar(found.concentration.value), molar(nominal.value))
        return replace(plain, told=_told(f"{found.sentence} {doubt}", found), doubt=doubt)
    instead = f" It goes before the nominal {molar(nominal.value)}." if nominal else ""
    return replace(
        plain, concentration=found.concentration, told=_told(found.sentence + instead, found)
    )


_DOUBT = (
    "The radioligand counted as added makes {0}, more than twofold from the nominal {1}, which is "
    "used: see added_factor, the assay volume and the specific activity."
)


def _nominal(assay: Assay) -> Cited | None:
    value = assay.protocol.radioligand.concentration_m
    if value is None:
        return None
    return Cited(value, "M", f"nominal, protocol {assay.protocol.name}")


def _near(one: float, other: float) -> bool:
    return other / FARTHEST <= one <= other * FARTHEST


def _told(sentence: str, found: _Counted) -> Operation:
    inputs = {
        "added_dpm": found.dpm.value if found.dpm else None,
        "concentration_m": found.concentration.value if found.concentration else None,
    }
    return Operation("radioligand added", sentence, inputs)


def _counted(assay: Assay, points: Sequence[Point]) -> _Counted | None:
    """What was counted as added, as a concentration; None where nothing was counted as added."""
    stated = assay.runsheet.total_added
    positions = [one for one in points if one.role == "total_added" and one.masked is None]
    if stated is None and not positions:
        return None
    if stated is not None:
        value, why = converted(assay, stated.value, "dpm", stated.source, stated.unit)
        dpm = Cited(value, "dpm", stated.source) if value is not None else None
    else:
        dpm, why = _mean_added(assay, positions, "dpm")
    if dpm is None:
        return _Counted(None, None, f"The count of what was added gives no dpm: {why}.")
    return _molar(assay, dpm)


def _molar(assay: Assay, dpm: Cited) -> _Counted:
    activity, volume = activity_on_the_day(assay), assay.protocol.assay_volume_ml
    found = molar_of(dpm.value, volume or 0.0, activity.ci_per_mmol or 0.0)
    if found is None or found <= 0 or activity.ci_per_mmol is None:
        why = "without counts" if dpm.value <= 0 else activity.source
        why = "the assay volume is not known" if not volume else why
        return _Counted(
            dpm, None, f"What was counted as added ({dpm.source}) gives no concentration: {why}."
        )
    sd = dpm.sd * found / dpm.value if dpm.sd is not None else None
    sentence = (
        f"Radioligand of {molar(found)}: {dpm.value:.6g} dpm added ({dpm.source}) / (2.22 x "
        f"{activity.ci_per_mmol:.6g} Ci/mmol x {volume:g} mL); specific activity {activity.source}."
    )
    return _Counted(dpm, Cited(found, "M", f"counted: {dpm.source}", sd), sentence)


def activity_on_the_day(assay: Assay) -> Activity:
    """The specific activity on the day the run was counted, by the counter's own date."""
    at = assay.unit.counted_at
    return activity_of(assay.protocol.radioligand, at.date() if at else None)


def _mean_added(
    assay: Assay, positions: Sequence[Point], unit: str
) -> tuple[Cited | None, str]:  # fmt: skip
    """The mean of the total-added positions times ``added_factor``, with the SD of that mean."""
    if len({tuple(sorted(one.group.items())) for one in positions}) > 1:
        return None, "its total-added positions are of different groups"
    values = counted(positions, "total_added", unit=unit)
    mean = spread(values)
    if mean is None or mean.n < len(positions):
        return None, f"no {unit} is known of its total-added positions"
    factor = assay.protocol.reduction.added_factor
    sd = mean.sd * factor / sqrt(mean.n) if mean.sd is not None else None
    times = f" x {factor:g}" if factor != 1 else ""
    said = f"mean of {mean.n} total-added position{'s' if mean.n > 1 else ''}{times}"
    return Cited(mean.mean * factor, unit, said, sd), ""


def added(assay: Assay, points: Sequence[Point] = ()) -> tuple[float | None, str]:
    """What each well was given, in the unit the protocol counts in, and how that is known.

    From the total added that the run sheet states, else from the run's total-added positions
    unless they are in doubt (see ``FARTHEST``), else from concentration, volume and specific
    activity on the day. (None, why) when it cannot be had.
    """
    unit, stated = assay.protocol.counting.unit, assay.runsheet.total_added
    if stated is not None:
        return converted(assay, stated.value, unit, stated.source, stated.unit)
    positions = [one for one in points if one.role == "total_added" and one.masked is None]
    ligand = ligand_of(assay, points)
    if positions and ligand.doubt is None:
        mean, _ = _mean_added(assay, positions, unit)
        if mean is not None:
            return mean.value, mean.source
    return _reckoned(assay, ligand.concentration, unit)


def _reckoned(assay: Assay, concentration: Cited | None, unit: str) -> tuple[float | None, str]:
    activity, volume = activity_on_the_day(assay).ci_per_mmol, assay.protocol.assay_volume_ml
    if concentration is None or activity is None or volume is None:
        return None, "concentration, volume and specific activity are not all known"
    dpm = added_dpm(concentration.value, volume, activity)
    source = "from concentration, volume and specific activity"
    if unit == "cpm":
        source = "from concentration, volume, specific activity and efficiency"
    return converted(assay, dpm, unit, source, "dpm")


def converted(
    assay: Assay, value: float, unit: str, source: str, given_in: str
) -> tuple[float | None, str]:
    """cpm as ``dpm``, or dpm as ``cpm``, by the protocol's efficiency; (None, why) without one."""
    if given_in == unit:
        return value, source
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

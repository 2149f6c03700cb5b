"""Of a protocol file: the radioligand and how its counts are read, with what is wrong in them."""

from __future__ import annotations

from collections.abc import Callable

from labsvc.core.counts.activity import Label
from labsvc.core.counts.decay import ISOTOPES
from labsvc.core.counts.quench import quench_curve
from labsvc.errors import ConfigError
from labsvc.model.protocol import Cited, Counting, QuenchSet, Radioligand, Standard
from labsvc.service.authoring.yamltext import Path
from labsvc.service.protocols.countingschema import (
    AffinityText,
    CountingText,
    KnownText,
    QuenchText,
    RadioligandText,
)

Fault = Callable[[Path, str], None]


def read_radioligand(text: RadioligandText, fault: Fault) -> Radioligand:
    """The labelled ligand; faults for a decay that cannot be reckoned and an SD of nothing."""
    activity = text.specific_activity
    stated = text.concentration if isinstance(text.concentration, float) else None
    if activity and activity.label == "in carrier" and text.isotope not in ISOTOPES:
        known = ", ".join(ISOTOPES)
        fault(
            ("radioligand", "specific_activity", "label"),
            f"the half-life of {text.isotope} is not known here, so its specific activity cannot "
            f"be corrected for decay; known: {known}",
        )
    for key in ("kd", "km"):
        found: AffinityText | None = getattr(text, key)
        if found is not None and found.sd is not None and found.value is None:
            fault(("radioligand", key, "sd"), f"an sd needs the value of {key} that it belongs to")
    return Radioligand(
        name=text.name,
        isotope=text.isotope,
        concentration_m=stated,
        affinity=_cited(text.kd or text.km),
        specific_activity_ci_per_mmol=activity.value if activity else None,
        specific_activity_on=activity.date if activity else None,
        label=_LABELS[activity.label] if activity and activity.label else None,
    )


_LABELS: dict[str, Label] = {"carrier-free": "carrier_free", "in carrier": "in_carrier"}


def _cited(text: AffinityText | None) -> Cited | None:
    if text is None or text.value is None:
        return None
    return Cited(text.value, "M", text.source or "", text.sd)


def read_counting(text: CountingText, fault: Fault) -> Counting:
    """How the counts are read; faults for two efficiencies at once and an unfit quench curve."""
    efficiency = text.efficiency
    if efficiency and text.quench:
        fault(("counting", "quench"), "give one efficiency or a quench curve, not both")
    return Counting(
        channel=text.channel,
        unit=text.unit,
        count_minutes=text.count_time,
        efficiency_percent=efficiency.value if efficiency else None,
        efficiency_source=efficiency.source if efficiency else "",
        quench=_quench(text.quench, fault) if text.quench else None,
        standard=_standard(text.standard, fault) if text.standard else None,
        head=text.detectors,
    )


def _standard(text: KnownText, fault: Fault) -> Standard | None:
    value, unit = text.value
    if unit != "dpm" or value <= 0:
        fault(("counting", "standard", "value"), "expected dpm above zero, such as 52000 dpm")
        return None
    return Standard(value, text.date, text.source, text.within)


def _quench(text: QuenchText, fault: Fault) -> QuenchSet | None:
    rows = tuple((float(one.at), one.efficiency) for one in text.standards)
    found = QuenchSet(text.index, rows, text.source)
    try:
        quench_curve(found)
    except ConfigError as error:
        fault(("counting", "quench"), str(error))
        return None
    return found

"""The checks of the counting itself: counting error, luminescence, quench, background, hot stock.

Sources: qc of counting after the manuals of the counters (Beckman LS 6000: steps are to be taken
from 5 to 10 % of luminescence on) and the Assay Guidance Manual; the limits stand in the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import sqrt

from labsvc.core.assays.reduce import CONTROLS, Reduction
from labsvc.core.assays.replicates import counted, spread
from labsvc.core.counts.counting import background_already_off, channel_of, cpm_of
from labsvc.core.counts.poisson import cpm_variance
from labsvc.core.counts.quench import quench_curve
from labsvc.core.counts.radioligand import ligand_of
from labsvc.core.fitting.student import f_tail
from labsvc.core.qc.measured import Measured
from labsvc.model.assay import Assay, Well
from labsvc.model.notation import molar
from labsvc.model.result import Point
from labsvc.model.run import Channel, Reading

_LUMINESCENCE = ("lum", "lum%", "lum %", "lumex", "lumex%", "lumex %")  # as counters head it
_MANY = 1e9  # degrees of freedom of a variance that is known


def counting_error(assay: Assay, reduction: Reduction) -> Measured:
    """The largest 2-sigma counting error among the 100 % controls, in percent of their cpm."""
    held = {point.role for point in reduction.points}
    response = assay.protocol.reduction.response
    upper = next((role for role in CONTROLS.get(response, ((),))[0] if role in held), "total")
    errors = {
        well.position: 200 * sqrt(variance) / cpm
        for well, reading, channel in _counted(assay, upper)
        if (cpm := cpm_of(reading, channel)) is not None and cpm > 0
        if (variance := cpm_variance(reading, channel, assay.protocol.counting.count_minutes))
        is not None
    }
    if not errors:
        why = f"neither counts nor errors are printed for its {upper} positions"
        return Measured(None, f"The counting error is not known: {why}", applies=False)
    worst = max(errors, key=lambda one: errors[one])
    return Measured(errors[worst], f"Largest 2-sigma counting error of a control ({worst})", " %")


def luminescence(assay: Assay, reduction: Reduction) -> Measured:
    """The highest share of chemiluminescence that the counter printed for a position."""
    found = {
        well.position: value
        for well, reading, _ in _counted(assay)
        if (value := printed_luminescence(reading)) is not None
    }
    if not found:
        return Measured(None, "The counter printed no luminescence", applies=False)
    worst = max(found, key=lambda one: found[one])
    return Measured(found[worst], f"Highest luminescence (position {worst})", " %")


def printed_luminescence(reading: Reading) -> float | None:
    """The share of luminescence in percent that the counter printed for a reading; None: none."""
    for name, text in reading.extras.items():
        if name.strip().casefold() in _LUMINESCENCE:
            figure = re.match(r"\s*<?\s*(\d+(?:[.,]\d+)?)", text)
            return float(figure[1].replace(",", ".")) if figure else None
    return None


def quench_outside(assay: Assay, reduction: Reduction) -> Measured:
    """How many positions have a quench index outside the protocol's quench curve."""
    standards = assay.protocol.counting.quench
    if standards is None:
        return Measured(None, "The protocol has no quench curve", applies=False)
    curve = quench_curve(standards)
    seen = [
        (well.position, reading.quench.value)
        for well, reading, _ in _counted(assay)
        if reading.quench and reading.quench.kind.casefold() == curve.index.casefold()
    ]
    if not seen:
        return Measured(None, f"No {curve.index} was printed for any position")
    outside = [place for place, value in seen if not curve.lowest <= value <= curve.highest]
    told = f": {', '.join(outside[:8])}{' ...' if len(outside) > 8 else ''}" if outside else ""
    words = f"Number of positions with a {curve.index} outside the quench curve"
    return Measured(float(len(outside)), f"{words} ({len(seen)} looked at{told})")


def background(assay: Assay, reduction: Reduction) -> Measured:
    """The mean cpm of the background positions, as counted."""
    mean = spread(counted(reduction.points, "background"))
    if mean is None:
        return Measured(None, "There is no background position", applies=False)
    return Measured(mean.mean, f"Background (mean of {mean.n})", " cpm")


def background_scatter(assay: Assay, reduction: Reduction) -> Measured:
    """How likely the backgrounds scatter so much by counting alone: index of dispersion, p.

    chi^2 = sum of (cpm - mean)^2 / variance from counting, n - 1 degrees of freedom.
    """
    known = [
        (cpm, variance)
        for _, reading, channel in _counted(assay, "background")
        if not background_already_off(channel)
        if (cpm := cpm_of(reading, channel)) is not None
        if (variance := cpm_variance(reading, channel, assay.protocol.counting.count_minutes))
        is not None
    ]
    if len(known) < 2:
        why = "two or more background positions with counts or counting time are needed"
        return Measured(None, f"The scatter of the background: {why}", applies=False)
    mean = sum(cpm for cpm, _ in known) / len(known)
    expected = sum(variance for _, variance in known) / len(known)
    ratio = sum((cpm - mean) ** 2 for cpm, _ in known) / expected / (len(known) - 1)
    words = f"p of the scatter of {len(known)} backgrounds by counting alone"
    return Measured(f_tail(ratio, len(known) - 1, int(_MANY)), words)


def specific_window(assay: Assay, reduction: Reduction) -> Measured:
    """The 100 % control less the 0 % control, in the unit the protocol counts in."""
    span, unit = reduction.window.span, assay.protocol.counting.unit
    if span is None:
        return Measured(None, "There is no window between the controls")
    return Measured(span, "Window between the controls", f" {unit}")


def nonspecific_cv(assay: Assay, reduction: Reduction) -> Measured:
    """CV of the 0 % control."""
    lower = reduction.window.lower
    cv = lower.cv_percent if lower else None
    if cv is None:
        return Measured(None, "The CV of the 0 % control needs two or more positions")
    return Measured(cv, "CV of the 0 % control", " %")


def radioligand_concentration(assay: Assay, reduction: Reduction) -> Measured:
    """How far the measured concentration of the hot ligand is from the nominal, in percent of it.

    Measured: what the run sheet states, else what was counted as added, also where it is so far
    off that the nominal one was used.
    """
    nominal = assay.protocol.radioligand.concentration_m
    if not nominal:
        return Measured(None, "The protocol has no nominal concentration", applies=False)
    found = _measured_molar(assay, reduction.points)
    if found is None:
        return Measured(None, "The radioligand's concentration was not measured")
    words = f"Radioligand of {molar(found)} against the nominal {molar(nominal)}: the difference"
    return Measured(100 * (found / nominal - 1), words, " %")


def _measured_molar(assay: Assay, points: tuple[Point, ...]) -> float | None:
    stated = assay.runsheet.radioligand_concentration
    if stated is not None:
        return stated.value
    told = ligand_of(assay, points).told
    found = told.inputs.get("concentration_m") if told is not None else None
    return found if isinstance(found, float) else None


def _counted(assay: Assay, role: str | None = None) -> Iterator[tuple[Well, Reading, Channel]]:
    """The positions that count (those of a role), with what the protocol reads of them."""
    for well in assay.wells:
        if well.masked is None and well.reading is not None and well.role != "unused":
            if role is not None and well.role != role:
                continue
            channel = channel_of(well.reading, assay.protocol.counting)
            if channel is not None:
                yield well, well.reading, channel


COUNT_CHECKS: Mapping[str, Callable[[Assay, Reduction], Measured]] = {
    "counting_error_percent": counting_error,
    "luminescence_percent": luminescence,
    "quench_outside": quench_outside,
    "background_cpm": background,
    "background_scatter_p": background_scatter,
    "specific_window": specific_window,
    "nonspecific_cv_percent": nonspecific_cv,
    "radioligand_concentration_percent": radioligand_concentration,
}
ANY_RESPONSE = frozenset(COUNT_CHECKS) - {"specific_window", "nonspecific_cv_percent"}
"""Those that need no window between two controls, so that they apply to every kind of assay."""

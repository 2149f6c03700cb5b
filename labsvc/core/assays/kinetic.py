"""Kinetic binding: association and dissociation of the radioligand with time.

Each position's time is in its group as ``minutes``; ``phase`` says ``association`` (taken where it
is not said) or ``dissociation``, whose minutes run from the addition of the unlabelled excess. The
mean of the non-specific positions at the same time is taken off, as of a time course.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from labsvc.core.assays.saturable import TOTAL
from labsvc.core.assays.timecourse import MINUTES, minutes_of
from labsvc.core.counts.radioligand import ligand_of
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.model.assay import Assay
from labsvc.model.notation import interval, molar, molar_interval, significant
from labsvc.model.protocol import FitPlan
from labsvc.model.result import Curve, Finding, Fit, Point, Status

PHASE = "phase"
ASSOCIATION, DISSOCIATION = "association", "dissociation"
JOINT = "association_dissociation"
MODELS = {JOINT: (ASSOCIATION, DISSOCIATION), "association_one_conc": (ASSOCIATION,),
          "dissociation": (DISSOCIATION,)}  # fmt: skip
"""The phases whose points each model takes."""

NEAR = 3.0
"""The Kd of the rates and that of equilibrium may differ by this factor (customary)."""


def phase_of(point: Point) -> str:
    """``association`` unless the run sheet says something else."""
    return point.group.get(PHASE, "").strip().casefold() or ASSOCIATION


def series(points: Sequence[Point]) -> dict[str, list[Point]]:
    """The points with a time, by their group beside time and phase (``""``: none)."""
    found: dict[str, list[Point]] = {}
    for one in points:
        if one.role in TOTAL and minutes_of(one) is not None:
            label = ", ".join(text for name, text in one.group.items()
                              if name not in (MINUTES, PHASE) and text)  # fmt: skip
            found.setdefault(label, []).append(one)
    return found


def curves(assay: Assay, points: Sequence[Point], unit: str) -> tuple[Curve, ...]:
    """A curve for each group of the run, all its concentrations together."""
    plan, name = assay.protocol.fit, assay.protocol.radioligand.name
    ligand = ligand_of(assay, points).concentration
    found = []
    nominal = ligand.value if ligand else None
    for group, part in series([_labelled(one, nominal) for one in points]).items():
        one = fitted(part, plan, unit) if plan else None
        label = f"{name} ({group})" if group else name
        found.append(Curve(label, tuple(part), one, None, reportable(one)))
    return tuple(found)


def _labelled(point: Point, nominal: float | None) -> Point:
    """With the run's concentration of the radioligand, where the position gives none."""
    return point if point.concentration_m is not None else point._replace(concentration_m=nominal)


def fitted(points: Sequence[Point], plan: FitPlan, unit: str) -> Fit:
    """The model of the protocol on the phases that it takes."""
    used = [one for one in points if phase_of(one) in MODELS[plan.model]]
    joint = plan.model == JOINT
    read = DataSet(
        x=tuple(minutes_of(one) or 0.0 for one in used),
        y=tuple(nan if one.masked or one.response is None else one.response for one in used),
        conc=tuple(nan if one.concentration_m is None else one.concentration_m for one in used)
        if joint
        else None,
        kind=tuple(phase_of(one) for one in used) if joint else None,
        units=unit,
    )
    return fit(plan.model, read, fixed=dict(plan.fixed), weights=plan.weights)


def reportable(found: Fit | None) -> str:
    """``kon 3e+7 /(M min), koff 0.06 /min, Kd 2 nM [1.8-2.2]``, or why there is none."""
    if found is None:
        return "not fitted"
    said = [text for name in ("kon", "koff", "k", "kd", "half_life")
            if (text := _said(found, name))]  # fmt: skip
    return ", ".join(said) if said else found.status.replace("_", " ")


def _said(found: Fit, name: str) -> str:
    one = found.parameters.get(name)
    if one is None or one.value is None:
        return ""
    if name == "kd":
        return f"Kd {molar_interval(one.value, one.ci95)}"
    named = {"k": "kobs" if found.model != "dissociation" else "koff", "half_life": "half-life"}
    unit = one.unit.replace("1/", "/", 1)
    ends = f" {interval(one.ci95)}" if name == "k" else ""  # those of the others: in the table
    return f"{named.get(name, name)} {significant(one.value)} {unit}{ends}".rstrip()


def findings(assay: Assay, found: Sequence[Curve]) -> tuple[Finding, ...]:
    """Whether there is a course, of phases that are known, and a Kd like that of equilibrium."""
    if not found:
        sentence = "No total position has a time: the run sheet gives none its `minutes`."
        return (Finding("kinetics", Status.FAIL, 0.0, "one course or more", sentence),)
    return (*_phases(found), *(one for curve in found if (one := _agrees(assay, curve))))


def _phases(found: Sequence[Curve]) -> tuple[Finding, ...]:
    odd = {phase_of(point) for curve in found for point in curve.points} - {
        ASSOCIATION, DISSOCIATION
    }  # fmt: skip
    if not odd:
        return ()
    known = f"{ASSOCIATION} or {DISSOCIATION}"
    named = ", ".join(repr(one) for one in sorted(odd))
    sentence = f"Found the phase {named}, whose points are in no fit; expected {known}."
    return (Finding("phases", Status.FAIL, float(len(odd)), known, sentence),)


def _agrees(assay: Assay, curve: Curve) -> Finding | None:
    """A Kd of rates far from that of equilibrium shows that one of them is wrong."""
    half = curve.fit.parameters.get("kd") if curve.fit else None
    known = assay.runsheet.affinity or assay.protocol.radioligand.affinity
    if half is None or half.value is None or known is None:
        return None
    near = known.value / NEAR <= half.value <= known.value * NEAR
    limits = f"within threefold of {molar(known.value)} ({known.source})"
    sentence = f"{curve.compound}: koff/kon is {molar(half.value)}; expected {limits}."
    status = Status.PASS if near else Status.WARN
    return Finding(f"kinetic Kd: {curve.compound}", status, half.value, limits, sentence)

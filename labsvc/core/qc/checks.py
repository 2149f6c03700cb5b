"""The checks of QC: each gives one finding. They never change a number.

Definitions and customary limits: Zhang 1999 (Z'), NIH Assay Guidance Manual (CV, specific
binding, depletion); the limits themselves stand in the protocol.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from labsvc.core.assays import saturable
from labsvc.core.assays.reduce import CONTROLS, Reduction, by_compound, labelled
from labsvc.core.assays.replicates import counted, spread
from labsvc.core.counts.radioligand import added
from labsvc.core.qc.countchecks import ANY_RESPONSE, COUNT_CHECKS
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.core.qc.measured import Measured
from labsvc.core.qc.platechecks import PLATE_CHECKS, plate_measured
from labsvc.core.qc.separationchecks import RUN_CONTROLS, SEPARATION_CHECKS
from labsvc.model.assay import Assay
from labsvc.model.notation import molar, significant
from labsvc.model.protocol import SATURABLE, Limits
from labsvc.model.result import Curve, Finding, Point, Status


@lru_cache(maxsize=1024)  # each curve of a plate is held against the same
def limits_text(limits: Limits, unit: str = "") -> str:
    """The limits in words: ``at least 0.5 (fails below 0.4)``."""
    low = _side(limits.warn_low, limits.fail_low, "at least", "below", unit)
    high = _side(limits.warn_high, limits.fail_high, "at most", "above", unit)
    return ", ".join(part for part in (low, high) if part) or "no limit set"


def _side(warn: float | None, fail: float | None, holds: str, breaks: str, unit: str) -> str:
    if warn is None and fail is None:
        return ""
    if warn is None:
        return f"{holds} {fail:g}{unit}"
    fails = f" (fails {breaks} {fail:g}{unit})" if fail is not None else ""
    return f"{holds} {warn:g}{unit}{fails}"


def grade(value: float, limits: Limits) -> Status:
    """Strict inequality: a value on its limit passes."""
    if _outside(value, limits.fail_low, limits.fail_high):
        return Status.FAIL
    if _outside(value, limits.warn_low, limits.warn_high):
        return Status.WARN
    return Status.PASS


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def finding(check: str, measured: Measured, limits: Limits) -> Finding:
    """The finding of one measured value against its limits.

    A value that the protocol wants and that could not be had warns: nothing shows the run to be
    good in this. It is not applicable when such a run has no such value.
    """
    text = limits_text(limits, measured.unit)
    if measured.value is None or not math.isfinite(measured.value):
        status = Status.WARN if measured.applies else Status.NOT_APPLICABLE
        return Finding(check, status, None, text, f"{measured.words}.")
    status = grade(measured.value, limits)
    shown = f"{_shown(measured.value, limits, status)}{measured.unit}"
    sentence = f"{measured.words} is {shown}; expected {text}."
    return Finding(check, status, measured.value, text, sentence)


def _shown(value: float, limits: Limits, status: Status) -> str:
    """Three figures, or as many more as keep 0.39996 from reading as the 0.4 it falls short of."""
    digits = 3
    while digits < 9 and grade(float(f"{value:.{digits}g}"), limits) is not status:
        digits += 1
    return significant(value, digits)


def z_prime(assay: Assay, reduction: Reduction) -> Measured:
    """Z' = 1 - 3 (SD upper + SD lower) / (mean upper - mean lower) (Zhang 1999)."""
    upper, lower = reduction.window.upper, reduction.window.lower
    if upper is None or lower is None or upper.sd is None or lower.sd is None:
        return Measured(None, "Z' needs two or more positions of each control")
    if reduction.window.span is None:
        return Measured(None, "Z' has no meaning: the 100 % control is not above the 0 % control")
    return Measured(1 - 3 * (upper.sd + lower.sd) / reduction.window.span, "Z'")


def signal_to_background(assay: Assay, reduction: Reduction) -> Measured:
    """Mean of the 100 % control over that of the 0 % control, after background where it is off."""
    upper, lower = reduction.window.upper, reduction.window.lower
    if upper is None or lower is None or lower.mean <= 0:
        return Measured(None, "Signal to background needs both controls above zero")
    return Measured(upper.mean / lower.mean, "Signal to background")


def control_cv(assay: Assay, reduction: Reduction) -> Measured:
    """CV of the 100 % control."""
    upper = reduction.window.upper
    cv = upper.cv_percent if upper else None
    if cv is None:
        return Measured(None, "The CV of the controls needs two or more positions")
    return Measured(cv, "CV of the 100 % control", " %")


def replicate_cv(assay: Assay, reduction: Reduction) -> Measured:
    """The worst CV among replicates whose mean is at least a fifth of the 100 % control.

    Below that the counts are mostly non-specific and their CV tells of counting time instead.
    """
    if assay.protocol.kind in SATURABLE:
        return _replicate_cv_of_totals(assay, reduction)
    upper = reduction.window.upper
    found = _replicate_cvs(assay, reduction)
    judged = {name: cv for name, (mean, cv) in found.items()
              if upper is None or mean >= 0.2 * upper.mean}  # fmt: skip
    if not judged:
        which = " with a fifth of the 100 % control's counts" if found else ""
        return Measured(None, f"There are no replicates{which} to take a CV of", applies=False)
    worst = max(judged, key=lambda name: judged[name])
    return Measured(judged[worst], f"Worst replicate CV ({worst})", " %")


def _replicate_cv_of_totals(assay: Assay, reduction: Reduction) -> Measured:
    unit = assay.protocol.counting.unit
    value, where = saturable.replicate_cv_percent(reduction.points, unit)
    if value is None:
        return Measured(None, f"No CV of replicates: {where}", applies=False)
    return Measured(value, f"Worst replicate CV (total {where})", " %")


def _replicate_cvs(assay: Assay, reduction: Reduction) -> dict[str, tuple[float, float]]:
    """Mean and CV of each set of replicates, by compound (with its group) and concentration."""
    cvs, unit = {}, assay.protocol.counting.unit
    for label, points in by_compound(reduction.points).items():
        doses: dict[float | None, list[Point]] = {}
        for point in points:
            doses.setdefault(point.concentration_m, []).append(point)
        for concentration, same in doses.items():
            if len(same) < 2:
                continue
            what = spread(counted(same, "sample", "reference", unit=unit))
            if what is not None and what.cv_percent is not None:
                dose = molar(concentration) if concentration is not None else "no concentration"
                cvs[f"{labelled(label)} at {dose}"] = (what.mean, what.cv_percent)
    return cvs


def nonspecific(assay: Assay, reduction: Reduction) -> Measured:
    """Mean of the 0 % control in percent of the 100 % control."""
    upper, lower = reduction.window.upper, reduction.window.lower
    if upper is None or lower is None or upper.mean <= 0:
        return Measured(None, "The non-specific fraction needs both controls")
    return Measured(100 * lower.mean / upper.mean, "Non-specific share of the total", " %")


def specific(assay: Assay, reduction: Reduction) -> Measured:
    """What is left of 100 % when the non-specific share is taken off."""
    share = nonspecific(assay, reduction)
    if share.value is None:
        return Measured(None, "The specific fraction needs both controls")
    return Measured(100 - share.value, "Specific share of the total", " %")


def ligand_depletion(assay: Assay, reduction: Reduction) -> Measured:
    """Bound in the 100 % control (specific or not) over added, both in the counting unit."""
    if assay.protocol.kind in SATURABLE:
        return _depletion_of_totals(assay, reduction)
    upper = reduction.window.upper
    if upper is None:
        return Measured(None, "Ligand depletion could not be judged: the 100 % control is missing")
    given, why = added(assay, reduction.points)
    if given is None or given <= 0:
        why = why if given is None else "nothing was added"
        return Measured(None, f"Ligand depletion could not be judged: {why}")
    return Measured(100 * upper.mean / given, f"Bound of the ligand added ({why})", " %")


def _depletion_of_totals(assay: Assay, reduction: Reduction) -> Measured:
    value, where = saturable.depletion_percent(assay, reduction.points)
    if value is None:
        return Measured(None, f"Ligand depletion could not be judged: {where}")
    return Measured(value, f"Most bound of the ligand added ({where})", " %")


CHECKS: Mapping[str, Callable[[Assay, Reduction], Measured]] = {
    "z_prime": z_prime,
    "signal_to_background": signal_to_background,
    "control_cv_percent": control_cv,
    "replicate_cv_percent": replicate_cv,
    "nonspecific_percent": nonspecific,
    "specific_percent": specific,
    "ligand_depletion_percent": ligand_depletion,
    **SEPARATION_CHECKS,
    **COUNT_CHECKS,
}
"""The checks of a whole run but for its plate, by the name a protocol's qc section uses."""

RUN_CHECKS = (*CHECKS, *PLATE_CHECKS)
"""All checks of a whole run."""


def run_findings(assay: Assay, reduction: Reduction) -> tuple[Finding, ...]:
    """The checks of the whole run that the protocol sets limits for.

    A table of fractions has no window, so nothing that is measured on one applies to it.
    """
    windowed = (
        assay.protocol.reduction.response in CONTROLS or assay.protocol.kind == "homologous_binding"
    )
    limits, own = _limits_of(assay), reduction.of_plate
    plate = plate_measured(assay, own, limits)
    measured = {
        name: plate[name]
        if name in plate
        else _measured(name, assay, reduction if name == RUN_CONTROLS else own, limits[name])
        for name in limits
        if name in RUN_CHECKS
    }
    return tuple(
        finding(
            name,
            one if windowed or _everywhere(assay, name) else replace(one, applies=False),
            limits[name],
        )
        for name, one in measured.items()
    )


def _limits_of(assay: Assay) -> Mapping[str, Limits]:
    """Those of the protocol; where controls are pooled, each plate's own are always looked at."""
    limits = assay.protocol.qc
    if not assay.fellows or RUN_CONTROLS in limits:
        return limits
    return {**limits, RUN_CONTROLS: DEFAULTS[RUN_CONTROLS]}


_WORST_FIRST = (Status.FAIL, Status.WARN, Status.PASS, Status.NOT_APPLICABLE)


def _measured(name: str, assay: Assay, reduction: Reduction, limits: Limits) -> Measured:
    """The worst of all kinds, by its name, where positions have controls of their own."""
    found: list[tuple[int, Measured]] = []
    for kind, part in reduction.kinds.items():
        one = CHECKS[name](assay, part)
        rank = _WORST_FIRST.index(finding(name, one, limits).status)
        found.append((rank, replace(one, words=f"{kind}: {one.words}")))
    if not found:
        return CHECKS[name](assay, reduction)
    return min(found, key=lambda ranked: ranked[0])[1]


def _everywhere(assay: Assay, name: str) -> bool:
    """Whether the check applies without a window: to any count, or as one of a saturation."""
    return name in ANY_RESPONSE or (assay.protocol.kind in SATURABLE and name in (
        "replicate_cv_percent", "ligand_depletion_percent",
    ))  # fmt: skip


def curve_findings(assay: Assay, curves: Sequence[Curve]) -> tuple[Finding, ...]:
    """For each curve: whether it could be fitted, then the protocol's limits on it."""
    found = [_fit_finding(curve) for curve in curves]
    for name, limits in assay.protocol.qc.items():
        if name in CURVE_CHECKS:
            found += [_curve_finding(name, curve, limits) for curve in curves]
    return tuple(one for one in found if one is not None)


def _fit_finding(curve: Curve) -> Finding | None:
    """A bound ("IC50 > 10 µM") is an answer too: an inactive compound is no fault of the plate."""
    if curve.fit is None:
        return None
    check = f"fit: {curve.compound}"
    answered = curve.fit.status == "converged" or curve.fit.qualifier is not None
    status = Status.PASS if answered else Status.WARN
    remarks = " ".join(remark.rstrip(".") + "." for remark in curve.fit.remarks)
    words = curve.fit.status.replace("_", " ")
    said = "" if curve.reportable == words else f", {curve.reportable}"
    sentence = f"{curve.compound}: the fit is {words}{said}. {remarks}".strip()
    return Finding(check, status, None, "converged, or a bound", sentence)


def _curve_finding(name: str, curve: Curve, limits: Limits) -> Finding | None:
    measured = CURVE_CHECKS[name](curve)
    return finding(f"{name}: {curve.compound}", measured, limits) if measured else None

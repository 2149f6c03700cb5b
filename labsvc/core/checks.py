"""The checks of QC: each gives one finding. They never change a number.

Definitions and customary limits: Zhang 1999 (Z'), NIH Assay Guidance Manual (CV, specific
binding, depletion); the limits themselves stand in the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labsvc.core.binding import added_cpm
from labsvc.core.reduce import Reduction, by_compound
from labsvc.core.replicates import counted, spread
from labsvc.model.assay import Assay
from labsvc.model.notation import molar, significant
from labsvc.model.protocol import Limits, Reference
from labsvc.model.result import Curve, Finding, Status


@dataclass(frozen=True, slots=True)
class Measured:
    """A check's number with the words for it; ``value`` None: ``words`` says why not."""

    value: float | None
    words: str
    unit: str = ""


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

    A value that could not be had is not applicable when that is in the nature of the run.
    """
    text = limits_text(limits, measured.unit)
    if measured.value is None:
        return Finding(check, Status.NOT_APPLICABLE, None, text, f"{measured.words}.")
    status = grade(measured.value, limits)
    shown = f"{significant(measured.value)}{measured.unit}"
    sentence = f"{measured.words} is {shown}; expected {text}."
    return Finding(check, status, measured.value, text, sentence)


def z_prime(assay: Assay, reduction: Reduction) -> Measured:
    """Z' = 1 - 3 (SD upper + SD lower) / |mean upper - mean lower| (Zhang 1999)."""
    upper, lower = reduction.window.upper, reduction.window.lower
    if upper is None or lower is None or upper.sd is None or lower.sd is None:
        return Measured(None, "Z' needs two or more positions of each control")
    distance = abs(upper.mean - lower.mean)
    if distance == 0:
        return Measured(None, "Z' has no meaning: both controls have the same mean")
    return Measured(1 - 3 * (upper.sd + lower.sd) / distance, "Z'")


def signal_to_background(assay: Assay, reduction: Reduction) -> Measured:
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
    floor = 0.2 * reduction.window.upper.mean if reduction.window.upper else 0.0
    found = {
        f"{compound} at {molar(concentration)}": cv
        for (compound, concentration), cv in _replicate_cvs(reduction, floor).items()
    }
    if not found:
        return Measured(None, "No replicates to take a CV of")
    worst = max(found, key=lambda name: found[name])
    return Measured(found[worst], f"Worst replicate CV ({worst})", " %")


def _replicate_cvs(reduction: Reduction, floor: float) -> dict[tuple[str, float], float]:
    cvs = {}
    for (compound, _), points in by_compound(reduction.points).items():
        for concentration in {point.concentration_m for point in points}:
            same = [point for point in points if point.concentration_m == concentration]
            what = spread(counted(same, "sample", "reference"))
            if what is not None and what.cv_percent is not None and what.mean >= floor:
                cvs[compound, concentration or 0.0] = what.cv_percent
    return cvs


def nonspecific(assay: Assay, reduction: Reduction) -> Measured:
    upper, lower = reduction.window.upper, reduction.window.lower
    if upper is None or lower is None or upper.mean <= 0:
        return Measured(None, "The non-specific fraction needs both controls")
    return Measured(100 * lower.mean / upper.mean, "Non-specific share of the total", " %")


def specific(assay: Assay, reduction: Reduction) -> Measured:
    share = nonspecific(assay, reduction)
    if share.value is None:
        return Measured(None, "The specific fraction needs both controls")
    return Measured(100 - share.value, "Specific share of the total", " %")


def ligand_depletion(assay: Assay, reduction: Reduction) -> Measured:
    """Bound in the total wells over added, both in cpm."""
    upper = reduction.window.upper
    added, why = added_cpm(assay)
    if added is None or added <= 0 or upper is None:
        return Measured(None, f"Ligand depletion could not be judged: {why}")
    return Measured(100 * upper.mean / added, f"Bound of the ligand added ({why})", " %")


CHECKS: Mapping[str, Callable[[Assay, Reduction], Measured]] = {
    "z_prime": z_prime,
    "signal_to_background": signal_to_background,
    "control_cv_percent": control_cv,
    "replicate_cv_percent": replicate_cv,
    "nonspecific_percent": nonspecific,
    "specific_percent": specific,
    "ligand_depletion_percent": ligand_depletion,
}
"""The checks of a whole run, by the name a protocol's qc section uses."""

CURVE_CHECKS = {"hill": "hill", "curve_top": "top", "curve_bottom": "bottom"}
"""The checks of each curve, with the fitted parameter they look at."""


def run_findings(assay: Assay, reduction: Reduction) -> tuple[Finding, ...]:
    """The checks of the whole run that the protocol sets limits for."""
    return tuple(
        finding(name, CHECKS[name](assay, reduction), limits)
        for name, limits in assay.protocol.qc.items()
        if name in CHECKS
    )


def curve_findings(assay: Assay, curves: Sequence[Curve]) -> tuple[Finding, ...]:
    """For each curve: whether it could be fitted, then the protocol's limits on it."""
    found = [_fit_finding(curve) for curve in curves]
    for name, limits in assay.protocol.qc.items():
        if name in CURVE_CHECKS:
            found += [_curve_finding(name, curve, limits) for curve in curves]
    return tuple(one for one in found if one is not None)


def _fit_finding(curve: Curve) -> Finding | None:
    if curve.fit is None:
        return None
    check = f"fit: {curve.compound}"
    status = Status.PASS if curve.fit.status == "converged" else Status.WARN
    remarks = " ".join(remark.rstrip(".") + "." for remark in curve.fit.remarks)
    words = curve.fit.status.replace("_", " ")
    said = "" if curve.reportable == words else f", {curve.reportable}"
    sentence = f"{curve.compound}: the fit is {words}{said}. {remarks}".strip()
    return Finding(check, status, None, "converged", sentence)


def _curve_finding(name: str, curve: Curve, limits: Limits) -> Finding | None:
    parameter = curve.fit.parameters.get(CURVE_CHECKS[name]) if curve.fit else None
    if parameter is None or parameter.value is None or parameter.fixed:
        return None
    value = abs(parameter.value) if name == "hill" else parameter.value
    words = "|Hill slope|" if name == "hill" else f"fitted {CURVE_CHECKS[name]}"
    unit = "" if name == "hill" else f" {parameter.unit}".rstrip()
    return finding(f"{name}: {curve.compound}", Measured(value, f"{curve.compound}: {words}", unit),
                   limits)  # fmt: skip


def reference_findings(assay: Assay, curves: Sequence[Curve]) -> tuple[Finding, ...]:
    """Each reference compound of the protocol against its accepted range.

    One that was not run warns: without it the plate is not shown to be right.
    """
    return tuple(_reference(reference, curves) for reference in assay.protocol.references)


def _reference(reference: Reference, curves: Sequence[Curve]) -> Finding:
    check = f"reference: {reference.compound}"
    symbol = "Ki" if reference.parameter == "ki" else "IC50"
    limits = f"{molar(reference.low_m)} to {molar(reference.high_m)} ({reference.source})"
    wanted = reference.compound.casefold()
    found = [curve for curve in curves if curve.compound.casefold() == wanted]
    if not found:
        sentence = f"The reference compound {reference.compound} was not on this run."
        return Finding(check, Status.WARN, None, limits, sentence)
    value = _value_of(found[0], reference)
    if value is None:
        sentence = (
            f"{reference.compound} gave no {symbol} ({found[0].reportable}); expected {limits}."
        )
        return Finding(check, Status.FAIL, None, limits, sentence)
    inside = reference.low_m <= value <= reference.high_m
    sentence = f"{symbol} of {reference.compound} is {molar(value)}; expected {limits}."
    return Finding(check, Status.PASS if inside else Status.FAIL, value, limits, sentence)


def _value_of(curve: Curve, reference: Reference) -> float | None:
    if reference.parameter == "ki":
        return curve.ki.value if curve.ki else None
    ic50 = curve.fit.parameters.get("ic50") if curve.fit else None
    return ic50.value if ic50 else None

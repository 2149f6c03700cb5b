"""QC of the reference compounds: each against the range that its protocol accepts."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.core.assays import kinetic, saturable
from labsvc.model.assay import Assay
from labsvc.model.notation import molar
from labsvc.model.protocol import Reference
from labsvc.model.result import Curve, Finding, Status


def reference_findings(assay: Assay, curves: Sequence[Curve]) -> tuple[Finding, ...]:
    """Each reference compound of the protocol against its accepted range.

    One that was not run warns: without it the plate is not shown to be right.
    """
    return tuple(
        found for reference in assay.protocol.references for found in _reference(reference, curves)
    )


def _reference(reference: Reference, curves: Sequence[Curve]) -> tuple[Finding, ...]:
    """One finding for each curve of the compound, in whatever group it was run."""
    wanted = reference.compound.casefold()
    found = [curve for curve in curves if _compound(curve).casefold() == wanted]
    if found:
        return tuple(_held_against(reference, curve) for curve in found)
    sentence = f"The reference compound {reference.compound} was not on this run."
    check = f"reference: {reference.compound}"
    return (Finding(check, Status.WARN, None, _accepted(reference), sentence),)


def _compound(curve: Curve) -> str:
    """The compound without the group that the curve's name may carry."""
    if curve.fit is not None and curve.fit.model in (*saturable.CONSTANTS, *kinetic.MODELS):
        return curve.compound.partition(" (")[0]
    return (curve.points[0].compound if curve.points else None) or curve.compound


def _accepted(reference: Reference) -> str:
    return f"{molar(reference.low_m)} to {molar(reference.high_m)} ({reference.source})"


def _held_against(reference: Reference, curve: Curve) -> Finding:
    group, limits = curve.compound[len(_compound(curve)) :], _accepted(reference)
    check = f"reference: {reference.compound}{group}"
    symbol = {"ki": "Ki", "ic50": "IC50", "kd": "Kd", "km": "Km"}[reference.parameter]
    value = _value_of(curve, reference)
    if value is None:
        sentence = f"{curve.compound} gave no {symbol} ({curve.reportable}); expected {limits}."
        return Finding(check, Status.FAIL, None, limits, sentence)
    inside = reference.low_m <= value <= reference.high_m
    shown = molar(value)
    if not inside and shown in (molar(reference.low_m), molar(reference.high_m)):
        shown = f"{value:.6g} M"
    sentence = f"{symbol} of {curve.compound} is {shown}; expected {limits}."
    return Finding(check, Status.PASS if inside else Status.FAIL, value, limits, sentence)


def _value_of(curve: Curve, reference: Reference) -> float | None:
    if reference.parameter == "ki":
        return curve.ki.value if curve.ki else None
    found = curve.fit.parameters.get(reference.parameter) if curve.fit else None
    return found.value if found else None

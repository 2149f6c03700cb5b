"""The pure line on one screen: match -> reduce -> fit -> judge."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from labsvc.core.assays.binding import affinity, constants_of, reportable
from labsvc.core.assays.fellows import with_fellows
from labsvc.core.assays.kinds import curves_of, kind_findings, reduced, response_label
from labsvc.core.assays.reduce import CONTROLS, Reduction, by_compound, control_scatter, labelled
from labsvc.core.assays.replicates import place
from labsvc.core.assays.tightbinding import Bound, bound_of, ki_remarks
from labsvc.core.benchsteps.timeline import annotated, step_findings
from labsvc.core.benchsteps.washing import Washing, washings
from labsvc.core.benchsteps.words import bench_operations
from labsvc.core.counts.radioligand import Ligand, ligand_of
from labsvc.core.counts.standards import standard_findings
from labsvc.core.fit import CurveData, InhibitionModel, fit_inhibition
from labsvc.core.fitting.outliers import Suspect, outlier_remark, proposed
from labsvc.core.matching.layout import recounted, unplaced
from labsvc.core.matching.match import match
from labsvc.core.qc.checks import curve_findings, run_findings
from labsvc.core.qc.judge import verdict
from labsvc.core.qc.referencechecks import reference_findings
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay, BenchEvent, Held, Unit
from labsvc.model.document import Json
from labsvc.model.jsontext import compact
from labsvc.model.notation import in_unit
from labsvc.model.protocol import Protocol
from labsvc.model.recorddocument import reading_document
from labsvc.model.result import (
    Curve,
    Finding,
    Fit,
    Operation,
    Point,
    Result,
    Status,
    Verdict,
)
from labsvc.model.runsheet import RunSheet
from labsvc.model.telling import Report

RESPONSE_LABELS = {
    "percent_specific": "Specific binding (%)",
    "percent_of_control": "Percent of control (%)",
    "percent_inhibition": "Inhibition (%)",
    "fraction_of_added": "Fraction of vehicle control",
}


def analyse(
    unit: Unit,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Result:
    """All that can be said of one unit: a judged result, or a held one that says why."""
    match match(unit, protocols, sheets, events):
        case Held() as held:
            return _held(held)
        case Assay() as assay:
            return _together(with_fellows(assay, protocols, sheets, events))


def _together(found: Assay | Held) -> Result:
    return _held(found) if isinstance(found, Held) else _concluded(found)


def _concluded(assay: Assay) -> Result:
    try:
        return conclude(assay)
    except LayoutError as error:
        released_by = "a protocol that fits the run"
        return _held(Held(assay.unit, str(error), released_by, assay.candidates))


def conclude(assay: Assay) -> Result:
    """Reduce, fit and judge an assay; LayoutError when it lacks the protocol's channel."""
    reduction = reduced(assay)
    ligand, plan = ligand_of(assay, reduction.points), assay.protocol.report
    curves = _in_unit(fit_curves(assay, reduction, ligand), plan)
    steps = step_findings(assay.protocol, assay.timeline)
    washed = washings(assay.protocol.steps, assay.timeline)
    findings = (
        *assay.findings,
        *run_findings(assay, reduction),
        *_window_findings(assay, reduction),
        *standard_findings(assay, reduction.points),
        *kind_findings(assay, reduction, curves),
        *reference_findings(assay, curves),
        *curve_findings(assay, curves),
        *steps,
        *(one.finding for one in washed),
    )
    return replace(
        _frame(assay.unit, verdict(findings)),
        title=(plan.title if plan else "") or assay.protocol.title,
        report=plan,
        protocol=assay.protocol.name,
        protocol_version=assay.protocol.version,
        protocol_digest=assay.protocol.digest,
        runsheet=assay.runsheet.name,
        runsheet_digest=assay.runsheet.digest,
        candidates=assay.candidates,
        timeline=annotated(assay.timeline, _remarks(assay.protocol, steps, washed)),
        constants=constants_of(assay, ligand),
        operations=(
            *assay.operations,
            *bench_operations(assay.protocol.steps),
            *reduction.operations,
            *_ligand_told(assay, ligand),
            *_coverage(assay),
        ),
        points=reduction.points,
        curves=curves,
        groups=reduction.groups,
        findings=findings,
        response_label=response_label(assay, reduction)
        or RESPONSE_LABELS[assay.protocol.reduction.response],
        plate_size=assay.protocol.layout.size,
        lots=assay.runsheet.lots,
        operator=assay.runsheet.operator,
    )


def fit_curves(
    assay: Assay, reduction: Reduction, ligand: Ligand | None = None
) -> tuple[Curve, ...]:
    """One curve for each compound, all fitted at once; unfitted when the protocol has no fit."""
    made = curves_of(assay, reduction)
    if made is not None:
        return made
    found = by_compound(reduction.points)
    plan = assay.protocol.fit
    if plan is None or not found:
        return ()
    rising = assay.protocol.reduction.response == "percent_inhibition"
    series = [_curve_data(points, plan.fixed, rising=rising) for points in found.values()]
    scatter = control_scatter(reduction.window, rising=rising)
    model = cast("InhibitionModel", plan.model)  # what protocols of these kinds have
    fits = _remarked(found.values(), series, fit_inhibition(model, series), scatter)
    ligand = (ligand or ligand_of(assay, reduction.points)) if plan.affinity else None
    bound = bound_of(assay, reduction) if plan.affinity else None
    return tuple(
        _curve(label, points, fit, ligand, bound)
        for (label, points), fit in zip(found.items(), fits, strict=True)
    )


def _in_unit(curves: tuple[Curve, ...], plan: Report | None) -> tuple[Curve, ...]:
    """The curves with what is reported of them in the unit that the report asks for."""
    if plan is None or not plan.unit:
        return curves
    return tuple(replace(one, reportable=in_unit(one.reportable, plan.unit)) for one in curves)


def _curve_data(
    points: Sequence[Point], fixed: Mapping[str, float], *, rising: bool
) -> CurveData:  # fmt: skip
    nan = float("nan")
    usable = _dosed(points)
    deviations = [point.response_sd for point in usable]
    return CurveData(
        concentrations_m=tuple(point.concentration_m or 0.0 for point in usable),
        responses=tuple(
            nan if point.masked or point.response is None else point.response for point in usable
        ),
        weights=tuple(1 / sd**2 if sd else 0.0 for sd in deviations) if any(deviations) else None,
        fixed=fixed,
        direction="rising" if rising else "falling",
    )


def _dosed(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.concentration_m is not None]


def _remarked(
    found: Iterable[Sequence[Point]], series: Sequence[CurveData], fits: Sequence[Fit],
    scatter: tuple[float, float] | None,
) -> list[Fit]:  # fmt: skip
    """The fits with the outliers that ROUT proposes; none without the scatter of both controls."""
    if scatter is None:
        return list(fits)
    suspects = [
        Suspect(one.concentrations_m, one.responses, fit, scatter)
        for one, fit in zip(series, fits, strict=True)
    ]
    named = [
        [place(_dosed(points)[index]) for index in places]
        for points, places in zip(found, proposed(suspects), strict=True)
    ]
    return [
        replace(fit, remarks=(*fit.remarks, outlier_remark(places))) if places else fit
        for fit, places in zip(fits, named, strict=True)
    ]


def _curve(
    label: tuple[str, str], points: Sequence[Point], fit: Fit, ligand: Ligand | None,
    bound: Bound | None,
) -> Curve:  # fmt: skip
    """``ligand`` None: no Ki is asked for."""
    ki = affinity(fit, ligand) if ligand is not None else None
    doubts = ki_remarks(ki, ligand, bound) if ki is not None and ligand is not None else ()
    said = replace(fit, remarks=(*fit.remarks, *doubts)) if doubts else fit
    return Curve(labelled(label), tuple(points), said, ki, reportable(said, ki), points[0].role)


def _ligand_told(assay: Assay, ligand: Ligand) -> tuple[Operation, ...]:
    """How a counted concentration was come by; a table of fractions has no use for one."""
    if ligand.told is None or assay.protocol.reduction.response == "fraction_of_added":
        return ()
    return (ligand.told,)


def _window_findings(assay: Assay, reduction: Reduction) -> tuple[Finding, ...]:
    """Without a window between the controls there is no percentage, so nothing to accept."""
    if assay.protocol.reduction.response == "fraction_of_added":
        return _fraction_findings(reduction)
    kinds = reduction.kinds or {"": reduction}
    lacking = [kind for kind, one in kinds.items() if one.window.span is None]
    if not lacking or assay.protocol.reduction.response not in CONTROLS:
        return ()
    of = f" of {', '.join(lacking)}" if reduction.kinds else ""
    sentence = (
        f"The controls{of} leave no window (100 % must lie above 0 %), so nothing was fitted."
    )
    return (Finding("window", Status.FAIL, None, "100 % control above 0 % control", sentence),)


def _fraction_findings(reduction: Reduction) -> tuple[Finding, ...]:
    rows = len(reduction.groups)
    got = sum(
        1 for group in reduction.groups if group.values.get("fraction_of_vehicle") is not None
    )
    status = Status.PASS if got == rows and rows else Status.FAIL
    sentence = f"{got} of {rows} rows have both their added mix and their vehicle control."
    return (Finding("fractions", status, float(got), f"all {rows} rows", sentence),)


def _coverage(assay: Assay) -> tuple[Operation, ...]:
    """What of the run's readings took no part: other positions, earlier counts of the same."""
    left, again = unplaced(assay.unit, assay.wells), recounted(assay.unit)
    stray = (
        f"{left} counted positions of the run are not in run sheet {assay.runsheet.name} and take "
        "no part; if they belong to this experiment, add them to the run sheet."
    )
    repeated = f"{again} positions were counted more than once; the last count of each is used."
    told = (
        Operation("positions not in the run sheet", stray, {"positions": float(left)}),
        Operation("repeated counts", repeated, {"positions": float(again)}),
    )
    return tuple(one for one in told if one.inputs["positions"])


def _remarks(
    protocol: Protocol, findings: Sequence[Finding], washed: Sequence[Washing]
) -> list[tuple[str | None, Finding]]:
    """Findings with the event of the timeline each belongs to: of a step, the one that ends it."""
    ends = {f"step_{step.name}": step.ends for step in protocol.steps}
    of_steps = [(ends.get(finding.check), finding) for finding in findings]
    return [*of_steps, *((one.event, one.finding) for one in washed)]


def run_id(unit: Unit) -> str:
    """Twelve hex digits that name the unit for ever: from its run key, plate and cycle."""
    again = f"\ncycle {unit.cycle}" if unit.cycle > 1 else ""
    named = f"{unit.run.run_key}\n{unit.plate or ''}{again}"
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def readings_digest(unit: Unit, documents: Sequence[Json] | None = None) -> str:
    """SHA-256 of the unit's readings: equal for the same run exported twice.

    ``documents`` are those of its readings, in their order, where they were made already.
    """
    made = documents if documents is not None else [reading_document(one) for one in unit.readings]
    return hashlib.sha256(compact(made).encode()).hexdigest()


def _frame(unit: Unit, outcome: Verdict) -> Result:
    instrument = unit.run.instrument
    return Result(
        run_id=run_id(unit),
        verdict=outcome,
        title="",
        protocol=None,
        protocol_version=None,
        protocol_digest=None,
        runsheet=None,
        runsheet_digest=None,
        instrument=" ".join(part for part in (instrument.vendor, instrument.model) if part),
        run_key=unit.run.run_key,
        plate=unit.plate,
        plate_id=unit.plate_id,
        counted_at_text=unit.run.counted_at_text,
        simulated=unit.simulated,
        masks=unit.masks,
    )


def _held(held: Held) -> Result:
    return replace(
        _frame(held.unit, Verdict.HELD),
        title=f"{held.unit.file_name}: not analysed yet",
        candidates=held.candidates,
        held_because=held.because,
        released_by=held.released_by,
        waits_for=held.waits_for,
    )

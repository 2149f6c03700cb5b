"""The pure line on one screen: match -> reduce -> fit -> judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labsvc.core.assays.binding import constants_of
from labsvc.core.assays.fellows import with_fellows
from labsvc.core.assays.kinds import curves_of, kind_findings, reduced, response_label
from labsvc.core.assays.reduce import CONTROLS, Reduction
from labsvc.core.assays.tightbinding import bound_of
from labsvc.core.benchsteps.timeline import annotated, step_findings
from labsvc.core.benchsteps.washing import Washing, washings
from labsvc.core.benchsteps.words import bench_operations
from labsvc.core.counts.radioligand import Ligand, ligand_of
from labsvc.core.counts.standards import standard_findings
from labsvc.core.dosecurves import Asked, asked, curves, fitted
from labsvc.core.identity import run_id
from labsvc.core.matching.layout import recounted, unplaced
from labsvc.core.matching.match import match
from labsvc.core.qc.checks import curve_findings, run_findings
from labsvc.core.qc.judge import verdict
from labsvc.core.qc.referencechecks import reference_findings
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay, BenchEvent, Held, Unit
from labsvc.model.notation import in_unit
from labsvc.model.protocol import Protocol
from labsvc.model.result import (
    Curve,
    Finding,
    Fit,
    Operation,
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
    return finish([begin(unit, protocols, sheets, events)])[0]


@dataclass(frozen=True, slots=True)
class Begun:
    """An assay matched and reduced: the inhibition curves to be fitted of it, or its others."""

    assay: Assay
    reduction: Reduction
    asked: Asked | None
    curves: tuple[Curve, ...] = ()


def begin(
    unit: Unit,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Begun | Result:
    """One unit up to its fits; a held one is known already."""
    found = match(unit, protocols, sheets, events)
    if isinstance(found, Assay):
        found = with_fellows(found, protocols, sheets, events)
    if isinstance(found, Held):
        return _held(found)
    try:
        return _begun(found)
    except LayoutError as error:
        return _unfit(found, error)


def finish(units: Sequence[Begun | Result]) -> list[Result]:
    """What follows for each; the curves of all of them are fitted at once."""
    wanted = [one.asked for one in units if isinstance(one, Begun) and one.asked is not None]
    fits = iter(fitted(wanted))
    return [
        one if isinstance(one, Result) else _finished(one, next(fits) if one.asked else ())
        for one in units
    ]


def _finished(begun: Begun, fits: Sequence[Fit]) -> Result:
    try:
        return _concluded(begun, fits)
    except LayoutError as error:
        return _unfit(begun.assay, error)


def _unfit(assay: Assay, error: LayoutError) -> Result:
    released_by = "a protocol that fits the run"
    return _held(Held(assay.unit, str(error), released_by, assay.candidates))


def conclude(assay: Assay) -> Result:
    """Reduce, fit and judge an assay; LayoutError when it lacks the protocol's channel."""
    begun = _begun(assay)
    (fits,) = fitted([begun.asked]) if begun.asked else ((),)
    return _concluded(begun, fits)


def _begun(assay: Assay) -> Begun:
    reduction = reduced(assay)
    made = curves_of(assay, reduction)
    if made is not None:
        return Begun(assay, reduction, None, made)
    return Begun(assay, reduction, asked(assay, reduction))


def _concluded(begun: Begun, fits: Sequence[Fit]) -> Result:
    assay, reduction, plan = begun.assay, begun.reduction, begun.assay.protocol.report
    ligand = ligand_of(assay, reduction.points)
    made = _in_unit(_curves(begun, fits, ligand), plan)
    steps = step_findings(assay.protocol, assay.timeline)
    washed = washings(assay.protocol.steps, assay.timeline)
    findings = (
        *assay.findings,
        *run_findings(assay, reduction),
        *_window_findings(assay, reduction),
        *standard_findings(assay, reduction.points),
        *kind_findings(assay, reduction, made),
        *reference_findings(assay, made),
        *curve_findings(assay, made),
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
        curves=made,
        groups=reduction.groups,
        findings=findings,
        response_label=response_label(assay, reduction)
        or RESPONSE_LABELS[assay.protocol.reduction.response],
        plate_size=assay.protocol.layout.size,
        lots=assay.runsheet.lots,
        operator=assay.runsheet.operator,
    )


def _curves(begun: Begun, fits: Sequence[Fit], ligand: Ligand | None) -> tuple[Curve, ...]:
    """One curve for each compound; none when the protocol has no fit."""
    wanted, plan = begun.asked, begun.assay.protocol.fit
    if wanted is None or plan is None:
        return begun.curves
    if not plan.affinity:
        return curves(wanted, fits)
    return curves(wanted, fits, ligand, bound_of(begun.assay, begun.reduction))


def _in_unit(curves: tuple[Curve, ...], plan: Report | None) -> tuple[Curve, ...]:
    """The curves with what is reported of them in the unit that the report asks for."""
    if plan is None or not plan.unit:
        return curves
    return tuple(replace(one, reportable=in_unit(one.reportable, plan.unit)) for one in curves)


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

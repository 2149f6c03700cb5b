"""What the kinds of assay other than inhibition curves do: their curves, rows and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labsvc.core.assays import homologous, kinetic, saturable, screen, timecourse
from labsvc.core.assays.reduce import Reduction, Window, reduce
from labsvc.core.counts.amounts import LABELS, label_of, scale_of, scaled
from labsvc.core.counts.netcounts import counted_points
from labsvc.model.assay import Assay
from labsvc.model.protocol import SATURABLE
from labsvc.model.result import Curve, Finding


def reduced(assay: Assay) -> Reduction:
    """The reduction of any kind; LayoutError where the run lacks the protocol's channel."""
    plan = assay.protocol.reduction
    if plan.response in LABELS:
        return _amounts(assay)
    reduction = reduce(assay)
    if assay.protocol.kind != "primary_screen":
        return reduction
    rows = screen.rows(reduction.points)
    return replace(reduction, groups=rows)


def _amounts(assay: Assay) -> Reduction:
    plan = assay.protocol.reduction
    points, told = counted_points(assay)
    minutes = plan.minutes if plan.response == "rate" else None
    scale = scale_of(assay, points, minutes=minutes)
    placed = scaled(points, scale)
    if assay.protocol.kind in ("time_course", "kinetic_binding"):
        placed, off = timecourse.net(placed), timecourse.net_told(placed)
        told = (*told, scale.told, *off)
    else:
        told = (*told, scale.told)
    window = Window(None, None)
    if assay.protocol.kind == "homologous_binding":
        window = homologous.window(points, assay.protocol.counting.unit)
    return Reduction(placed, window, told, unit=scale.unit)


def response_label(assay: Assay, reduction: Reduction) -> str | None:
    """``Bound (fmol/mg)``; None where the response is none of these amounts."""
    response = assay.protocol.reduction.response
    return label_of(response, reduction.unit) if response in LABELS else None


def curves_of(assay: Assay, reduction: Reduction) -> tuple[Curve, ...] | None:
    """The curves of these kinds; None where they are inhibition curves."""
    kind = assay.protocol.kind
    if kind in SATURABLE:
        return saturable.curves(assay, reduction.points, reduction.unit)
    makers = {
        "time_course": timecourse.curves,
        "homologous_binding": homologous.curves,
        "kinetic_binding": kinetic.curves,
    }
    if kind in makers:
        return makers[kind](assay, reduction.points, reduction.unit)
    return () if kind == "primary_screen" else None


def kind_findings(
    assay: Assay, reduction: Reduction, curves: Sequence[Curve]
) -> tuple[Finding, ...]:  # fmt: skip
    """What is checked of these kinds whatever the protocol's limits."""
    kind = assay.protocol.kind
    if kind in SATURABLE:
        found = saturable.role_findings(reduction.points)
        return (*found, *saturable.range_findings(curves))
    if kind == "time_course":
        blank = timecourse.blank_findings(reduction.points)
        return (*timecourse.findings(assay, curves), *blank)
    if kind == "homologous_binding":
        return homologous.findings(curves)
    if kind == "kinetic_binding":
        blank = timecourse.blank_findings(reduction.points)
        return (*kinetic.findings(assay, curves), *blank)
    if kind == "primary_screen":
        return screen.findings(reduction.groups, assay.protocol.hits)
    return ()

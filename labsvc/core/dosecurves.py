"""The inhibition curves that an assay asks for, and their fits: of one plate or of several at once.

A fit is the same to the bit whatever it is made with, so plates that wait together are fitted in
one call, which costs half as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from labsvc.core.assays.binding import affinity, reportable
from labsvc.core.assays.reduce import Reduction, by_compound, control_scatter, labelled
from labsvc.core.assays.replicates import place
from labsvc.core.assays.tightbinding import Bound, ki_remarks
from labsvc.core.counts.radioligand import Ligand
from labsvc.core.fit import CurveData, InhibitionModel, fit_inhibition
from labsvc.core.fitting.outliers import Suspect, outlier_remark, proposed
from labsvc.model.assay import Assay
from labsvc.model.result import Curve, Fit, Point


@dataclass(frozen=True, slots=True)
class Asked:
    """The curves of one assay: the points of each compound, and what is fitted of them.

    ``scatter``: the SD of a response at 0 and at 100; None where the controls do not tell both.
    """

    model: InhibitionModel
    points: Mapping[tuple[str, str], Sequence[Point]]
    series: tuple[CurveData, ...]
    scatter: tuple[float, float] | None


def asked(assay: Assay, reduction: Reduction) -> Asked | None:
    """None when the protocol has no fit, or nothing was dosed."""
    found, plan = by_compound(reduction.points), assay.protocol.fit
    if plan is None or not found:
        return None
    rising = assay.protocol.reduction.response == "percent_inhibition"
    return Asked(
        cast("InhibitionModel", plan.model),  # what protocols of these kinds have
        found,
        tuple(_curve_data(points, plan.fixed, rising=rising) for points in found.values()),
        control_scatter(reduction.window, rising=rising),
    )


def fitted(plates: Sequence[Asked]) -> list[list[Fit]]:
    """The fits of each, with the outliers that ROUT proposes: none without a scatter."""
    fits = iter(_fits(plates))
    own = [[next(fits) for _ in one.series] for one in plates]
    tested = [row for row, one in enumerate(plates) if one.scatter is not None]
    suspects = [each for row in tested for each in _suspects(plates[row], own[row])]
    found = iter(proposed(suspects))
    for row in tested:
        own[row] = [
            _remarked(fit, points, next(found))
            for fit, points in zip(own[row], plates[row].points.values(), strict=True)
        ]
    return own


def curves(
    wanted: Asked, fits: Sequence[Fit], ligand: Ligand | None = None, bound: Bound | None = None
) -> tuple[Curve, ...]:
    """One curve for each compound; ``ligand`` None: no Ki is asked for."""
    return tuple(
        _curve(label, points, fit, ligand, bound)
        for (label, points), fit in zip(wanted.points.items(), fits, strict=True)
    )


def _curve(
    label: tuple[str, str], points: Sequence[Point], fit: Fit, ligand: Ligand | None,
    bound: Bound | None,
) -> Curve:  # fmt: skip
    ki = affinity(fit, ligand) if ligand is not None else None
    doubts = ki_remarks(ki, ligand, bound) if ki is not None and ligand is not None else ()
    said = replace(fit, remarks=(*fit.remarks, *doubts)) if doubts else fit
    return Curve(labelled(label), tuple(points), said, ki, reportable(said, ki), points[0].role)


def _fits(plates: Sequence[Asked]) -> list[Fit]:
    """Of all curves in their order, those of one model in one call."""
    series = [(one.model, each) for one in plates for each in one.series]
    rows: dict[InhibitionModel, list[int]] = {}
    for row, (model, _) in enumerate(series):
        rows.setdefault(model, []).append(row)
    found: dict[int, Fit] = {}
    for model, of in rows.items():
        fits = fit_inhibition(model, [series[row][1] for row in of])
        found |= zip(of, fits, strict=True)
    return [found[row] for row in range(len(series))]


def _suspects(one: Asked, fits: Sequence[Fit]) -> list[Suspect]:
    assert one.scatter is not None
    return [
        Suspect(each.concentrations_m, each.responses, fit, one.scatter)
        for each, fit in zip(one.series, fits, strict=True)
    ]


def _remarked(fit: Fit, points: Sequence[Point], outlying: Sequence[int]) -> Fit:
    if not outlying:
        return fit
    dosed = _dosed(points)
    named = outlier_remark([place(dosed[index]) for index in outlying])
    return replace(fit, remarks=(*fit.remarks, named))


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

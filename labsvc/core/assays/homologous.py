"""Homologous competition: the radioligand against its own unlabelled form gives Kd and Bmax.

``Y = bmax L / (L + X + kd) + ns L`` with L the labelled and X the unlabelled ligand (DeBlasi et al.
1989, Trends Pharmacol Sci 10:227). One L tells Kd and Bmax apart poorly; two or more tell it well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

from labsvc.core.assays.reduce import Window
from labsvc.core.assays.replicates import counted, spread
from labsvc.core.assays.saturable import NONSPECIFIC, TOTAL, reportable
from labsvc.core.counts.radioligand import ligand_of
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.model.assay import Assay
from labsvc.model.protocol import FitPlan
from labsvc.model.result import Curve, Finding, Fit, Point, Status

MODEL = "homologous_competition"
HOT = {
    "radioligand_M": 1.0,
    "radioligand_uM": 1e-6,
    "radioligand_nM": 1e-9,
    "radioligand_pM": 1e-12,
}
"""The columns of a run sheet that give each position its labelled ligand, with their unit."""

WEAKEST_M, STRONGEST_M = 1e-18, 56.0  # beyond them a unit was mistyped


def hot_of(point: Point) -> float | None:
    """The labelled ligand's concentration (M) in the position's own column; None without one."""
    for name, unit in HOT.items():
        if point.group.get(name):
            return _number(point.group[name], unit)
    return None


def _labelled(point: Point, nominal: float | None) -> Point:
    """With the run's concentration, where the position names none of its own."""
    if nominal is None or any(point.group.get(name) for name in HOT):
        return point
    return point._replace(group={**point.group, "radioligand_M": repr(nominal)})


def _number(text: str, unit: float) -> float | None:
    try:
        found = float(text) * unit
    except ValueError:
        return None
    return found if WEAKEST_M <= found <= STRONGEST_M else None


def series(points: Sequence[Point]) -> dict[tuple[str, str], list[Point]]:
    """By compound and group: its points with the totals of that group, which hold none of it."""
    found: dict[tuple[str, str], list[Point]] = {}
    for one in points:
        if one.role in ("sample", "reference") and one.compound and one.concentration_m is not None:
            found.setdefault((one.compound, _group(one)), []).append(one)
    for (_, group), part in found.items():
        part[:0] = [one for one in points if one.role in TOTAL and _group(one) in (group, "")]
    return found


def _group(point: Point) -> str:
    return ", ".join(text for name, text in point.group.items() if name not in HOT and text)


def curves(assay: Assay, points: Sequence[Point], unit: str) -> tuple[Curve, ...]:
    """A curve for each compound and group; unfitted where the protocol has no fit."""
    ligand, plan = ligand_of(assay, points).concentration, assay.protocol.fit
    nominal = ligand.value if ligand else None
    found = []
    labelled = [_labelled(one, nominal) for one in points]
    for (compound, group), part in series(labelled).items():
        one = fitted(part, plan, unit) if plan is not None else None
        label = f"{compound} ({group})" if group else compound
        found.append(Curve(label, tuple(part), one, None, reportable(one)))
    return tuple(found)


def fitted(points: Sequence[Point], plan: FitPlan, unit: str) -> Fit:
    """Kd and Bmax of one series; a point without a labelled concentration has no place in it."""
    read = DataSet(
        x=tuple(one.concentration_m or 0.0 for one in points),
        y=tuple(nan if one.masked or one.response is None else one.response for one in points),
        conc=tuple(nan if (hot := hot_of(one)) is None else hot for one in points),
        units=unit,
    )
    return fit(MODEL, read, fixed=dict(plan.fixed), weights=plan.weights)


def window(points: Sequence[Point], unit: str) -> Window:
    """The controls in the counting unit, where all have one labelled concentration and group."""
    held: Mapping[tuple[str, ...], list[float]] = {
        roles: counted(points, *roles, unit=unit) for roles in (TOTAL, NONSPECIFIC)
    }
    kinds = {
        tuple(sorted(one.group.items())) for one in points if one.role in (*TOTAL, *NONSPECIFIC)
    }
    if len(kinds) > 1:
        return Window(None, None)
    return Window(spread(held[TOTAL]), spread(held[NONSPECIFIC]))


def findings(found: Sequence[Curve]) -> tuple[Finding, ...]:
    """Whether there is a series of the unlabelled ligand at all."""
    if not found:
        sentence = "No position holds the unlabelled ligand; expected some as sample."
        return (Finding("unlabelled", Status.FAIL, 0.0, "one series or more", sentence),)
    return ()

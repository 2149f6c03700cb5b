"""Vials of any kind of assay for the core's tests: what stands in each, and what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from labsvc.model.assay import Assay
from labsvc.model.protocol import (
    Cited,
    Counting,
    FitPlan,
    Kind,
    Layout,
    Protocol,
    Radioligand,
    Reduction,
    Role,
)
from labsvc.model.runsheet import Placement
from tests.core.bench import PROTOCOL, SHEET, assay, reading

LIGAND = Radioligand("[3H]nisoxetine", "3H", specific_activity_ci_per_mmol=80.0,
                     specific_activity_on=date(2026, 1, 15))  # fmt: skip
EFFICIENCY = Counting(efficiency_percent=40.0, efficiency_source="standards of May")


@dataclass(frozen=True, slots=True)
class Vial:
    """One vial and its net count rate."""

    role: Role
    cpm: float
    concentration_m: float | None = None
    compound: str | None = None
    group: dict[str, str] = field(default_factory=dict)


def protocol(kind: Kind, response: str, model: str | None = None, **changes: object) -> Protocol:
    """A protocol of vials with a counting efficiency of 40 % and 80 Ci/mmol."""
    plan = FitPlan(model) if model else None  # type: ignore[arg-type]
    plain = replace(
        PROTOCOL, kind=kind, layout=Layout(None), radioligand=LIGAND, counting=EFFICIENCY,
        reduction=Reduction(response), fit=plan, assay_volume_ml=0.25,  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def counted(
    found: Protocol, vials: Sequence[Vial], *, protein: Cited | None = None
) -> Assay:  # fmt: skip
    """The vials in rack 1, in order, counted and placed."""
    places = tuple(
        Placement(str(n), one.role, "1", one.compound, one.concentration_m, dict(one.group))
        for n, one in enumerate(vials, start=1)
    )
    sheet = replace(SHEET, compounds=(), placements=places, protein=protein)
    run = [reading(str(n), one.cpm, rack="1", order=n) for n, one in enumerate(vials, start=1)]
    return assay(run, found, sheet)

"""Where Cheng-Prusoff no longer holds: much of the radioligand bound, or much receptor.

It takes free concentrations for added ones. Exact mass balance of receptor R, radioligand L and
competitor I needs no such thing: at the IC50 half of the bound radioligand B is left,

    B = [R + L + Kd - sqrt((R + L + Kd)^2 - 4 R L)] / 2     without competitor, R and L total
    Rf = Kd (B/2) / (L - B/2)                               free receptor at the IC50
    RI = R - Rf - B/2,  Ki = Rf (IC50 - RI) / RI

which is the conversion of Nikolovska-Coleska et al. 2004, Anal Biochem 332:261.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from labsvc.core.assays.reduce import Reduction
from labsvc.core.counts.radioligand import Ligand, added
from labsvc.model.assay import Assay
from labsvc.model.notation import molar
from labsvc.model.result import Affinity

MOST_BOUND = 0.10
"""The share of the radioligand that may be bound (Assay Guidance Manual, receptor binding)."""

TIGHT = 5.0
"""Ki below this many times the receptor's concentration is tight binding (as for Morrison)."""


def exact_ki(ic50: float, receptor: float, ligand: float, kd: float) -> float | None:
    """Ki by mass balance from total concentrations in one unit; None where they cannot be so.

    The IC50 cannot be below the competitor that is bound at it.
    """
    if min(ic50, receptor, ligand, kd) <= 0:
        return None
    whole = receptor + ligand + kd
    bound = 2 * receptor * ligand / (whole + sqrt(whole**2 - 4 * receptor * ligand))
    free_receptor = kd * (bound / 2) / (ligand - bound / 2)
    occupied = receptor - free_receptor - bound / 2
    ki = free_receptor * (ic50 - occupied) / occupied
    return ki if ki > 0 else None


def receptor_of(bound: float, ligand: float, kd: float) -> float | None:
    """The receptor's total concentration from what it bound: ``B (1 + Kd / (L - B))``."""
    free = ligand - bound
    return bound * (1 + kd / free) if bound > 0 and free > 0 else None


@dataclass(frozen=True, slots=True)
class Bound:
    """Of the radioligand added, the shares bound in all and specifically, without competitor."""

    total: float
    specific: float


def bound_of(assay: Assay, reduction: Reduction) -> Bound | None:
    """From the 100 % control and the window; None where these or what was added are not known."""
    given, _ = added(assay, reduction.points)
    upper, span = reduction.window.upper, reduction.window.span
    if not given or given <= 0 or upper is None or span is None:
        return None
    return Bound(upper.mean / given, span / given)


def ki_remarks(ki: Affinity, ligand: Ligand, bound: Bound | None) -> tuple[str, ...]:
    """What breaks Cheng-Prusoff for this Ki in binding, each in one sentence."""
    doubts = (f"Ki: {ligand.doubt}",) if ligand.doubt else ()
    if ki.value is None or bound is None or ligand.symbol != "Kd":
        return doubts if ki.value is not None else ()
    return (*doubts, *_broken(ki, ki.value, ligand, bound))


def _broken(ki: Affinity, value: float, ligand: Ligand, bound: Bound) -> Iterator[str]:
    if ligand.concentration is None or ligand.affinity is None:
        return
    added, kd, ic50 = ligand.concentration.value, ligand.affinity.value, ki.inputs["ic50_m"]
    receptor = receptor_of(bound.specific * added, added, kd)
    exact = exact_ki(ic50, receptor, added, kd) if receptor and isinstance(ic50, float) else None
    so = (
        f"an exact mass balance would give about {molar(exact)}"
        if exact
        else "by exact mass balance there can be no such IC50"
    )
    if bound.total > MOST_BOUND:
        yield (
            f"Ki: {100 * bound.total:.1f} % of the radioligand was bound, more than 10 %, which "
            f"Cheng-Prusoff does not allow for; {so}."
        )
    if receptor and value < TIGHT * receptor:
        yield (
            f"Ki: the receptor, about {molar(receptor)}, is not far below it (tight binding), "
            f"which Cheng-Prusoff does not allow for; {so}."
        )

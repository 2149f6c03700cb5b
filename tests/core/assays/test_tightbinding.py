"""Where Cheng-Prusoff breaks, and the exact conversions beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.assays.binding import affinity
from labsvc.core.assays.reduce import Reduction, Window, reduce
from labsvc.core.assays.tightbinding import (
    Bound,
    bound_of,
    exact_ki,
    ki_remarks,
    receptor_of,
)
from labsvc.core.counts.radioligand import Ligand
from labsvc.model.protocol import Cited
from labsvc.model.runsheet import RunSheet
from tests.core.bench import SHEET, assay, fitted

NM = 1e-9
PLAIN = Ligand(Cited(1 * NM, "M", "nominal"), Cited(1 * NM, "M", "own"), "Kd")
ADDED = replace(SHEET, total_added=Cited(20000.0, "cpm", "vials"))


def said(ic50: float, bound: Bound | None, ligand: Ligand = PLAIN) -> tuple[str, ...]:
    return ki_remarks(affinity(fitted(ic50), ligand), ligand, bound)


def ic50_of(ki: float, receptor: float, ligand: float, kd: float) -> float:
    """The total competitor that halves the bound radioligand: mass balance by bisection."""

    def bound(competitor: float) -> float:
        low, high = 0.0, receptor
        for _ in range(200):
            free = (low + high) / 2
            held = ligand * free / (kd + free) + competitor * free / (ki + free)
            low, high = (free, high) if free + held < receptor else (low, free)
        return ligand * low / (kd + low)

    whole, low, high = bound(0.0), 0.0, 1e6 * ki
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if bound(middle) > whole / 2 else (low, middle)
    return low


def test_the_worked_example_of_tight_binding() -> None:
    """IC50 2.12868 at 0.05 receptor, 0.01 ligand, Kd 0.02: Ki 0.600, not the 1.419 of 1973."""
    ic50 = 2.1286835665
    assert exact_ki(ic50, 0.05, 0.01, 0.02) == pytest.approx(0.6, rel=1e-8)
    assert ic50 / (1 + 0.01 / 0.02) == pytest.approx(1.4191223776666666, rel=1e-12)


@pytest.mark.parametrize(
    "system", [(0.6, 0.05, 0.01, 0.02), (0.01, 1.0, 0.3, 0.5), (40.0, 2.5, 10.0, 1.0)]
)
def test_the_exact_conversion_undoes_the_mass_balance(system: tuple[float, ...]) -> None:
    """Ki, receptor, ligand, Kd: the IC50 found by bisection gives back the Ki."""
    ki, receptor, ligand, kd = system
    ic50 = ic50_of(ki, receptor, ligand, kd)
    assert exact_ki(ic50, receptor, ligand, kd) == pytest.approx(ki, rel=1e-9)


@given(st.floats(1e-11, 1e-5), st.floats(1e-11, 1e-7), st.floats(1e-11, 1e-7))
def test_with_next_to_no_receptor_it_is_cheng_prusoff(
    ic50: float, ligand: float, kd: float
) -> None:
    """Nothing is depleted then."""
    exact = exact_ki(ic50, 1e-9 * min(ic50, ligand, kd), ligand, kd)
    assert exact == pytest.approx(ic50 / (1 + ligand / kd), rel=1e-6)


def test_an_ic50_below_what_is_bound_at_it_has_no_exact_ki() -> None:
    """Half of the receptor cannot be taken by less competitor than that; nor is anything zero."""
    assert exact_ki(0.4, 1.0, 0.01, 0.02) is None
    assert exact_ki(1.0, 0.0, 0.01, 0.02) is None


def test_the_receptor_is_reckoned_from_what_it_bound() -> None:
    """1 nM of receptor at 1 nM ligand with Kd 1 nM binds 0.382 nM."""
    bound = (3 - 5**0.5) / 2
    assert receptor_of(bound, 1.0, 1.0) == pytest.approx(1.0)
    assert receptor_of(1.0, 1.0, 1.0) is None
    assert receptor_of(0.0, 1.0, 1.0) is None


def test_an_ordinary_ki_needs_no_remark() -> None:
    """5 % bound, and a Ki far above the receptor; without a Ki there is nothing to say."""
    assert said(20 * NM, Bound(0.05, 0.04)) == ()
    assert said(20 * NM, None) == ()
    none = affinity(fitted(None), PLAIN)
    assert ki_remarks(none, replace(PLAIN, doubt="?"), Bound(0.5, 0.4)) == ()


def test_more_than_a_tenth_bound_is_said_with_what_mass_balance_gives() -> None:
    """12.9 % bound; 0.12 nM are held by 0.256 nM of receptor, Ki 96.3 nM in place of 100."""
    (remark,) = said(200 * NM, Bound(0.129, 0.12))
    assert remark == (
        "Ki: 12.9 % of the radioligand was bound, more than 10 %, which Cheng-Prusoff does not "
        "allow for; an exact mass balance would give about 96.3 nM."
    )
    assert said(200 * NM, Bound(0.10, 0.09)) == ()


def test_a_receptor_near_the_ki_is_said_to_be_tight_binding() -> None:
    """Ki 0.25 nM beside 82 pM of receptor: less than five times."""
    (remark,) = said(0.5 * NM, Bound(0.05, 0.04))
    assert "about 81.7 pM, is not far below it (tight binding)" in remark
    assert remark.endswith("would give about 227 pM.")


def test_where_no_exact_ki_exists_none_is_offered() -> None:
    """An IC50 of 10 pM beside 0.26 nM of receptor."""
    depleted, tight = said(0.01 * NM, Bound(0.129, 0.12))
    assert depleted.endswith("by exact mass balance there can be no such IC50.")
    assert tight.endswith("by exact mass balance there can be no such IC50.")


def test_uptake_has_no_such_remarks() -> None:
    """A transporter turns over: Km is no affinity of a receptor that could be titrated."""
    assert said(0.5 * NM, Bound(0.3, 0.3), replace(PLAIN, symbol="Km")) == ()


def test_a_doubt_of_the_concentration_is_a_doubt_of_every_ki() -> None:
    """It is repeated beside each."""
    assert said(20 * NM, None, replace(PLAIN, doubt="Counted otherwise.")) == (
        "Ki: Counted otherwise.",
    )


def bound(sheet: RunSheet) -> Bound | None:
    plate = assay(sheet=sheet)
    return bound_of(plate, reduce(plate))


def test_what_was_bound_is_taken_from_the_controls() -> None:
    """1000 cpm in the totals, 900 of them specific, of 20000 added."""
    assert bound(ADDED) == Bound(0.05, 0.045)
    assert bound(SHEET) is None
    assert bound(replace(SHEET, total_added=Cited(0.0, "cpm", "vials"))) is None
    assert bound_of(assay(sheet=ADDED), Reduction((), Window(None, None), ())) is None

"""Ki, what may be reported, and what was added."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.binding import Ligand, added, affinity, constants_of, ligand_of, reportable
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Counting
from labsvc.model.result import Affinity, Constant
from tests.core.bench import PROTOCOL, SHEET, assay, fitted, readings

NM = 1e-9
BINDING = Ligand(Cited(2 * NM, "M", "nominal"), Cited(1.1 * NM, "M", "own"), "Kd")
STATED = replace(
    PROTOCOL,
    radioligand=replace(
        PROTOCOL.radioligand, concentration_m=2 * NM, specific_activity_ci_per_mmol=86.3
    ),
    assay_volume_ml=0.125,
    counting=Counting(efficiency_percent=41.0),
)


def given_to(protocol: Any = STATED, total: Cited | None = None) -> tuple[float | None, str]:
    return added(assay(protocol=protocol, sheet=replace(SHEET, total_added=total)))


def test_ki_by_cheng_prusoff_in_binding() -> None:
    """IC50 5.6 nM at 2 nM of a ligand with Kd 1.1 nM: 1.98710 nM. Divided, never multiplied."""
    found = affinity(fitted(5.6 * NM), BINDING)
    assert found.value == pytest.approx(1.9870967741935481 * NM, rel=1e-12)
    assert found.formula == "Ki = IC50 / (1 + [L]/Kd)"
    assert found.inputs == {
        "ic50_m": 5.6 * NM, "ligand_m": 2 * NM, "kd_m": 1.1 * NM,
        "ligand_source": "nominal", "kd_source": "own",
    }  # fmt: skip


def test_ki_by_cheng_prusoff_in_uptake_uses_km() -> None:
    """IC50 3.4 nM at 50 nM of a substrate with Km 420 nM: 3.03830 nM."""
    substrate = Ligand(Cited(50 * NM, "M", "made up"), Cited(420 * NM, "M", "own"), "Km")
    found = affinity(fitted(3.4 * NM), substrate)
    assert found.value == pytest.approx(3.0382978723404253 * NM, rel=1e-12)
    assert found.formula == "Ki = IC50 / (1 + [S]/Km)"
    assert "km_m" in found.inputs


def test_the_interval_of_ki_is_that_of_ic50_on_the_new_scale() -> None:
    """From half to twice stays from half to twice; an open end stays open."""
    found = affinity(fitted(5.6 * NM), BINDING)
    assert found.value is not None
    assert found.ci95 == pytest.approx((found.value / 2, found.value * 2))
    fit = fitted(5.6 * NM)
    ic50 = replace(fit.parameters["ic50"], ci95=(3 * NM, None))
    half = affinity(replace(fit, parameters={**fit.parameters, "ic50": ic50}), BINDING)
    assert half.ci95 is not None
    assert half.ci95[0] == pytest.approx(3 / (1 + 2 / 1.1) * NM)
    assert half.ci95[1] is None
    unknown = replace(ic50, ci95=None)
    assert affinity(replace(fit, parameters={"ic50": unknown}), BINDING).ci95 is None


@pytest.mark.parametrize(
    ("ic50", "ligand"),
    [
        (None, BINDING),
        (5.6 * NM, replace(BINDING, affinity=None)),
        (5.6 * NM, replace(BINDING, concentration=None)),
        (5.6 * NM, replace(BINDING, affinity=Cited(0.0, "M", "?"))),
    ],
)
def test_without_ic50_ligand_or_kd_there_is_no_ki(ic50: float | None, ligand: Ligand) -> None:
    """None, with the formula and the inputs that were there."""
    found = affinity(fitted(ic50), ligand)
    assert (found.value, found.ci95) == (None, None)
    assert found.inputs["ic50_m"] == ic50
    assert found.formula.startswith("Ki =")


@given(st.floats(1e-12, 1e-3), st.floats(0, 1e-5), st.floats(1e-12, 1e-5))
def test_ki_never_exceeds_ic50(ic50: float, ligand: float, kd: float) -> None:
    """And equals it when there is no ligand."""
    made = Ligand(Cited(ligand, "M", ""), Cited(kd, "M", ""), "Kd")
    found = affinity(fitted(ic50), made).value
    assert found is not None
    assert 0 < found <= ic50
    assert (found == ic50) == (1 + ligand / kd == 1)


def test_the_measured_figures_of_the_run_sheet_go_before_the_protocols() -> None:
    """Never Cheng-Prusoff with the nominal one where it was counted."""
    measured = Cited(2.02 * NM, "M", "counted aliquot")
    own = Cited(0.9 * NM, "M", "this batch")
    nominal = ligand_of(assay())
    found = ligand_of(assay(sheet=replace(SHEET, radioligand_concentration=measured, affinity=own)))
    assert nominal.concentration == Cited(1e-9, "M", "nominal, protocol net-binding")
    assert (nominal.affinity, nominal.symbol) == (PROTOCOL.radioligand.affinity, "Kd")
    assert (found.concentration, found.affinity) == (measured, own)


def test_uptake_has_a_km() -> None:
    """Both kinds of it."""
    for kind in ("uptake_inhibition", "uptake_fraction"):
        assert ligand_of(assay(protocol=replace(PROTOCOL, kind=kind))).symbol == "Km"


def test_every_constant_is_told_with_its_unit_and_source() -> None:
    """What the reader cannot see in the counter's file."""
    protocol = replace(STATED, counting=Counting(efficiency_percent=41.0,
                                                 efficiency_source="spotted filter"))  # fmt: skip
    sheet = replace(SHEET, total_added=Cited(250000.0, "dpm", "aliquot"))
    assert constants_of(assay(protocol=protocol, sheet=sheet)) == (
        Constant("concentration of [3H]nisoxetine", 2 * NM, "M", "nominal, protocol net-binding"),
        Constant("Kd of [3H]nisoxetine", 1e-9, "M", "own saturation"),
        Constant("total added", 250000.0, "dpm", "aliquot"),
        Constant("specific activity", 86.3, "Ci/mmol", "protocol net-binding"),
        Constant("assay volume", 0.125, "mL", "protocol net-binding"),
        Constant("counting efficiency", 41.0, "%", "spotted filter"),
    )


def test_what_is_not_known_is_no_constant() -> None:
    """No row of nothing."""
    bare = replace(
        PROTOCOL, radioligand=replace(PROTOCOL.radioligand, concentration_m=None, affinity=None)
    )
    assert constants_of(assay(protocol=bare)) == ()


@pytest.mark.parametrize(
    ("total", "unit", "expected"),
    [
        (Cited(90000.0, "cpm", "vials"), "cpm", 90000.0),
        (Cited(250000.0, "dpm", "vials"), "cpm", 102500.0),
        (Cited(250000.0, "dpm", "vials"), "dpm", 250000.0),
        (Cited(102500.0, "cpm", "vials"), "dpm", 250000.0),
    ],
)
def test_the_counted_total_added_is_taken_in_the_unit_of_the_counts(
    total: Cited, unit: Any, expected: float
) -> None:
    """250000 dpm at 41 % are 102500 cpm, and back."""
    counting = replace(STATED.counting, unit=unit)
    found, how = given_to(replace(STATED, counting=counting), total)
    assert found == pytest.approx(expected)
    assert how == "vials"


def test_else_it_is_reckoned_from_the_ligand() -> None:
    """2 nM in 125 uL at 86.3 Ci/mmol: 47896.5 dpm, at 41 % 19637.57 cpm."""
    cpm, how = given_to()
    assert cpm == pytest.approx(19637.565, rel=1e-9)
    assert how == "from concentration, volume, specific activity and efficiency"
    in_dpm = replace(STATED, counting=Counting(unit="dpm"))
    dpm, how = given_to(in_dpm)
    assert dpm == pytest.approx(47896.5)
    assert how == "from concentration, volume and specific activity"


@pytest.mark.parametrize(
    ("protocol", "total", "why"),
    [
        (replace(STATED, counting=Counting()), None, "the counting efficiency is not known"),
        (replace(STATED, counting=Counting()), Cited(1e5, "dpm", ""), "efficiency is not known"),
        (replace(STATED, assay_volume_ml=None), None, "are not all known"),
        (PROTOCOL, None, "are not all known"),
    ],
)
def test_what_was_added_and_cannot_be_had_says_why(
    protocol: Any, total: Cited | None, why: str
) -> None:
    """No efficiency of 100 % is supposed."""
    found, said = given_to(protocol, total)
    assert found is None
    assert why in said


def test_counts_freed_of_efficiency_are_not_freed_of_it_again() -> None:
    """The counter's cpm are then no plain cpm; added cpm by its own count are still comparable."""
    plate = assay(protocol=STATED)
    freed = [replace(one, channels=(replace(one.channels[0], corrected=("efficiency",)),))
             for one in readings({well.position: 100.0 for well in plate.wells})]  # fmt: skip
    corrected: Assay = assay(freed, STATED)
    assert added(corrected)[0] is None
    assert "taken efficiency off" in added(corrected)[1]
    sheet = replace(SHEET, total_added=Cited(9e4, "cpm", "vials"))
    assert added(assay(freed, STATED, sheet)) == (9e4, "vials")


@pytest.mark.parametrize(
    ("fit", "ki", "said"),
    [
        (None, None, "not fitted"),
        (fitted(2e-8), None, "IC50 20 nM [10-40]"),
        (fitted(2e-8), Affinity(1e-8, (5e-9, 2e-8), "", {}), "Ki 10 nM [5-20]"),
        (fitted(2e-8), Affinity(1e-8, (5e-9, None), "", {}), "Ki 10 nM [5 to no upper limit]"),
        (fitted(2e-8), Affinity(None, None, "", {}), "IC50 20 nM [10-40]"),
        (fitted(None, "ambiguous", qualifier=">", qualifier_bound=1e-5), None, "IC50 > 10 µM"),
        (fitted(None, "ambiguous", qualifier="<", qualifier_bound=1e-10), None, "IC50 < 100 pM"),
        (fitted(None, "ambiguous"), None, "ambiguous"),
        (fitted(None, "too_few_points"), None, "too few points"),
        (fitted(2e-8, "not_converged"), None, "not converged"),
    ],
)
def test_a_curve_reports_a_number_a_bound_or_why_not(fit: Any, ki: Any, said: str) -> None:
    """Never a number that the fit does not stand for."""
    assert reportable(fit, ki).replace("–", "-") == said

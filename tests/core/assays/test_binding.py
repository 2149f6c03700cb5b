"""Ki, its interval and inputs, the constants, and what may be reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.assays.binding import affinity, constants_of, reportable
from labsvc.core.assays.propagation import METHOD
from labsvc.core.counts.radioligand import Ligand
from labsvc.model.protocol import Cited, Counting
from labsvc.model.result import Affinity, Constant
from tests.core.bench import PROTOCOL, SHEET, assay, fitted

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


def test_the_interval_carries_the_uncertainty_of_kd_where_it_was_given() -> None:
    """Kd 1.1 +- 0.2 nM at 2 nM: ln factor varies by 0.1164, so half to twice becomes wider."""
    doubted = replace(BINDING, affinity=Cited(1.1 * NM, "M", "own", 0.2 * NM))
    exact, found = affinity(fitted(5.6 * NM), BINDING), affinity(fitted(5.6 * NM), doubted)
    assert found.value == exact.value
    assert found.ci95 is not None
    assert exact.value is not None
    wider = 2.07444  # exp(hypot(ln 2, 1.96 x 0.1164))
    assert found.ci95 == pytest.approx((exact.value / wider, exact.value * wider), rel=1e-4)
    assert (found.inputs["kd_sd_m"], found.inputs["interval"]) == (0.2 * NM, METHOD)
    assert "interval" not in exact.inputs


def test_a_counted_ligand_brings_its_own_uncertainty() -> None:
    """It stands among the inputs with its SD."""
    counted = replace(BINDING, concentration=Cited(2 * NM, "M", "counted", 0.1 * NM))
    found, exact = affinity(fitted(5.6 * NM), counted), affinity(fitted(5.6 * NM), BINDING)
    assert (found.inputs["ligand_sd_m"], found.inputs["interval"]) == (0.1 * NM, METHOD)
    assert found.ci95 is not None
    assert exact.ci95 is not None
    assert (found.ci95[1] or 0) > (exact.ci95[1] or 0)


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


def test_the_specific_activity_of_the_day_is_told_with_how_it_fell() -> None:
    """46 days before counting on 2 March; carrier-free labels keep it."""
    aged = replace(STATED.radioligand, specific_activity_on=date(2026, 1, 15), label="in_carrier")
    told = {
        one.name: one for one in constants_of(assay(protocol=replace(STATED, radioligand=aged)))
    }
    found = told["specific activity"]
    assert found.value == pytest.approx(86.3 * 2 ** (-46 / (12.32 * 365.2422)))
    assert found.source == (
        "protocol net-binding; 86.3 Ci/mmol on 2026-01-15, label in carrier, 46 d of decay"
    )


def test_what_is_not_known_is_no_constant() -> None:
    """No row of nothing."""
    bare = replace(
        PROTOCOL, radioligand=replace(PROTOCOL.radioligand, concentration_m=None, affinity=None)
    )
    assert constants_of(assay(protocol=bare)) == ()


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

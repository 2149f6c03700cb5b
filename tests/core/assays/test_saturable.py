"""Saturation and uptake kinetics: both curves together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays import saturable
from labsvc.model.assay import Assay
from labsvc.model.protocol import FitPlan, Protocol, Reduction
from labsvc.model.result import Curve, Finding, Point, Result, Status
from tests.core.vials import Vial, counted, protocol
from tests.truth.sets import truth_set

DOSES = (1e-10, 3e-10, 1e-9, 3e-9, 6e-9, 1.2e-8)
KD, BMAX, NS = 8e-10, 5000.0, 4e10
SATURATION = protocol("saturation_binding", "bound", "saturation_total_nsb")
UPTAKE = protocol(
    "uptake_kinetics", "rate", "michaelis_menten_nonsaturable",
    reduction=Reduction("rate", minutes=5.0),
)  # fmt: skip


def isotherm(dose: float) -> float:
    return BMAX * dose / (dose + KD) + NS * dose


def plate(found: Protocol = SATURATION, doses: tuple[float, ...] = DOSES) -> Assay:
    """Totals and non-specific vials without noise, each twice."""
    return counted(found, vials(doses))


def vials(doses: tuple[float, ...] = DOSES, factor: float = 1.0, **group: str) -> list[Vial]:
    totals = [Vial("total", factor * isotherm(dose), dose, None, group) for dose in doses]
    blanks = [Vial("nonspecific", factor * NS * dose, dose, None, group) for dose in doses]
    return 2 * (totals + blanks)


def named(result: Result, check: str) -> Finding:
    (one,) = (found for found in result.findings if found.check == check)
    return one


def test_kd_and_bmax_come_back_in_their_units() -> None:
    """Made of Kd 0.8 nM and 5000 cpm: / 40 % / (2.22 x 80) is 70.4 fmol."""
    (curve,) = conclude(plate()).curves
    assert curve.fit is not None
    found = curve.fit.parameters
    assert found["kd"].value == pytest.approx(KD, rel=1e-6)
    assert found["bmax"].value == pytest.approx(BMAX / 0.4 / (2.22 * 80), rel=1e-6)
    assert found["bmax"].unit == "fmol"
    assert curve.reportable.startswith("Kd 800 pM [")
    assert "Bmax 70.4 fmol" in curve.reportable


def test_a_noisy_set_fitted_by_another_program_comes_out_the_same(shared: Path) -> None:
    """syn_sat_global_noisy_seed1, as the line fits it: Kd and Bmax within 1e-5."""
    found = truth_set(shared, "saturation/syn_sat_global_noisy_seed1")
    points = [
        Point(str(n), "total" if kind == "total" else "nonspecific", concentration_m=dose,
              response=cpm)
        for n, (kind, dose, cpm) in enumerate(zip(
            found.words("curve"), found.numbers("free_nM", 1e-9), found.numbers("cpm"),
            strict=True))
    ]  # fmt: skip
    ours = saturable.fitted(points, FitPlan("saturation_total_nsb"), "cpm").parameters
    gold = found.expected("gold_python_OLS")
    assert ours["kd"].value == pytest.approx(gold["Kd"]["value"] * 1e-9, rel=1e-5)
    assert ours["bmax"].value == pytest.approx(gold["Bmax"]["value"], rel=1e-5)


def test_uptake_gives_km_and_vmax_for_each_minute() -> None:
    """The same curve in 5 min: Vmax is a fifth of Bmax a minute."""
    (curve,) = conclude(plate(UPTAKE)).curves
    assert curve.fit is not None
    found = curve.fit.parameters
    assert found["km"].value == pytest.approx(KD, rel=1e-6)
    assert found["vmax"].unit == "fmol/min"
    assert found["vmax"].value == pytest.approx(BMAX / 0.4 / (2.22 * 80) / 5, rel=1e-6)


def test_a_masked_vial_takes_no_part() -> None:
    """One total ten times too high, masked: as if it had not been."""
    whole = plate()
    wells = list(whole.wells)
    first = wells[2].reading
    assert first is not None
    high = first._replace(channels=(first.channels[0]._replace(cpm=9e4),))
    wells[2] = wells[2]._replace(reading=high, masked="spilt")
    (curve,) = conclude(replace(whole, wells=tuple(wells))).curves
    assert curve.fit is not None
    assert curve.fit.parameters["kd"].value == pytest.approx(KD, rel=1e-6)


def test_each_group_of_the_run_is_a_curve() -> None:
    """Two membranes on one run: half the sites in the second."""
    both = [*vials(cells="wild type"), *vials(factor=0.5, cells="mutant")]
    first, second = conclude(counted(SATURATION, both)).curves
    assert (first.compound, second.compound) == (
        "[3H]nisoxetine (wild type)", "[3H]nisoxetine (mutant)",
    )  # fmt: skip
    assert first.fit is not None
    assert second.fit is not None
    ratio = (second.fit.parameters["bmax"].value or 0) / (first.fit.parameters["bmax"].value or 1)
    assert ratio == pytest.approx(0.5, rel=1e-6)


def test_without_a_fit_in_the_protocol_the_points_are_kept() -> None:
    (curve,) = conclude(plate(replace(SATURATION, fit=None))).curves
    assert (curve.fit, curve.reportable, len(curve.points)) == (None, "not fitted", 24)


def test_concentrations_that_do_not_reach_saturation_warn() -> None:
    """From 0.1 to 1 nM about a Kd of 0.8: 1.25 times it, expected five."""
    short = conclude(plate(doses=(1e-10, 2e-10, 3e-10, 5e-10, 7e-10, 1e-9)))
    found = named(short, "range: [3H]nisoxetine")
    assert found.status is Status.WARN
    assert found.value == pytest.approx(1.25, rel=1e-5)
    assert "Concentrations from 100 pM to 1 nM, 1.25 times the Kd" in found.sentence
    assert named(conclude(plate()), "range: [3H]nisoxetine").status is Status.PASS


def test_a_run_without_nonspecific_vials_fails() -> None:
    """Nothing tells specific from non-specific then, whatever the fit makes of it."""
    totals = [Vial("total", isotherm(dose), dose) for dose in DOSES]
    found = named(conclude(counted(SATURATION, 2 * totals)), "concentrations")
    assert found.status is Status.FAIL
    assert found.sentence.startswith("Found non-specific positions at 0 concentrations")


def test_non_specific_vials_of_one_group_are_not_those_of_another() -> None:
    """The group that lacks them is named."""
    totals = [Vial("total", isotherm(dose), dose, None, {"cells": "mutant"}) for dose in DOSES]
    result = conclude(counted(SATURATION, [*vials(cells="wild type"), *totals]))
    found = named(result, "concentrations: mutant")
    assert "for mutant; expected three or more of each" in found.sentence


def test_the_worst_depletion_and_where_it_is() -> None:
    """0.1 nM in 0.25 mL at 80 Ci/mmol are 4440 dpm; 559.6 cpm at 40 % bound, 31.5 %."""
    value, where = saturable.depletion_percent(plate(), conclude(plate()).points)
    assert value == pytest.approx(100 * isotherm(1e-10) / 0.4 / 4440, rel=1e-9)
    assert where == "at 100 pM"


def test_depletion_that_cannot_be_reckoned_says_why() -> None:
    bare = plate(replace(SATURATION, assay_volume_ml=None))
    value, why = saturable.depletion_percent(bare, ())
    assert (value, why) == (None, "volume and specific activity are not both known")


def test_the_worst_cv_among_totals_and_at_which_concentration() -> None:
    """100 and 110: SD 7.07 of 105."""
    points = [Point(str(n), "total", concentration_m=1e-9, cpm=cpm)
              for n, cpm in enumerate((100.0, 110.0))]  # fmt: skip
    value, where = saturable.replicate_cv_percent(points, "cpm")
    assert value == pytest.approx(6.734, abs=1e-3)
    assert where == "at 1 nM"
    assert saturable.replicate_cv_percent(points[:1], "cpm") == (None, "there are no replicates")


@pytest.mark.parametrize("factor", [0.0, -1.0])
def test_a_run_that_bound_nothing_reports_no_constant(factor: float) -> None:
    """Flat or falling: no Kd, and the words say what the fit found."""
    flat = [Vial("total", 100.0 + factor * dose * 1e9, dose) for dose in DOSES]
    blank = [Vial("nonspecific", 100.0, dose) for dose in DOSES]
    (curve,) = conclude(counted(SATURATION, [*flat, *blank])).curves
    assert curve.fit is not None
    assert curve.fit.status != "converged"
    assert "Bmax" not in curve.reportable


def test_a_bound_is_reported_as_a_bound() -> None:
    """Kd > 10 nM, where the data say no more."""
    (curve,) = conclude(plate()).curves
    assert curve.fit is not None
    open_end = replace(curve.fit, qualifier=">", qualifier_bound=1e-8)
    assert saturable.reportable(open_end) == "Kd > 10 nM"
    assert saturable.range_findings([Curve("x", (), None, None, "")]) == ()

"""Saturation sets: made from the equations, fitted by other programs, and one restated here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.fitting.regression import DataSet, fit
from tests.truth.sets import TruthSet, agrees, recovers, truth_set

NAMES = {"Bmax": "bmax", "Kd": "kd", "NS": "ns", "Background": "background"}
NANOMOLAR = {"Kd": 1e-9, "NS": 1e9}


def both(shared: Path, name: str) -> tuple[TruthSet, DataSet]:
    found = truth_set(shared, f"saturation/{name}")
    points = DataSet(
        found.numbers("free_nM", 1e-9),
        found.numbers("cpm"),
        kind=found.words("curve"),
        units="cpm",
    )
    return found, points


def test_specific_binding_is_recovered(shared: Path) -> None:
    """syn_sat_specific."""
    found = truth_set(shared, "saturation/syn_sat_specific")
    points = DataSet(found.numbers("free_nM", 1e-9), found.numbers("specific_fmol_mg"))
    truth = found.document["truth"]
    recovers(
        fit("saturation_specific", points),
        {"bmax": truth["Bmax"], "kd": truth["Kd"] * 1e-9},
        found.within("params_rel"),
    )


def test_total_and_nonspecific_together_are_recovered(shared: Path) -> None:
    """syn_sat_global."""
    found, points = both(shared, "syn_sat_global")
    truth = {NAMES[k]: v * NANOMOLAR.get(k, 1.0) for k, v in found.document["truth"].items()}
    recovers(fit("saturation_total_nsb", points), truth, found.within("params_rel"))


@pytest.mark.parametrize(
    ("weights", "key"),
    [
        ("none", "gold_python_OLS"),
        ("1/y", "gold_python_poisson_IRLS_1_over_Yhat"),
        ("poisson", "gold_python_poisson_IRLS_1_over_Yhat"),
    ],
)
def test_noisy_counts_agree_with_and_without_weights(
    shared: Path, weights: Weights, key: str
) -> None:
    """syn_sat_global_noisy_seed1: values, standard errors, profile limits, AICc."""
    found, points = both(shared, "syn_sat_global_noisy_seed1")
    ours = fit("saturation_total_nsb", points, weights=weights)
    for name, expected in found.expected(key).items():
        agrees(ours.parameters[NAMES[name]], scaled(expected, NANOMOLAR.get(name, 1.0)))
    assert ours.aicc == pytest.approx(found.document[key]["AICc"], rel=1e-9)
    assert ours.residual_ss == pytest.approx(found.document[key]["rss"], rel=1e-9)


def scaled(expected: dict[str, Any], factor: float) -> dict[str, Any]:
    ends = expected.get("ci95_profile")
    return {
        "value": expected["value"] * factor,
        "se": expected["se"] * factor,
        "ci95_profile": ends and [end * factor for end in ends],
    }


def test_ligand_depletion_is_recovered(shared: Path) -> None:
    """syn_sat_depletion: two thirds of the ligand bound; constants by Prism's names."""
    found = truth_set(shared, "saturation/syn_sat_depletion")
    given = found.document["constants_given_to_fit"]
    to_molar = 1 / (given["Vol_mL"] * given["SpAct_cpm_per_fmol"] * 1e12)
    points = DataSet(found.numbers("added_cpm", to_molar), found.numbers("bound_cpm"), units="cpm")
    truth = found.document["truth"]
    recovers(
        fit("saturation_depletion", points, constants=given),
        {"bmax": truth["Bmax_cpm"], "kd": truth["KdnM"] * 1e-9, "ns": truth["NS"]},
        found.within("params_rel"),
    )


@pytest.mark.parametrize("name", ["bindcurve_simple", "bindcurve_specific"])
def test_bindcurves_tutorials_agree(shared: Path, name: str) -> None:
    """Kd and its standard error for each experiment; the geometric mean as published."""
    found = truth_set(shared, f"saturation/{name}")
    model, constants = "inhibition_3pl", {}
    if name == "bindcurve_specific":
        model = "receptor_titration"
        constants = {"radioligand": found.document["constants_given_to_fit"]["LsT"]}
    product = 1.0
    for one in found.document["independent"]["per_experiment"]:
        rows = found.where("experiment", one["experiment"])
        points = DataSet(rows.numbers("concentration"), rows.numbers("response"), units="%")
        ours = fit(model, points, constants=constants)
        log = ours.parameters["log10_ic50" if model == "inhibition_3pl" else "log10_kd"]
        (gold,) = (p for p in one["fit_all_replicates"]["params"] if p["param"] == "log10Kds")
        agrees(log, gold)
        product *= 10 ** (log.value or 0.0)
    published = found.document["published"]["geometric_mean_Kds"]
    assert product**0.5 == pytest.approx(published, rel=1e-4)


MISRA = ([77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1,
          689.1, 760.0],
         [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40,
          75.47, 81.78])  # fmt: skip


def test_the_hyperbola_has_nists_certified_values() -> None:
    """Misra1d is specific binding: Bmax = b1 = 437.36970754, Kd = 1/b2, b2 = 3.0227324449e-4."""
    ours = fit("saturation_specific", DataSet(tuple(MISRA[0]), tuple(MISRA[1])))
    assert ours.parameters["bmax"].value == pytest.approx(437.36970754, rel=1e-9)
    assert ours.parameters["bmax"].stderr == pytest.approx(3.6489174345, rel=1e-8)
    kd = ours.parameters["kd"]
    assert kd.value == pytest.approx(1 / 3.0227324449e-4, rel=1e-9)
    assert kd.stderr == pytest.approx(2.9334354479e-6 / 3.0227324449e-4**2, rel=1e-8)
    assert ours.residual_sd == pytest.approx(0.068568272111, rel=1e-9)

"""Uptake and enzyme sets: Michaelis-Menten with every weighting, inhibition, model comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.core.fitting.compare import compare_sums
from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.fitting.regression import DataSet, fit, fit_series
from tests.truth.sets import agrees, recovers, truth_set

SETS = ["nlstools_vmkm", "puromycin_treated", "puromycin_untreated", "renz_ONPG_v1", "renz_ONPG_v8",
        "renz_ONPG_v2_outliers"]  # fmt: skip

# Treloar 1974, by way of Bates & Watts 1988, p. 269: rate (counts/min/min) against ppm.
TREATED = DataSet(
    (0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10),
    (76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0),
)
UNTREATED = DataSet(
    (0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10),
    (67.0, 51.0, 84.0, 86.0, 98.0, 115.0, 131.0, 124.0, 144.0, 158.0, 160.0),
)


@pytest.mark.parametrize("name", SETS)
def test_michaelis_menten_agrees(shared: Path, name: str) -> None:
    """Values, standard errors, profile limits; an open limit is open here too.

    renz_ONPG_v2_outliers, with two gross errors, is ambiguous: neither limit is above.
    """
    found = truth_set(shared, f"uptake_mm/{name}")
    (x,) = found.document["x"]
    ours = fit("michaelis_menten", DataSet(found.numbers(x), found.numbers(found.document["y"])))
    expected = found.expected()
    agrees(ours.parameters["vmax"], expected["Vm"], found.within("params_rel"))
    agrees(ours.parameters["km"], expected.get("Km") or expected["K"], found.within("params_rel"))
    assert ours.residual_ss == pytest.approx(found.document["gold_python"]["rss"], rel=1e-9)
    assert ours.status == ("ambiguous" if "outliers" in name else "converged")


def test_puromycin_as_published() -> None:
    """R's ?Puromycin: Vm 212.7 (6.947), K 0.06412 (0.008281), residual SD 10.93."""
    ours = fit("michaelis_menten", TREATED)
    assert ours.parameters["vmax"].value == pytest.approx(212.7, abs=0.05)
    assert ours.parameters["vmax"].stderr == pytest.approx(6.947, abs=0.0005)
    assert ours.parameters["km"].value == pytest.approx(0.06412, abs=5e-6)
    assert ours.parameters["km"].stderr == pytest.approx(0.008281, abs=5e-7)
    assert ours.residual_sd == pytest.approx(10.93, abs=0.005)


@pytest.mark.parametrize(
    ("weights", "vmax", "km"),
    [("1/y", 207.783544736459, 0.05672947914491679),
     ("poisson", 207.783544736459, 0.05672947914491679),
     ("1/y2", 202.5398909422999, 0.050742672632116105)],
)  # fmt: skip
def test_puromycin_weighted_by_the_predicted_values(
    weights: Weights, vmax: float, km: float
) -> None:
    """The fixed point of refitting, as Prism 5 and later (an independent program's figures)."""
    ours = fit("michaelis_menten", TREATED, weights=weights)
    assert ours.parameters["vmax"].value == pytest.approx(vmax, rel=1e-7)
    assert ours.parameters["km"].value == pytest.approx(km, rel=1e-7)


def test_puromycin_weighted_by_the_data_is_another_estimator() -> None:
    """1/y of the data (Prism up to 4) by way of sd = sqrt(y): Vmax 209.6, Km 0.06065."""
    points = DataSet(TREATED.x, TREATED.y, sd=tuple(y**0.5 for y in TREATED.y))
    ours = fit("michaelis_menten", points, weights="sd")
    assert ours.parameters["vmax"].value == pytest.approx(209.59681599002278, rel=1e-6)
    assert ours.parameters["km"].value == pytest.approx(0.060653800179540814, rel=1e-6)


def test_one_km_for_both_or_one_each() -> None:
    """puromycin_model_comparison, R's anova: F = 1.7182, p = 0.2056; AICc 115.5 against 116.9."""
    both = {"treated": TREATED, "untreated": UNTREATED}
    apart = fit_series("michaelis_menten", both)
    together = fit_series("michaelis_menten", both, share=["km"])
    shared = together["treated"]
    assert shared.parameters["km"] == together["untreated"].parameters["km"]
    full = (sum(one.residual_ss or 0.0 for one in apart.values()),
            sum(one.degrees_of_freedom or 0 for one in apart.values()))  # fmt: skip
    found = compare_sums(23, (shared.residual_ss or 0.0, shared.degrees_of_freedom or 0), full)
    assert (found.df_between, found.df_within) == (1, 19)
    assert found.f == pytest.approx(1.71816887057825, rel=1e-7)
    assert found.p == pytest.approx(0.205552272411043, rel=1e-6)
    assert found.aicc_difference == pytest.approx(1.316032177492275, rel=1e-6)
    assert found.probability == pytest.approx(0.34118541040001543, rel=1e-6)
    assert not found.prefers_full


def test_one_curve_for_both_is_rejected() -> None:
    """puromycin_model_comparison: F = 24.138, p = 6.075e-06."""
    pooled = DataSet(TREATED.x + UNTREATED.x, TREATED.y + UNTREATED.y)
    one = fit("michaelis_menten", pooled)
    apart = [fit("michaelis_menten", each) for each in (TREATED, UNTREATED)]
    full = (sum(each.residual_ss or 0.0 for each in apart), 19)
    found = compare_sums(23, (one.residual_ss or 0.0, one.degrees_of_freedom or 0), full)
    assert found.f == pytest.approx(24.1376690339152, rel=1e-7)
    assert found.p == pytest.approx(6.07474797819412e-06, rel=1e-6)
    assert found.prefers_full


def test_competitive_inhibition_agrees(shared: Path) -> None:
    """nlstools_vmkmki_competitive: Ki, Km and Vmax of 72 rates together."""
    found = truth_set(shared, "uptake_mm/nlstools_vmkmki_competitive")
    points = DataSet(found.numbers("S"), found.numbers("v"), conc=found.numbers("I"))
    ours = fit("competitive_inhibition", points)
    for name, gold in found.expected().items():
        agrees(ours.parameters[name.lower()], gold, found.within("params_rel"))


def test_a_part_that_does_not_saturate_is_recovered(shared: Path) -> None:
    """syn_uptake_mm_diffusion, in micromolar."""
    found = truth_set(shared, "uptake_mm/syn_uptake_mm_diffusion")
    truth = found.document["truth"]
    recovers(
        fit("michaelis_menten_nonsaturable", DataSet(found.numbers("S_uM", 1e-6),
                                                     found.numbers("v"))),
        {"vmax": truth["Vmax"], "km": truth["Km"] * 1e-6, "p": truth["P"] * 1e6},
        found.within("params_rel"),
    )  # fmt: skip


def test_uptake_inhibition_is_recovered(shared: Path) -> None:
    """syn_uptake_inhibition: the IC50; Ki = IC50 / (1 + S/Km)."""
    found = truth_set(shared, "uptake_mm/syn_uptake_inhibition")
    truth, given = found.document["truth"], found.document["constants_given_to_fit"]
    ours = fit("inhibition_4pl", DataSet(found.molar(), found.numbers("pct_of_control"), units="%"))
    recovers(
        ours,
        {"ic50": truth["IC50_nM"] * 1e-9, "hill": truth["HillSlope"], "top": truth["Top"],
         "bottom": truth["Bottom"]},
        found.within("params_rel"),
    )  # fmt: skip
    ic50 = ours.parameters["ic50"].value or 0.0
    ki = ic50 / (1 + given["S_uM"] / given["Km_uM"])
    assert ki == pytest.approx(truth["Ki_nM"] * 1e-9, rel=1e-6)

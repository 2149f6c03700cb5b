"""Competition sets: one and two sites, homologous, exact mass balance."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.core.fitting.compare import compare, two_sites
from labsvc.core.fitting.regression import DataSet, fit
from tests.truth.sets import agrees, recovers, truth_set


def test_ki_is_recovered(shared: Path) -> None:
    """syn_comp_Ki, with Prism's names for the constants; the IC50 comes with it."""
    found = truth_set(shared, "competition/syn_comp_Ki")
    points = DataSet(found.molar(), found.numbers("cpm"), units="cpm")
    truth = found.document["truth"]
    ours = fit("one_site_ki", points, constants=found.document["constants_given_to_fit"])
    recovers(
        ours,
        {"top": truth["Top"], "bottom": truth["Bottom"], "log10_ki": truth["logKi"],
         "ki": truth["Ki_nM"] * 1e-9, "log10_ic50": truth["logIC50"]},
        found.within("params_rel"),
    )  # fmt: skip


def test_two_sites_are_recovered(shared: Path) -> None:
    """syn_comp_two_site."""
    found = truth_set(shared, "competition/syn_comp_two_site")
    truth = found.document["truth"]
    ours = fit("two_site_competition", DataSet(found.molar(), found.numbers("cpm"), units="cpm"))
    recovers(
        ours,
        {"top": truth["Top"], "bottom": truth["Bottom"], "fraction_hi": truth["FractionHi"],
         "log10_ic50_hi": truth["logIC50Hi"], "log10_ic50_lo": truth["logIC50Lo"]},
        found.within("params_rel"),
    )  # fmt: skip


def test_two_sites_are_taken_where_there_are_two(shared: Path) -> None:
    """syn_comp_twosite_noisy_seed11: the same minimum, F and p as the reference."""
    found = truth_set(shared, "competition/syn_comp_twosite_noisy_seed11")
    points = DataSet(found.molar(), found.numbers("cpm"), units="cpm")
    gold = found.document["gold_model_comparison"]
    one, two = fit("inhibition_3pl", points), fit("two_site_competition", points)
    assert two.residual_ss == pytest.approx(gold["two_site"]["rss"], rel=1e-9)
    assert two.aicc == pytest.approx(gold["two_site"]["AICc"], rel=1e-9)
    names = {"Bottom": "bottom", "Top": "top", "FractionHi": "fraction_hi",
             "logIC50Hi": "log10_ic50_hi", "logIC50Lo": "log10_ic50_lo"}  # fmt: skip
    for name, value in gold["two_site"]["params"].items():
        assert two.parameters[names[name]].value == pytest.approx(value, rel=1e-6)
    compared = compare(one, two)
    assert compared is not None
    assert compared.f == pytest.approx(gold["F_one_vs_two"], rel=1e-6)
    assert compared.p == pytest.approx(gold["p"], rel=1e-4)
    assert two_sites(one, two)[0]


def test_one_site_is_kept_where_there_is_one(shared: Path) -> None:
    """syn_comp_onesite_noisy_seed12: the reference's two sites have Top = 312,396 from 5,000 cpm.

    Ours stays a decade within the tested range, so that its sum of squares is 0.14 % higher.
    """
    found = truth_set(shared, "competition/syn_comp_onesite_noisy_seed12")
    points = DataSet(found.molar(), found.numbers("cpm"), units="cpm")
    gold = found.document["gold_model_comparison"]
    one, two = fit("inhibition_3pl", points), fit("two_site_competition", points)
    assert one.residual_ss == pytest.approx(gold["one_site"]["rss"], rel=1e-9)
    assert two.residual_ss == pytest.approx(gold["two_site"]["rss"], rel=2e-3)
    taken, why = two_sites(one, two)
    assert not taken
    assert why.startswith("One site: ")
    assert two.parameters["ic50_hi"].value is None


def test_the_exact_model_is_recovered(shared: Path) -> None:
    """syn_comp_wang_exact: Kd 0.6 from an IC50 of 2.13 that Cheng-Prusoff would make 1.42."""
    found = truth_set(shared, "competition/syn_comp_wang_exact")
    points = DataSet(found.numbers("total_competitor"), found.numbers("response"), units="%")
    truth = found.document["truth"]
    constants = found.document["constants_given_to_fit"]
    recovers(
        fit("competition_exact", points, constants=constants),
        {"ki": truth["Kd_competitor"], "top": truth["ymax"], "bottom": truth["ymin"]},
        found.within("params_rel"),
    )


def test_bindcurves_three_state_tutorial_agrees(shared: Path) -> None:
    """Kd and its standard error of both experiments; their geometric mean as published."""
    found = truth_set(shared, "competition/bindcurve_three_state")
    constants, product = found.document["constants_given_to_fit"], 1.0
    names = {"Ymin": "bottom", "Ymax": "top", "log10Kd": "log10_ki"}
    for one in found.document["independent"]["per_experiment"]:
        rows = found.where("experiment", one["experiment"])
        points = DataSet(rows.numbers("concentration"), rows.numbers("response"), units="%")
        ours = fit("competition_exact", points, constants=constants)
        for gold in one["fit_all_replicates"]["params"]:
            agrees(ours.parameters[names[gold["param"]]], gold)
        product *= ours.parameters["ki"].value or 0.0
    published = found.document["published"]["geometric_mean_Kd"]
    assert product**0.5 == pytest.approx(published, rel=found.within("params_rel"))


def test_homologous_competition_is_recovered(shared: Path) -> None:
    """syn_homologous_two_hot: Bmax and Kd apart, from two hot concentrations."""
    found = truth_set(shared, "competition/syn_homologous_two_hot")
    points = DataSet(
        found.numbers("cold_nM", 1e-9), found.numbers("cpm"), conc=found.numbers("hot_nM", 1e-9)
    )
    truth = found.document["truth"]
    recovers(
        fit("homologous_competition", points),
        {"bmax": truth["Bmax"], "log10_kd": truth["logKd"], "ns": truth["NS"] * 1e9},
        found.within("params_rel"),
    )


def test_coleskas_worked_example() -> None:
    """Receptor 0.05, tracer 0.01 with Kd 0.02: an inhibitor of Ki 0.600 has an IC50 of 2.1287.

    Nikolovska-Coleska et al., Anal Biochem 2004;332:261, and bindcurve's documentation. Points from
    the mass balance, solved by bisection here.
    """
    x = tuple(10 ** (k / 4 - 2) for k in range(17))
    y = tuple(90 * bound(one) for one in x)
    constants = {"receptor": 0.05, "radioligand": 0.01, "kd": 0.02}
    ours = fit("competition_exact", DataSet(x, y), constants=constants)
    assert ours.parameters["ki"].value == pytest.approx(0.6, rel=1e-9)
    assert bound(2.1286835665) == pytest.approx(bound(0.0) / 2, rel=1e-9)


def bound(competitor: float) -> float:
    low, high = 0.0, 0.05
    for _ in range(200):
        free = (low + high) / 2
        total = free * (1 + 0.01 / (0.02 + free) + competitor / (0.6 + free))
        low, high = (free, high) if total < 0.05 else (low, free)
    return low / (0.02 + low)

"""Kinetic sets: association, dissociation, both at once, competition before equilibrium."""

from __future__ import annotations

from math import exp, log, log10
from pathlib import Path

import pytest

from labsvc.core.fitting.regression import DataSet, fit
from tests.truth.sets import agrees, recovers, truth_set


def test_dissociation_is_recovered(shared: Path) -> None:
    """syn_dissociation, with its half-life."""
    found = truth_set(shared, "kinetics/syn_dissociation")
    truth = found.document["truth"]
    recovers(
        fit("dissociation", DataSet(found.numbers("min"), found.numbers("cpm"))),
        {"y0": truth["Y0"], "ns": truth["NS"], "k": truth["K"],
         "half_life": truth["half_life_min"]},
        found.within("params_rel"),
    )  # fmt: skip


def test_association_at_three_concentrations_is_recovered(shared: Path) -> None:
    """syn_assoc_global: kon, koff, and Kd = koff/kon."""
    found = truth_set(shared, "kinetics/syn_assoc_global")
    points = DataSet(
        found.numbers("min"), found.numbers("specific_cpm"), conc=found.numbers("hot_nM", 1e-9)
    )
    truth = found.document["truth"]
    recovers(
        fit("association_dissociation", points),
        {"kon": truth["kon_per_M_min"], "koff": truth["koff_per_min"], "bmax": truth["Bmax"],
         "kd": truth["Kd_nM"] * 1e-9},
        found.within("params_rel"),
    )  # fmt: skip


def test_competition_before_equilibrium_is_recovered(shared: Path) -> None:
    """syn_motulsky_mahan: from the matrix exponential, which knows nothing of the formula."""
    found = truth_set(shared, "kinetics/syn_motulsky_mahan")
    points = DataSet(
        found.numbers("min"), found.numbers("specific_cpm"), conc=found.numbers("cold_nM", 1e-9)
    )
    given = found.document["constants_given_to_fit"]
    constants = {"kon": given["k1_per_M_min"], "koff": given["k2_per_min"],
                 "radioligand": given["L_nM"] * 1e-9}  # fmt: skip
    truth = found.document["truth"]
    recovers(
        fit("competition_kinetics", points, constants=constants),
        {"k3": truth["k3_per_M_min"], "k4": truth["k4_per_min"], "bmax": truth["Bmax"],
         "ki": truth["Ki_nM"] * 1e-9},
        found.within("params_rel"),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["anabel_SCA_A", "anabel_SCA_B"])
def test_association_then_dissociation_agrees(shared: Path, name: str) -> None:
    """A sensorgram in seconds: rate constants are for minutes here."""
    found = truth_set(shared, f"kinetics/{name}")
    given = found.document["constants_given_to_fit"]
    points = DataSet(found.numbers("time_s", 1 / 60), found.numbers("response"))
    constants = {"start": given["t0"] / 60, "switch": given["t1"] / 60, "conc": given["conc_M"][0]}
    ours = fit("association_dissociation", points, constants=constants)
    names = {"log10_kon": "log10_kon", "log10_koff": "log10_koff", "Rmax": "bmax"}
    for name_there, gold in found.expected().items():
        shift = log10(60) if name_there.startswith("log10") else 0.0
        parameter = ours.parameters[names[name_there]]
        agrees(parameter, gold | {"value": gold["value"] + shift}, found.within("params_rel"))
    assert ours.residual_ss == pytest.approx(found.document["rss"], rel=1e-9)


def test_calcium_uptake_agrees(shared: Path) -> None:
    """boot_calcium45: one-phase association from 0; the rate constant's profile limits too."""
    found = truth_set(shared, "kinetics/boot_calcium45")
    points = DataSet(found.numbers("time"), found.numbers("cal"))
    ours = fit("association_one_conc", points, fixed={"y0": 0.0})
    expected = found.expected()
    agrees(ours.parameters["plateau"], expected["b"], found.within("params_rel"))
    agrees(ours.parameters["k"], expected["k"], found.within("params_rel"))


def test_two_phases_agree(shared: Path) -> None:
    """indometh1_biexp: the lower limit of the slow rate constant is open there and here."""
    found = truth_set(shared, "kinetics/indometh1_biexp")
    points = DataSet(found.numbers("time"), found.numbers("conc"))
    ours = fit("dissociation_two_phase", points, fixed={"ns": 0.0})
    expected = found.expected()
    agrees(ours.parameters["span_fast"], expected["A1"])
    agrees(ours.parameters["span_slow"], expected["A2"])
    for name, there in (("log10_k_fast", "lrc1"), ("log10_k_slow", "lrc2")):
        gold, ends = expected[there], expected[there]["ci95_profile"]
        in_decades = {
            "value": gold["value"] / log(10), "se": gold["se"] / log(10),
            "ci95_profile": [end and end / log(10) for end in ends],
        }  # fmt: skip
        agrees(ours.parameters[name], in_decades)
    assert (ours.status, ours.remarks) == (
        "ambiguous", ("Half open: log10_k_slow has no lower limit.",)
    )  # fmt: skip


def test_misra1a_is_one_phase_association() -> None:
    """NIST Misra1a: plateau 238.94212918 +- 2.7070075241, k 5.5015643181e-4 +- 7.2668688436e-6."""
    x = (77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1,
         689.1, 760.0)  # fmt: skip
    y = (10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40,
         75.47, 81.78)  # fmt: skip
    ours = fit("association_one_conc", DataSet(x, y), fixed={"y0": 0.0})
    assert ours.parameters["plateau"].value == pytest.approx(238.94212918, rel=1e-9)
    assert ours.parameters["plateau"].stderr == pytest.approx(2.7070075241, rel=1e-7)
    assert ours.parameters["k"].value == pytest.approx(5.5015643181e-4, rel=1e-9)
    assert ours.parameters["k"].stderr == pytest.approx(7.2668688436e-6, rel=1e-7)


def test_dissociation_counted_apart_is_recovered_with_its_association() -> None:
    """kind: dissociation points have x from the wash on, at the level of equilibrium."""
    kon, koff, bmax, hot = 3e7, 0.06, 5000.0, 1.5e-9
    level = bmax * hot / (hot + koff / kon)
    times = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
    rising = tuple(level * (1 - exp(-(kon * hot + koff) * t)) for t in times)
    falling = tuple(level * exp(-koff * t) for t in times)
    points = DataSet(
        times * 2, rising + falling, conc=(hot,) * 14,
        kind=("association",) * 7 + ("dissociation",) * 7,
    )  # fmt: skip
    truth = {"kon": kon, "koff": koff, "bmax": bmax, "kd": koff / kon}
    recovers(fit("association_dissociation", points), truth, 1e-9)

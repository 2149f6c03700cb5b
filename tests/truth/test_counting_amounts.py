"""Activity, decay, detection, quench and exact Ki against the worked examples of the reference.

The same figures are restated, each at its function, in tests/core.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labsvc.core.assays.binding import affinity
from labsvc.core.assays.tightbinding import Bound, exact_ki, ki_remarks
from labsvc.core.counts.activity import (
    DPM_PER_FMOL_PER_CI_MMOL,
    bq_per_fmol,
    fmol_of,
    fmol_per_mg,
    max_specific_activity,
    molar_of,
    specific_activity_on,
)
from labsvc.core.counts.decay import ISOTOPES, YEAR_DAYS, remaining
from labsvc.core.counts.detection import (
    currie,
    live_seconds,
    net_rate,
    two_sigma_percent,
    without_dead_time,
)
from labsvc.core.counts.quench import efficiency, quench_curve
from labsvc.core.counts.radioligand import Ligand
from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.model.protocol import Cited, QuenchSet
from labsvc.model.run import Quench
from tests.core.bench import fitted

Examples = dict[str, dict[str, Any]]
EXACTLY = 1e-9


@pytest.fixture(scope="module")
def document(shared: Path) -> dict[str, Any]:
    path = shared / "truth" / "data" / "counting" / "reduction_worked_examples.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def examples(document: dict[str, Any]) -> Examples:
    return {one["id"]: one for one in document["examples"]}


def test_every_half_life_of_the_reference_is_ours(document: dict[str, Any]) -> None:
    """In days; years are those the reference states."""
    assert document["constants"]["year_d"] == YEAR_DAYS
    for name, one in document["half_lives"].items():
        days = one["value"] * (YEAR_DAYS if one["unit"] == "y" else 1)
        assert ISOTOPES[name].half_life_days == pytest.approx(days, rel=EXACTLY)


@pytest.mark.parametrize(
    "name",
    ["decay_3H_400d", "decay_3H_3650d", "decay_125I_30d", "decay_35S_45d", "decay_33P_60d",
     "decay_14C_3650d"],
)  # fmt: skip
def test_decay(examples: Examples, name: str) -> None:
    """The fraction left after so many days."""
    one = examples[name]
    found = remaining(name.split("_")[1], one["input"]["days"])
    assert found == pytest.approx(one["expected"]["fraction"], rel=EXACTLY)


def test_specific_activity_by_both_conventions(examples: Examples) -> None:
    """sa_decay_3H: 86.3 Ci/mmol stay, or become 81.143 in carrier; 94 % of the activity is left."""
    given, expected = (examples["sa_decay_3H"][key] for key in ("input", "expected"))
    certified, days = given["SA"], given["days"]
    assert remaining("3H", days) == pytest.approx(expected["activity_fraction"], rel=EXACTLY)
    assert specific_activity_on(certified, "3H", days, "carrier_free") == certified
    fallen = specific_activity_on(certified, "3H", days, "in_carrier")
    assert fallen == pytest.approx(expected["SA_if_treated_as_decaying"], rel=EXACTLY)


@pytest.mark.parametrize(("name", "isotope"), [("max_SA_3H", "3H"), ("max_SA_125I", "125I")])
def test_the_most_specific_activity(examples: Examples, name: str, isotope: str) -> None:
    """One label in each molecule."""
    found = max_specific_activity(isotope)
    assert found == pytest.approx(examples[name]["expected"]["Ci_mmol"], rel=1e-4)


def test_amounts(examples: Examples) -> None:
    """dpm2fmol, fmol_mg, ci_bq."""
    given, expected = (examples["dpm2fmol"][key] for key in ("input", "expected"))
    fmol = fmol_of(given["dpm"], given["SA_Ci_mmol"])
    assert fmol == pytest.approx(expected["fmol"], rel=EXACTLY)
    given, expected = (examples["fmol_mg"][key] for key in ("input", "expected"))
    found = fmol_per_mg(given["fmol"], given["ug"] / 1000)
    assert found == pytest.approx(expected["fmol_per_mg"], rel=EXACTLY)
    given, expected = (examples["ci_bq"][key] for key in ("input", "expected"))
    assert bq_per_fmol(given["SA"]) == pytest.approx(expected["Bq_per_fmol"], rel=EXACTLY)
    assert bq_per_fmol(given["SA"]) == pytest.approx(expected["TBq_mmol"], rel=EXACTLY)


def test_the_concentration_of_a_counted_aliquot(examples: Examples) -> None:
    """pdsp_start_conc: 3100 dpm of the 1:128 well are 16.569 nM in the first."""
    given, expected = (examples["pdsp_start_conc"][key] for key in ("input", "expected"))
    molar = molar_of(given["dpm"] * 2**7, 0.125, given["SA"])
    assert molar == pytest.approx(expected["nM_wellH"] * 1e-9, rel=EXACTLY)


def test_what_a_plate_takes_of_the_vial(examples: Examples) -> None:
    """pdsp_uCi_needed: 2 nM in 5 mL at 86.3 Ci/mmol, x 2.5 x 1.44 for loss."""
    given, expected = (examples["pdsp_uCi_needed"][key] for key in ("input", "expected"))
    fmol = given["nM"] * given["mL"] * 1000
    microcurie = fmol * given["SA"] * DPM_PER_FMOL_PER_CI_MMOL / 2.22e6
    assert microcurie * 2.5 * 1.44 == pytest.approx(expected["uCi"], rel=EXACTLY)


def test_counting_errors_and_limits(examples: Examples) -> None:
    """count_err, count_err2, net_err, currie."""
    for name in ("count_err", "count_err2"):
        percent = two_sigma_percent(examples[name]["input"]["N"])
        assert percent == pytest.approx(examples[name]["expected"]["two_sigma_pct"], rel=EXACTLY)
    given, expected = (examples["net_err"][key] for key in ("input", "expected"))
    net = net_rate(given["Cs"], given["ts"], given["Cb"], given["tb"])
    assert net is not None
    assert net.cpm == pytest.approx(expected["net_cpm"], rel=EXACTLY)
    assert net.sd == pytest.approx(expected["sd_cpm"], rel=EXACTLY)
    assert net.two_sigma_percent == pytest.approx(expected["two_sigma_pct"], rel=EXACTLY)
    limits, expected = currie(examples["currie"]["input"]["B"]), examples["currie"]["expected"]
    assert limits is not None
    assert limits.critical == pytest.approx(expected["LC"], rel=EXACTLY)
    assert limits.detection == pytest.approx(expected["LD"], rel=EXACTLY)


def test_dead_time(examples: Examples) -> None:
    """dead_time_np, dead_time_factor."""
    given, expected = (examples["dead_time_np"][key] for key in ("input", "expected"))
    found = without_dead_time(given["m_cps"], given["tau_s"])
    assert found == pytest.approx(expected["true_cps"], rel=EXACTLY)
    given, expected = (examples["dead_time_factor"][key] for key in ("input", "expected"))
    live = live_seconds(given["Time"], given["DTime"])
    assert live == pytest.approx(expected["live_s"], rel=EXACTLY)


def test_the_quench_curve(examples: Examples) -> None:
    """quench_curve: the cubic at tSIE 400; nothing outside 180 to 980."""
    given, expected = (examples["quench_curve"][key] for key in ("input", "expected"))
    rows = tuple((float(at), 100 * share) for at, share in given["set"])
    curve = quench_curve(QuenchSet("tSIE", rows))
    found = efficiency(curve, Quench("tSIE", given["tSIE"])).percent
    assert found == pytest.approx(100 * expected["eff_cubic_poly"], rel=1e-7)
    refused = [efficiency(curve, Quench("tSIE", at)).percent is None for at in given["bad_tSIE"]]
    assert refused == expected["out_of_range_flags"]


@pytest.mark.parametrize("name", ["depletion", "depletion2"])
def test_depletion_beyond_a_tenth_is_remarked(examples: Examples, name: str) -> None:
    """8.1 % bound is let pass, 12.9 % is said beside the Ki."""
    expected = examples[name]["expected"]
    ligand = Ligand(Cited(2e-9, "M", "given"), Cited(1.1e-9, "M", "given"), "Kd")
    bound = Bound(expected["fraction"], 0.9 * expected["fraction"])
    said = ki_remarks(affinity(fitted(1e-6), ligand), ligand, bound)
    assert bool(said) == expected["flag_gt_10pct"]


def test_tight_binding(examples: Examples) -> None:
    """coleska, munson_rodbard: 0.600; Cheng-Prusoff would say 1.419, and is remarked."""
    given, expected = (examples["coleska"][key] for key in ("input", "expected"))
    ki = exact_ki(given["IC50"], given["RT"], given["LsT"], given["Kds"])
    assert ki == pytest.approx(expected["Ki"], rel=1e-6)
    other, same = (examples["munson_rodbard"][key] for key in ("input", "expected"))
    assert ki == pytest.approx(same["Ki"], rel=1e-6)
    ligand = Ligand(Cited(given["LsT"], "M", ""), Cited(given["Kds"], "M", ""), "Kd")
    naive = affinity(fitted(given["IC50"]), ligand)
    assert naive.value == pytest.approx(expected["naive_cheng_prusoff"], rel=EXACTLY)
    over_free = other["y0_bound_over_free"]
    bound = over_free / (1 + over_free)
    (said,) = ki_remarks(naive, ligand, Bound(bound, bound))
    assert "would give about 600 mM" in said


@pytest.mark.parametrize(("name", "expected"), [("A", "IC50_A_nM"), ("B", "IC50_B_nM")])
def test_a_homework_set_has_its_ic50(examples: Examples, name: str, expected: str) -> None:
    """tutor_A: noise-free but for rounding, slope 1, from 0 to 300 nM; IC50 4.0 and 0.5 nM."""
    given = examples["tutor_A"]["input"]
    curve = CurveData(tuple(c * 1e-9 for c in given["C"]), tuple(map(float, given[name])),
                      fixed={"bottom": 0.0}, units="cpm", direction="falling")  # fmt: skip
    (fit,) = fit_inhibition("inhibition_3pl", [curve])
    wanted = examples["tutor_A"]["expected"][expected] * 1e-9
    assert fit.parameters["ic50"].value == pytest.approx(wanted, rel=2e-3)

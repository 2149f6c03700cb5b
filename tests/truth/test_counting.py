"""Arithmetic of counting and of plate statistics against worked examples.

Restated from definitions: 1 Ci is 2.22e12 dpm; Z' as in Zhang 1999; Ki by Cheng and Prusoff 1973.
The reference folder holds the same examples with further ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labsvc.core.assays.binding import affinity
from labsvc.core.assays.reduce import Reduction, Window
from labsvc.core.assays.replicates import Spread, spread
from labsvc.core.counts.activity import DPM_PER_FMOL_PER_CI_MMOL, added_dpm
from labsvc.core.counts.counting import cpm_of, net_dpm
from labsvc.core.counts.radioligand import Ligand
from labsvc.core.qc.checks import control_cv, signal_to_background, specific, z_prime
from labsvc.model.protocol import Cited, Counting
from labsvc.model.run import Channel, Reading
from tests.core.bench import assay, fitted

Examples = dict[str, dict[str, Any]]

MOST = [4012, 4105, 3987, 4221, 3899, 4050, 4133, 3965]
LEAST = [312, 298, 334, 305, 290, 321, 317, 301]
WORKED = {
    "mean_max": 4046.5, "cv_max_pct": 2.549399594603423, "mean_min": 309.75,
    "cv_min_pct": 4.564845848861603, "S:B": 13.063761097659404, "Z_prime": 0.905826401595657,
    "pct_specific_binding": 92.34523662424317,
}  # fmt: skip


@pytest.fixture(scope="module")
def examples(shared: Path) -> Examples:
    path = shared / "truth" / "data" / "counting" / "reduction_worked_examples.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    return {one["id"]: one for one in document["examples"]}


def plate(most: list[int], least: list[int]) -> dict[str, float | None]:
    upper, lower = spread(most), spread(least)
    assert isinstance(upper, Spread)
    assert isinstance(lower, Spread)
    found, none = Reduction((), Window(upper, lower), ()), assay()
    return {
        "mean_max": upper.mean, "cv_max_pct": control_cv(none, found).value,
        "mean_min": lower.mean, "cv_min_pct": lower.cv_percent,
        "S:B": signal_to_background(none, found).value, "Z_prime": z_prime(none, found).value,
        "pct_specific_binding": specific(none, found).value,
    }  # fmt: skip


def test_plate_statistics_of_eight_totals_and_eight_blanks() -> None:
    """Means, CVs, S:B, Z' and percent specific with sample SDs."""
    assert plate(MOST, LEAST) == {name: pytest.approx(value) for name, value in WORKED.items()}


def test_the_worked_plate_agrees_to_1e_12(shared: Path) -> None:
    """qc/zprime_worked: numbers invented, arithmetic exact."""
    path = shared / "truth" / "data" / "qc" / "zprime_worked.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    found = plate(document["max_total_cpm"], document["min_nsb_cpm"])
    expected = document["expected"]
    assert found == {name: pytest.approx(expected[name], rel=1e-12) for name in found}


def test_net_counts_and_dpm(examples: Examples) -> None:
    """cpm2dpm_const: background first, then efficiency."""
    given, expected = (examples["cpm2dpm_const"][key] for key in ("input", "expected"))
    net = given["cpm"] - given["bkg"]
    counting = Counting(efficiency_percent=100 * given["eff"])
    assert net == expected["net_cpm"]
    dpm = net_dpm(given["cpm"], net, Channel("1"), counting)
    assert dpm == pytest.approx(expected["dpm"], rel=1e-9)


def test_dpm_of_a_fmol(examples: Examples) -> None:
    """dpm2fmol: 86.3 Ci/mmol are 191.586 dpm for each fmol; and back to 10000 dpm."""
    given, expected = (examples["dpm2fmol"][key] for key in ("input", "expected"))
    per_fmol = given["SA_Ci_mmol"] * DPM_PER_FMOL_PER_CI_MMOL
    assert per_fmol == pytest.approx(expected["dpm_per_fmol"], rel=1e-9)
    molar = expected["fmol"] * 1e-12
    assert added_dpm(molar, 1.0, given["SA_Ci_mmol"]) == pytest.approx(given["dpm"], rel=1e-9)


@pytest.mark.parametrize("name", ["depletion", "depletion2"])
def test_depletion_of_the_ligand(examples: Examples, name: str) -> None:
    """2 nM in 125 uL at 86.3 Ci/mmol: 3900 dpm bound are 8.1 %, 6200 are 12.9 %."""
    given = {**examples["depletion"]["input"], **examples[name]["input"]}
    added = added_dpm(given["nM"] * 1e-9, given["uL"] / 1000, given["SA"])
    expected = examples[name]["expected"]["fraction"]
    assert given["dpm_bound"] / added == pytest.approx(expected, rel=1e-9)


def test_the_concentration_of_a_counted_aliquot(examples: Examples) -> None:
    """pdsp_start_conc backwards: 3100 dpm of the 1:128 well, at 128 times that in 0.125 mL."""
    given, expected = (examples["pdsp_start_conc"][key] for key in ("input", "expected"))
    molar = expected["nM_wellH"] * 1e-9 / 2**7
    assert added_dpm(molar, 0.125, given["SA"]) == pytest.approx(given["dpm"], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "symbol", "ligand", "constant", "scale"),
    [("cheng_prusoff_binding", "Kd", "L", "Kd", 1e-9),
     ("cheng_prusoff_uptake", "Km", "S", "Km", 1e-6)],
)  # fmt: skip
def test_cheng_prusoff(
    examples: Examples, name: str, symbol: str, ligand: str, constant: str, scale: float
) -> None:
    """IC50 in nM; ligand and Kd in nM, substrate and Km in uM."""
    given = examples[name]["input"]
    made = Ligand(Cited(given[ligand] * scale, "M", ""), Cited(given[constant] * scale, "M", ""),
                  symbol)  # fmt: skip
    found = affinity(fitted(given["IC50"] * 1e-9), made).value
    assert found == pytest.approx(examples[name]["expected"]["Ki"] * 1e-9, rel=1e-9)


def test_counts_over_live_time(examples: Examples) -> None:
    """dead_time_factor: 374237 counts in 88.889 s of live time."""
    given, expected = (examples["dead_time_factor"][key] for key in ("input", "expected"))
    timed = Reading("1", 1, live_time_s=given["Time"] / given["DTime"])
    cpm = cpm_of(timed, Channel("1", counts=given["Counts"]))
    assert cpm == pytest.approx(expected["cpm"], rel=1e-9)

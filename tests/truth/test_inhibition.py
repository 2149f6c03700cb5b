"""Inhibition fits against figures that other programs computed.

The desipramine curve of a simulated [3H]nisoxetine plate is restated here with its reference fits
(seeded Poisson counts with 2.5 % lognormal noise; fitted by an independent least-squares program).
All other sets are read from the reference folder, where there is one.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.model.result import Fit

NAMES = {"Bottom": "bottom", "Top": "top", "LogIC50": "log10_ic50", "HillSlope": "hill"}
GOLDEN = "golden_plates/plate_clean"
NO_NUMBER = ("ambiguous", "poorly_defined", "unstable", "no_effect")
Expected = dict[str, Any]


def load(shared: Path, name: str) -> tuple[Expected, list[dict[str, str]]]:
    """A set's JSON and the rows of its CSV."""
    base = shared / "truth" / "data" / name
    document = json.loads(base.with_suffix(".json").read_text(encoding="utf-8"))
    lines = base.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    return document, list(csv.DictReader(line for line in lines if not line.startswith("#")))


def fitted(x: list[float], y: list[float], fixed: dict[str, float], units: str = "%") -> Fit:
    return fit_inhibition(
        "inhibition_4pl", [CurveData(tuple(x), tuple(y), fixed=fixed, units=units)]
    )[0]


def compare(fit: Fit, expected: Expected, within: float = 1e-4, profile: float = 0.01) -> None:
    """Values and ends of intervals within a share of the standard error, that within 1e-5."""
    assert fit.status == "converged"
    assert fit.residual_ss == pytest.approx(expected["rss"], rel=1e-6)
    for one in expected["params"]:
        found, se = fit.parameters[NAMES[one["param"]]], one["se"]
        assert found.value == pytest.approx(one["value"], abs=within * se)
        assert found.stderr == pytest.approx(se, rel=1e-5)
        ends = one["ci95_profile" if found.ci_method == "profile" else "ci95_asymptotic"]
        assert found.ci95 == pytest.approx(ends, abs=profile * se)


# Counts per minute in duplicate: mean NSB 75.875, mean total 1669.875.
CONCENTRATIONS = [
    c for c in (1e-11, 1e-10, 3e-10, 1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 1e-6) for _ in "ab"
]
CPM = [1666.5, 1654.5, 1678.0, 1627.0, 1518.5, 1575.5, 1261.5, 1185.5, 785.0, 824.5,
       361.0, 422.5, 202.5, 209.0, 106.0, 124.0, 84.5, 68.5]  # fmt: skip

DESIPRAMINE = {
    "free": {
        "rss": 48.41682200781859,
        "params": [
            {"param": "Bottom", "value": 0.4195899376532518, "se": 0.9974925803059084,
             "ci95_asymptotic": [-1.7198188698836416, 2.558998745190145]},
            {"param": "Top", "value": 101.25625868228869, "se": 1.081485352940363,
             "ci95_asymptotic": [98.93670329412411, 103.57581407045326]},
            {"param": "LogIC50", "value": -8.606371319704824, "se": 0.021373448523911903,
             "ci95_profile": [-8.65225627537231, -8.560311687526244]},
            {"param": "HillSlope", "value": -1.038200486233269, "se": 0.04806134043482698,
             "ci95_asymptotic": [-1.1412818094013715, -0.9351191630651664]},
        ],
    },
    "constrained": {
        "rss": 55.047020334759516,
        "params": [
            {"param": "LogIC50", "value": -8.58629842764835, "se": 0.014570689516003429,
             "ci95_profile": [-8.617228276799256, -8.555294595427526]},
            {"param": "HillSlope", "value": -1.0540643591974976, "se": 0.03325423616507497,
             "ci95_asymptotic": [-1.1245601906653953, -0.9835685277296001]},
        ],
    },
}  # fmt: skip


def percent_specific(cpm: list[float], total: float, nsb: float) -> list[float]:
    return [100 * (one - nsb) / (total - nsb) for one in cpm]


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [({}, DESIPRAMINE["free"]), ({"top": 100.0, "bottom": 0.0}, DESIPRAMINE["constrained"])],
)
def test_desipramine_agrees_with_its_reference_fits(
    fixed: dict[str, float], expected: Expected
) -> None:
    """Values, standard errors, asymptotic and profile intervals, free and constrained."""
    y = percent_specific(CPM, 1669.875, 75.875)
    compare(fitted(CONCENTRATIONS, y, fixed), expected, within=1e-6, profile=1e-5)


@pytest.mark.parametrize("compound", ["desipramine", "test1", "test2", "test3"])
@pytest.mark.parametrize(
    ("fits", "fixed"),
    [("free_4PL_on_pct_specific", {}), ("constrained_0_100", {"top": 100.0, "bottom": 0.0})],
)
def test_the_golden_plate_agrees_with_its_reference_fits(
    shared: Path, compound: str, fits: str, fixed: dict[str, float]
) -> None:
    """test3 hardly inhibits: its reference interval is open, ours is a bound."""
    document, rows = load(shared, GOLDEN)
    total, nsb = (
        [float(row["cpm"]) for row in rows if row["role"] == role] for role in ("total", "nsb")
    )
    wells = [row for row in rows if row["compound"] == compound]
    y = percent_specific(
        [float(row["cpm"]) for row in wells], sum(total) / len(total), sum(nsb) / len(nsb)
    )
    fit = fitted([float(row["conc_M"]) for row in wells], y, fixed)
    expected = document["reference_fits"][compound][fits]
    assert fit.aicc == pytest.approx(expected["AICc"], rel=1e-6)
    assert fit.r_squared == pytest.approx(expected["R2"], rel=1e-9)
    if compound == "test3":
        assert (fit.qualifier, fit.qualifier_bound) == (">", pytest.approx(1e-6))
        assert fit.parameters["ic50"].value is None
    else:
        compare(fit, expected, within=1e-6, profile=1e-5)


FOUR_PARAMETER_SETS = [
    "bindcurve_ic50_a_exp_1", "bindcurve_ic50_a_exp_2", "bindcurve_ic50_b_exp_1",
    "dr4pl_drc_error_1", "dr4pl_drc_error_3", "dr4pl_drc_error_4", "dr4pl_sample_data_1",
    "dr4pl_sample_data_10", "dr4pl_sample_data_12", "dr4pl_sample_data_13",
    "dr4pl_sample_data_2", "dr4pl_sample_data_4", "dr4pl_sample_data_5", "dr4pl_sample_data_7",
    "dr4pl_sample_data_9", "drc_algae", "drc_barley", "drc_leaflength", "drc_lemna",
    "drc_mdra_A_15", "drc_mdra_A_16", "drc_mdra_A_17", "drc_mdra_C_3", "drc_mdra_C_4",
    "drc_mdra_C_5", "drc_mdra_E_10", "drc_mdra_E_11", "drc_mdra_E_12", "drc_mdra_E_13",
    "drc_mdra_E_14", "drc_mdra_E_7", "drc_mdra_E_8", "drc_mdra_E_9", "drc_nasturtium",
    "drc_ryegrass", "drc_terbuthylazin", "nlreg_C1", "nlreg_C3", "nlreg_C4", "nlreg_M4",
    "nlreg_ria", "nplr_mcf7", "nplr_pc3",
]  # fmt: skip


@pytest.mark.parametrize("name", FOUR_PARAMETER_SETS)
def test_dose_response_sets_agree_or_are_owned_up_to(shared: Path, name: str) -> None:
    """Where the reference calls the minimum ok, the same numbers; elsewhere no IC50 at all."""
    document, rows = load(shared, f"dose_response/{name}")
    x = [float(row[document["x"]]) for row in rows]
    y = [float(row[document["y"]]) for row in rows]
    fit = fitted(x, y, {"bottom": 0.0} if document["model"] == "LL.3" else {}, units="")
    expected = document["gold_python"]
    if expected["expected_status"] == "ok":
        compare(fit, expected)
        return
    assert expected["expected_status"].startswith(NO_NUMBER)
    assert (fit.status, fit.parameters["ic50"].value) == ("ambiguous", None)
    assert fit.remarks


def test_no_ic50_is_given_two_decades_below_it(shared: Path) -> None:
    """The true IC50 is 100 times the highest concentration, 10^-7.5 M: greater than that."""
    _, rows = load(shared, "dose_response/syn_ambiguous_no_inhibition")
    x = [10 ** float(row["log10_M"]) for row in rows]
    for fixed in ({}, {"bottom": 0.0}, {"top": 100.0, "bottom": 0.0}):
        fit = fitted(x, [float(row["pct_specific"]) for row in rows], fixed)
        assert (fit.qualifier, fit.qualifier_bound) == (">", pytest.approx(10**-7.5))
        assert fit.parameters["ic50"].value is None


@pytest.mark.parametrize(
    ("name", "fits", "fixed"),
    [
        ("syn_complete_ok", "gold_free_4PL", {}),
        ("syn_complete_ok", "gold_bottom_fixed_0", {"bottom": 0.0}),
        ("syn_incomplete_bottom", "gold_bottom_fixed_0", {"bottom": 0.0}),
        ("syn_incomplete_bottom", "gold_top100_bottom0_fixed", {"top": 100.0, "bottom": 0.0}),
    ],
)
def test_synthetic_curves_agree_with_fixed_plateaus(
    shared: Path, name: str, fits: str, fixed: dict[str, float]
) -> None:
    """With the bottom known the incomplete curve has its numbers; free it has none."""
    document, rows = load(shared, f"dose_response/{name}")
    x = [10 ** float(row["log10_M"]) for row in rows]
    y = [float(row["pct_specific"]) for row in rows]
    compare(fitted(x, y, fixed), document[fits], within=1e-5)
    if name == "syn_incomplete_bottom":
        free = fitted(x, y, {})
        assert (free.status, free.parameters["ic50"].value) == ("ambiguous", None)


def test_one_site_competition_in_cpm(shared: Path) -> None:
    """syn_comp_onesite_noisy_seed12: both models, their sums of squares and AICc."""
    document, rows = load(shared, "competition/syn_comp_onesite_noisy_seed12")
    data = CurveData(
        tuple(10 ** float(row["log10_M"]) for row in rows),
        tuple(float(row["cpm"]) for row in rows),
        units="cpm",
    )
    expected = document["gold_model_comparison"]
    for model, key in (("inhibition_3pl", "one_site"), ("inhibition_4pl", "variable_slope")):
        (fit,) = fit_inhibition(model, [data])  # type: ignore[arg-type]
        gold = expected[key]
        assert fit.residual_ss == pytest.approx(gold["rss"], rel=1e-8)
        assert fit.aicc == pytest.approx(gold["AICc"], rel=1e-8)
        for name, ours in (*NAMES.items(), ("logIC50", "log10_ic50")):
            if name in gold["params"]:
                assert fit.parameters[ours].value == pytest.approx(gold["params"][name], rel=1e-5)

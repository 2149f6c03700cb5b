"""Whole plates with known answers through the whole pure line: counts in, judged result out.

The plates are synthetic [3H]nisoxetine plates at hNET with Poisson and 2.5 % log-normal noise, one
of them with a planted edge effect; their reference reduction and fits were reckoned by others. The
first plate's counts and figures are restated here, so that they are held everywhere.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.reduce import Reduction, reduce
from labsvc.core.matching.match import match
from labsvc.core.matching.units import units
from labsvc.core.qc.platechecks import PLATE_CHECKS
from labsvc.model.assay import Assay
from labsvc.model.protocol import (
    Cited,
    Counting,
    FitPlan,
    Layout,
    Limits,
    Protocol,
    Radioligand,
    Recognise,
    Role,
)
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Curve, Result, Status, Verdict
from labsvc.model.run import Channel, CountRun, Instrument, Reading
from labsvc.model.runsheet import Placement, RunSheet
from tests.core.bench import capture

ROLES: dict[str, Role] = {
    "total": "total", "nsb": "nonspecific", "blank": "background",
    "reference_total_added": "total_added", "sample": "sample",
}  # fmt: skip
CHECKS = ("z_prime", "signal_to_background", "control_cv_percent", "specific_percent",
          "nonspecific_percent", "ligand_depletion_percent")  # fmt: skip
PLATES = ("plate_clean", "plate_edge_effect")
EXACTLY = 1e-9

# plate_clean: counts in 2 min, down the columns 1 and 12, and 11 for the blanks.
TOTALS = [3224, 3336, 3430, 3423, 3237, 3532, 3216, 3320]
NONSPECIFICS = [147, 158, 143, 162, 156, 144, 160, 144]
BLANKS = [52, 47, 49, 54]
DESIPRAMINE = {
    1e-11: (3333, 3309), 1e-10: (3356, 3254), 3e-10: (3037, 3151), 1e-9: (2523, 2371),
    3e-9: (1570, 1649), 1e-8: (722, 845), 3e-8: (405, 418), 1e-7: (212, 248), 1e-6: (169, 137),
}  # fmt: skip

Row = tuple[str, Role, str, float | None, float]
"""Well, role, compound, concentration in M, counts in 2 min."""


def protocol(added_factor: float = 1.0, **fixed: float) -> Protocol:
    return Protocol(
        name="net", version="1", title="NET", kind="competition_binding", target="hNET",
        recognise=Recognise(drivers=("microbeta",)),
        radioligand=Radioligand("[3H]nisoxetine", "3H", 2.0e-9, Cited(1.1e-9, "M", "given"), 86.3),
        layout=Layout(96), reduction=Plan("percent_specific", added_factor), assay_volume_ml=0.125,
        counting=Counting(efficiency_percent=41.0, efficiency_source="given"),
        fit=FitPlan("inhibition_4pl", fixed=fixed, affinity=True),
        qc={name: Limits(source="none") for name in CHECKS},
    )  # fmt: skip


def matched(
    rows: list[Row], limits: Mapping[str, Limits] | None = None, **given: float
) -> tuple[Result, Reduction]:
    """The judged result, and the reduction it was made of; ``limits`` in place of the usual."""
    run = CountRun(
        "golden", Instrument("synthetic"),
        tuple(Reading(well, order, (Channel("1", counts=counts),), plate=1, live_time_s=120.0)
              for order, (well, _, _, _, counts) in enumerate(rows, start=1)),
    )  # fmt: skip
    (unit,) = units(run, capture("golden.txt"), "microbeta", capture().received_at.tzinfo)  # type: ignore[arg-type]
    sheet = RunSheet(
        "golden", "net", count_file="golden.txt",
        placements=tuple(Placement(well, role, None, compound or None, dose)
                         for well, role, compound, dose, _ in rows),
    )  # fmt: skip
    plan = protocol(**given)
    assay = match(unit, [replace(plan, qc=limits) if limits else plan], [sheet], [])
    assert isinstance(assay, Assay)
    return conclude(assay), reduce(assay)


def golden(shared: Path, name: str) -> tuple[dict[str, Any], list[Row]]:
    base = shared / "truth" / "data" / "golden_plates" / name
    text = base.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    rows: list[Row] = [
        (row["well"], ROLES[row["role"]], row["compound"],
         float(row["conc_M"]) if row["role"] == "sample" else None, float(row["counts"]))
        for row in csv.DictReader(line for line in text if not line.startswith("#"))
    ]  # fmt: skip
    return json.loads(base.with_suffix(".json").read_text(encoding="utf-8")), rows


def restated() -> list[Row]:
    wells = [f"{row}{column}" for column in ("01", "12") for row in "ABCDEFGH"]
    rows: list[Row] = [
        *((well, "total", "", None, n) for well, n in zip(wells[:4] + wells[8:12], TOTALS,
                                                          strict=True)),
        *((well, "nonspecific", "", None, n) for well, n in zip(wells[4:8] + wells[12:],
                                                                NONSPECIFICS, strict=True)),
        *((f"{row}11", "background", "", None, n) for row, n in zip("ABCD", BLANKS, strict=True)),
    ]  # fmt: skip
    for column, (dose, pair) in enumerate(DESIPRAMINE.items(), start=2):
        rows += [(f"{row}{column:02d}", "sample", "desipramine", dose, n)
                 for row, n in zip("AB", pair, strict=True)]  # fmt: skip
    return rows


def values(result: Result) -> dict[str, float | None]:
    return {one.check: one.value for one in result.findings}


def of(result: Result, compound: str) -> Curve:
    (found,) = (curve for curve in result.curves if curve.compound == compound)
    return found


def test_the_restated_plate_gives_its_reference_reduction() -> None:
    """Every figure of the plate's reference reduction, to 1e-9 of its value."""
    result, reduction = matched(restated())
    upper, lower = reduction.window.upper, reduction.window.lower
    assert upper is not None
    assert lower is not None
    assert upper.mean == pytest.approx(1644.625, rel=EXACTLY)
    assert upper.cv_percent == pytest.approx(3.4798558934453494, rel=EXACTLY)
    assert lower.mean == pytest.approx(50.625, rel=EXACTLY)
    assert lower.cv_percent == pytest.approx(7.914451027488805, rel=EXACTLY)
    found = values(result)
    assert found["z_prime"] == pytest.approx(0.8847479219192438, rel=EXACTLY)
    assert found["signal_to_background"] == pytest.approx(32.48641975308642, rel=EXACTLY)
    assert found["specific_percent"] == pytest.approx(96.92179068176635, rel=EXACTLY)
    assert found["ligand_depletion_percent"] == pytest.approx(8.374892712003754, rel=EXACTLY)


def test_the_restated_plate_gives_desipramine_its_ic50_and_ki() -> None:
    """IC50 10^-8.60637 M and Ki 0.8783 nM at 2 nM of a ligand with Kd 1.1 nM; true Ki 0.9 nM."""
    result, _ = matched(restated())
    curve = of(result, "desipramine")
    assert result.verdict is Verdict.ACCEPTED
    assert curve.fit is not None
    assert curve.fit.parameters["log10_ic50"].value == pytest.approx(-8.606371319704824, abs=1e-6)
    assert curve.ki is not None
    assert curve.ki.value == pytest.approx(8.783339537975297e-10, rel=1e-5)
    ends = (10**-8.65225627537231 / (1 + 2 / 1.1), 10**-8.560311687526244 / (1 + 2 / 1.1))
    assert curve.ki.ci95 == pytest.approx(ends, rel=1e-5)
    assert curve.reportable == "Ki 878 pM [790-977]"


@pytest.mark.parametrize("name", PLATES)
def test_each_plate_gives_its_reference_reduction(shared: Path, name: str) -> None:
    """Background, means, CVs, Z', S:B, percent specific and depletion, to 1e-9 of its value."""
    document, rows = golden(shared, name)
    result, reduction = matched(rows)
    expected, found = document["reference_reduction"], values(result)
    upper, lower = reduction.window.upper, reduction.window.lower
    assert upper is not None
    assert lower is not None
    background = {one.name: one.inputs for one in result.operations}["background"]
    pairs = {
        "blank_cpm_mean": background["background_cpm"],
        "total_net_cpm_mean": upper.mean, "total_cv_pct": upper.cv_percent,
        "nsb_net_cpm_mean": lower.mean, "nsb_cv_pct": lower.cv_percent,
        "pct_specific": found["specific_percent"], "Zprime": found["z_prime"],
        "S:B": found["signal_to_background"],
        "depletion_fraction_total_bound": (found["ligand_depletion_percent"] or 0) / 100,
    }  # fmt: skip
    assert pairs == {name: pytest.approx(expected[name], rel=EXACTLY) for name in pairs}


@pytest.mark.parametrize("name", PLATES)
@pytest.mark.parametrize(
    ("fits", "ki", "fixed"),
    [("free_4PL_on_pct_specific", "Ki_from_free_M", {}),
     ("constrained_0_100", "Ki_from_constrained_M", {"top": 100.0, "bottom": 0.0})],
)  # fmt: skip
def test_each_compound_gives_its_reference_ic50_and_ki(
    shared: Path, name: str, fits: str, ki: str, fixed: dict[str, float]
) -> None:
    """log10 IC50 to the set's 1e-4. test3 does not reach half: a bound and no Ki."""
    document, rows = golden(shared, name)
    result, _ = matched(rows, **fixed)
    for compound, expected in document["reference_fits"].items():
        curve = of(result, compound)
        assert curve.fit is not None
        assert curve.ki is not None
        if compound == "test3":
            assert (curve.reportable, curve.ki.value) == ("IC50 > 1 µM", None)
            continue
        params = {one["param"]: one["value"] for one in expected[fits]["params"]}
        log10_ic50 = curve.fit.parameters["log10_ic50"].value
        assert log10_ic50 == pytest.approx(params["LogIC50"], abs=1e-4), compound
        assert curve.ki.value == pytest.approx(expected[ki], rel=3e-4), compound


@pytest.mark.parametrize("compound", ["desipramine", "test1", "test2"])
def test_the_intervals_of_the_clean_plate_hold_the_true_ki(shared: Path, compound: str) -> None:
    """The plate was made with these."""
    document, rows = golden(shared, "plate_clean")
    curve = of(matched(rows)[0], compound)
    assert curve.ki is not None
    assert curve.ki.ci95 is not None
    low, high = curve.ki.ci95
    assert low is not None
    assert high is not None
    assert low < document["truth"]["Ki_M"][compound] < high


@pytest.mark.parametrize("name", PLATES)
def test_the_ligand_counted_as_added_is_that_of_the_reference(shared: Path, name: str) -> None:
    """Vials of 1/50 of a well: 2.02 nM measured, and every Ki is reckoned with it."""
    document, rows = golden(shared, name)
    result, _ = matched(rows, added_factor=50.0)
    ki = of(result, "desipramine").ki
    assert ki is not None
    expected = document["reference_reduction"]["hot_nM_measured"] * 1e-9
    assert ki.inputs["ligand_m"] == pytest.approx(expected, rel=EXACTLY)
    assert "ligand_sd_m" in ki.inputs
    nominal = document["reference_fits"]["desipramine"]["Ki_from_free_M"]
    shift = (1 + 2 / 1.1) / (1 + expected * 1e9 / 1.1)
    assert ki.value == pytest.approx(nominal * shift, rel=3e-4)


def test_aliquots_without_their_factor_are_doubted(shared: Path) -> None:
    """The same vials taken for whole ones make 40 pM: the nominal stays, each Ki says so."""
    result, _ = matched(golden(shared, "plate_clean")[1])
    curve = of(result, "desipramine")
    assert curve.ki is not None
    assert curve.ki.inputs["ligand_m"] == 2e-9
    assert curve.fit is not None
    assert any("more than twofold from the nominal 2 nM" in one for one in curve.fit.remarks)


@pytest.mark.parametrize(("name", "off"), [("plate_clean", 0.0), ("plate_edge_effect", 14.5)])
def test_the_planted_edge_is_found_and_the_clean_plate_has_none(
    shared: Path, name: str, off: float
) -> None:
    """By the checks of the plate: 14.5 % +- 3.4 where an edge was planted, and no drift."""
    _, rows = golden(shared, name)
    limits = {check: Limits(warn_high=10.0, source="test") for check in PLATE_CHECKS}
    found = {one.check: one for one in matched(rows, limits)[0].findings}
    assert found["edge_effect_percent"].value == pytest.approx(off, abs=0.1)
    assert (found["edge_effect_percent"].status is Status.WARN) is (off > 0)
    assert found["drift_percent"].value == 0.0
    assert found["wash_residue_percent"].value == 0.0

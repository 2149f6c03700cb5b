"""MSD and MSR against worked figures."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from labsvc.core.qc.repeatability import control_msr, differing, repeated


def test_by_hand() -> None:
    """log10 ratios 0, 0.2, 0.4: mean 0.2, SD 0.2, so MSD 0.4 and MSR 10^0.4."""
    found = repeated([(1.0, 1.0), (10.0, 10**1.2), (100.0, 10**2.4)])
    assert found.compounds == 3
    assert found.mean_ratio == pytest.approx(10**0.2)
    assert (found.msd, found.msr) == (pytest.approx(0.4), pytest.approx(10**0.4))
    assert found.limits == (pytest.approx(10**-0.2), pytest.approx(10**0.6))


@pytest.mark.parametrize(
    "name",
    ["msr_MSR3data32", "msr_MSR2.5data32", "msr_MSR3data32shift", "msr_MSR4data32", "msr_FewSmpl"],
)
def test_the_reference_sets_of_32_compounds_and_of_five(shared: Path, name: str) -> None:
    """Multiplier 2, as Eastwood 2006 and the Assay Guidance Manual write it. The reference's ratios
    are of the first experiment over the second."""
    folder = shared / "truth/data/qc"
    wanted = json.loads((folder / f"{name}.json").read_bytes())["recomputed"]
    wanted = wanted["AGM_eastwood2006 (mult 2)"]
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        pairs = [(float(one["exp2"]), float(one["exp1"])) for one in csv.DictReader(file)]
    found = repeated(pairs)
    assert (found.msd, found.msr) == (pytest.approx(wanted["MSD"]), pytest.approx(wanted["MSR"]))
    assert found.mean_ratio == pytest.approx(wanted["MeanRatio"])
    assert found.limits == pytest.approx(tuple(wanted["LsA_ratio"]))


def test_the_transcribed_table_of_the_paper(shared: Path) -> None:
    """25 compounds of Eastwood 2006, table 3: MSR 1.498 (of all of them the paper has 1.6)."""
    folder = shared / "truth/data/qc"
    with (folder / "msr_eastwood2006_table3.csv").open(encoding="utf-8") as file:
        pairs = [tuple(10 ** float(one[f"log10_ic50_run{run}"]) for run in (1, 2))
                 for one in csv.DictReader(file)]  # fmt: skip
    found = repeated([(first, second) for first, second in pairs])
    assert found.msr == pytest.approx(1.4977034470363573)
    assert 1 / found.mean_ratio == pytest.approx(1.3614321431547725)


def test_differences_by_hand() -> None:
    """0, 10 and 20 % more: mean 10, SD 10, MSD 20."""
    found = differing([(0.0, 0.0), (50.0, 60.0), (90.0, 110.0)])
    assert found.compounds == 3
    assert (found.mean, found.msd, *found.limits) == pytest.approx((10.0, 20.0, -10.0, 30.0))


def test_the_reference_set_of_320_activities(shared: Path) -> None:
    """Published: MSD 21.1, mean difference -0.0018; the differences are first less second."""
    folder = shared / "truth/data/qc"
    document = json.loads((folder / "msr_MSD20Data320.json").read_bytes())
    wanted = document["recomputed"]["AGM_eastwood2006 (mult 2)"]
    with (folder / "msr_MSD20Data320.csv").open(encoding="utf-8") as file:
        pairs = [(float(one["exp2"]), float(one["exp1"])) for one in csv.DictReader(file)]
    found = differing(pairs)
    assert found.msd == pytest.approx(wanted["MSD"])
    assert found.msd == pytest.approx(document["published"]["MSD"], rel=0.005)
    assert found.mean == pytest.approx(wanted["mean_diff"])
    assert found.limits == pytest.approx(tuple(wanted["LsA"]))


@pytest.mark.parametrize("pairs", [[(1.0, 1.0)], [(1.0, 1.0), (1.0, math.nan), (1.0, 2.0)]])
def test_what_gives_no_msd_is_refused(pairs: list[tuple[float, float]]) -> None:
    """Too few, or no number; zero and below it are activities too."""
    with pytest.raises(ValueError, match=r"three or more|must be a number"):
        differing(pairs)


def test_the_reference_series_of_a_control(shared: Path) -> None:
    """The cumulative MSR of one potency a run, run after run (Potency Control Chart of the Assay
    Guidance Manual)."""
    folder = shared / "truth/data/qc"
    checks = json.loads((folder / "cc_sRepData.json").read_bytes())["recomputed_checks"]
    wanted = checks["MSR_cumulative_10^(2*sqrt2*sd)"]["recomputed"]
    with (folder / "cc_sRepData.csv").open(encoding="utf-8") as file:
        potencies = [float(one["Data"]) for one in csv.DictReader(file)]
    first = len(potencies) - len(wanted) + 1
    found = [control_msr(potencies[:n]) for n in range(first, len(potencies) + 1)]
    assert found == pytest.approx(wanted)


def test_a_control_run_again_and_again() -> None:
    """log10 1, 1.1, 1.2: SD 0.1, MSR 10^(0.2 sqrt 2)."""
    assert control_msr([10.0, 10**1.1, 10**1.2]) == pytest.approx(10 ** (0.2 * math.sqrt(2)))


@pytest.mark.parametrize("pairs", [[(1.0, 1.0)], [(1.0, 1.0), (1.0, 0.0), (1.0, 2.0)]])
def test_what_gives_no_msr_is_refused(pairs: list[tuple[float, float]]) -> None:
    """Too few, or a potency of zero."""
    with pytest.raises(ValueError, match=r"three or more|above zero"):
        repeated(pairs)


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 2.0, -3.0], [1.0, 2.0, math.nan]])
def test_what_gives_no_control_msr_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"three or more potencies"):
        control_msr(values)

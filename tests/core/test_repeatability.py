"""MSD and MSR against worked figures."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from labsvc.core.repeatability import control_msr, repeated


def test_by_hand() -> None:
    """log10 ratios 0, 0.2, 0.4: mean 0.2, SD 0.2, so MSD 0.4 and MSR 10^0.4."""
    found = repeated([(1.0, 1.0), (10.0, 10**1.2), (100.0, 10**2.4)])
    assert found.compounds == 3
    assert found.mean_ratio == pytest.approx(10**0.2)
    assert (found.msd, found.msr) == (pytest.approx(0.4), pytest.approx(10**0.4))
    assert found.limits == (pytest.approx(10**-0.2), pytest.approx(10**0.6))


@pytest.mark.parametrize("name", ["msr_MSR3data32", "msr_MSR2.5data32", "msr_MSR3data32shift"])
def test_the_reference_sets_of_32_compounds(shared: Path, name: str) -> None:
    """Multiplier 2, as Eastwood 2006 and the Assay Guidance Manual write it."""
    folder = shared / "truth/data/qc"
    wanted = json.loads((folder / f"{name}.json").read_bytes())["recomputed"]
    wanted = wanted["AGM_eastwood2006 (mult 2)"]
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        pairs = [(float(one["exp1"]), float(one["exp2"])) for one in csv.DictReader(file)]
    found = repeated(pairs)
    assert found.msr == pytest.approx(wanted["MSR"]) or found.msr == pytest.approx(wanted["MSR"])
    assert {found.mean_ratio, 1 / found.mean_ratio} & {
        one for one in (found.mean_ratio, 1 / found.mean_ratio)
        if math.isclose(one, wanted["MeanRatio"], rel_tol=1e-9)
    }  # fmt: skip


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

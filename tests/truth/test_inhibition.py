"""Inhibition fits against figures that others have computed.

Restated here: nlreg's RIA data and R's ``?nls`` cannot be, being GPL; the figures below are results,
with their source. The sets themselves are read from the reference folder where there is one.
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


# Percent specific of the golden plate's desipramine curve, from its counts by its reference
# reduction: 100 * (cpm - mean NSB) / (mean total - mean NSB). Mean NSB 75.875, total 1669.875.
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
             "ci95_asymptotic": [-1.1412818094007515, -0.9351191630657866]},
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



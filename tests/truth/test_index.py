"""No set of the reference folder is left out silently: each is held to somewhere, or says why not.

For the groups of the fitter; plates, counting and QC have tests of their own.
"""

from __future__ import annotations

import json
from pathlib import Path

GROUPS = {"competition", "dose_response", "kinetics", "nist_strd", "nonlinear_other", "saturation",
          "uptake_mm"}  # fmt: skip
HERE = Path(__file__).parent

# What is held to, but not in everything it holds.
NOT_IN_FULL = {
    "syn_outlier_one": "fitted with and without the planted point; no test of outliers (ROUT) yet",
    "syn_outlier_none": "fitted; no test of outliers (ROUT) yet",
    "syn_comp_onesite_noisy_seed12": "the choice and the one-site fit; two sites run off to "
    "Top = 312,396 in the reference, and are kept inside the tested range here",
    "puromycin_treated": "direct minimisation of sum (y - f)^2 / f is no weighting of ours",
}


def index(shared: Path) -> list[str]:
    document = json.loads((shared / "truth" / "INDEX.json").read_text(encoding="utf-8"))
    return [one["id"] for one in document["sets"] if one["group"] in GROUPS]


def test_every_set_of_the_fitter_is_tested(shared: Path) -> None:
    """By its name in a test of this folder."""
    others = [path for path in sorted(HERE.glob("test_*.py")) if path != Path(__file__)]
    texts = "".join(path.read_text(encoding="utf-8") for path in others)
    missing = [
        name
        for name in index(shared)
        if name not in texts and f'"{name.removeprefix("nist_")}"' not in texts
    ]
    assert missing == []


def test_what_is_not_tested_in_full_is_still_there(shared: Path) -> None:
    """The list of reasons does not outlive its sets."""
    assert set(NOT_IN_FULL) <= set(index(shared))

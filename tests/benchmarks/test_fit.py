"""The benchmark of the fitter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FIT = Path(__file__).parents[2] / "benchmarks" / "fit.py"
WITH_UNITS = {
    "curves_per_second", "ratio_to_scipy_curve_fit", "best_known_ordinary_percent",
    "best_known_hard_percent", "profile_us_per_curve", "peak_rss_mb",
}  # fmt: skip


def test_the_lowest_sums_of_squares_are_reached_and_nonsense_is_refused() -> None:
    """On a few curves of each kind; and the document has the figures that others look for."""
    command = [sys.executable, str(FIT), "--json", "--quick", "--curves", "400", "--many", "4096"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found.keys() > WITH_UNITS
    assert found["best_known_ordinary_percent"] == 100
    assert found["best_known_hard_percent"] >= 95
    assert found["refused_percent"] == 100
    assert 90 < found["coverage_triplicate_percent"] < 98

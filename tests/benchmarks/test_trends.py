"""The benchmark of the control charts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TRENDS = Path(__file__).parents[2] / "benchmarks" / "trends.py"


def test_a_shift_is_found_oftener_than_a_steady_series_is_called_shifted() -> None:
    """By every rule; and a chart of 10,000 runs is made."""
    command = [sys.executable, TRENDS, "--json", "--series", "60"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    rules = [name.removeprefix("false_") for name in found if name.startswith("false_")]
    assert len(rules) == 6
    assert all(found[f"found_{one}"] > found[f"false_{one}"] for one in rules)
    assert found["chart_ms"] > 0

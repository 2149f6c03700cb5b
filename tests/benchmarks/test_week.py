"""The benchmark of a week."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WEEK = Path(__file__).parents[2] / "benchmarks" / "week.py"


@pytest.mark.skipif(os.name != "posix", reason="handles are counted as descriptors")
def test_a_short_week_with_faults_loses_no_run(tmp_path: Path) -> None:
    """Every plate filed, nothing that verify finds, no handle lost."""
    done = subprocess.run(
        [sys.executable, WEEK, "--runs", "14", "--keep-sheets", "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    told = json.loads(done.stdout)
    assert (told["runs"], told["wrong"]) == (14, [])
    assert len(told["rss_mb"]) == 7

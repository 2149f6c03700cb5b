"""Power cut at every door while files of one run are kept: what was acknowledged is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="synced files are known by /proc"
)

SCRIPT = Path(__file__).with_name("parts_power.py")


def test_a_part_of_a_run_that_was_acknowledged_survives_a_cut_of_power(tmp_path: Path) -> None:
    """Whether all that was not synced is forgotten, or the dice decide; at the last door all of
    them had been promised."""
    done = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=False,
                          capture_output=True, text=True, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    cuts = [line.split() for line in done.stdout.splitlines()]
    assert len(cuts) > 20
    assert cuts[-1][2] == "4"

"""The benchmark of an old laboratory: that it runs, and that nothing is overlooked meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

IDLE = Path(__file__).parents[2] / "benchmarks" / "idle.py"


@pytest.mark.skipif(sys.platform != "linux", reason="it waits for the word that systemd waits for")
def test_a_new_file_and_a_changed_one_are_taken_among_old_ones(tmp_path: Path) -> None:
    """With its figures as one document."""
    ran = subprocess.run(
        [sys.executable, IDLE, "--json", "--files", "120", "--runs", "20", "--seconds", "0.2"],
        env={"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)
    assert (figures["files"], figures["runs"]) == (120, 20)
    taken = ("new_file_taken_s", "old_file_changed_taken_s", "start_to_ready_s")
    assert all(figures[name] > 0 for name in taken)

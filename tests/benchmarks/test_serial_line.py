"""The benchmark of the serial line: that every byte arrives, and that its figures are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

SERIAL_LINE = Path(__file__).parents[2] / "benchmarks" / "serial_line.py"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory of one process")
def test_the_benchmark_of_the_serial_line_gives_its_figures_as_one_document(tmp_path: Path) -> None:
    """55 whole runs of 400 vials, nothing broken off, and the transcript is what was sent."""
    ran = subprocess.run(
        [sys.executable, SERIAL_LINE, "--json", "--quick"],
        env={"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_PATIENCE,
    )

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["transcript_exact"] is True
    assert (found["fragments"], found["runs"]) == (0, 55)
    assert all(found[name] > 0 for name in ("mb_per_second", "cpu_seconds_per_mb", "peak_mb"))
    assert not any(tmp_path.iterdir())

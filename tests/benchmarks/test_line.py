"""The benchmark of the line: that it runs and gives the figures that are written down."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

LINE = Path(__file__).parents[2] / "benchmarks" / "line.py"


@pytest.mark.skipif(sys.platform != "linux", reason="it waits for the word that systemd waits for")
def test_the_benchmark_of_the_line_gives_its_figures_as_one_document(tmp_path: Path) -> None:
    """Each promised figure is a number, and the plates of both parts were filed."""
    ran = subprocess.run(
        [sys.executable, LINE, "--json", "--quick"],
        env={"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_PATIENCE,
    )

    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)
    promised = {"filed_p50_ms", "filed_p99_ms", "backlog_plates_per_second", "start_ms"}
    assert all(figures[name] > 0 for name in promised | {"idle_rss_mb"})
    assert figures["idle_cpu_percent"] >= 0
    assert not any(tmp_path.iterdir())

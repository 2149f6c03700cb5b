"""A service killed at random moments under load; a thousand times: benchmarks/kills.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kills.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="services are made by fork")
def test_killed_at_random_moments_every_capture_is_filed_once(tmp_path: Path) -> None:
    """Archive and database agree, the chain is unbroken, nothing lies about."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--kills", "10", "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert done.returncode == 0, done.stderr
    assert told["kills"] == 10
    assert told["kills_in_hand"] > 0

"""Cuts of power at random doors: what was acknowledged is filed, once, by the next service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="synced files are known by /proc"
)

SCRIPT = Path(__file__).with_name("power.py")
SEED = 20260302


def _cut(folder: Path, cuts: int, *plant: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(cuts), str(SEED), str(folder), *plant]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LONG_PATIENCE
    )


def test_what_was_acknowledged_survives_a_cut_of_power(tmp_path: Path) -> None:
    """The same runs, captures, alerts and set-aside files as undisturbed; archive and audit whole.

    All that was not synced is forgotten, or in part, bytes torn.
    """
    done = _cut(tmp_path / "homes", 6)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 cuts" in done.stdout
    # Each in the middle of the work: at a commit, or at a file or folder below the home.
    cuts = [line for line in done.stdout.splitlines() if line[0].isdigit()][:-1]
    assert all("~/" in line or line.endswith(" commit") for line in cuts), done.stdout
    assert len(cuts) == 6
    assert "~/" in done.stdout


@pytest.mark.parametrize("plant", ["folders", "files"])
def test_a_service_that_does_not_sync_is_found_out(tmp_path: Path, plant: str) -> None:
    """The trial itself is tried: without these syncs files are lost, and it says so."""
    done = _cut(tmp_path / "homes", 1, plant)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broke the promise" in done.stdout
    assert "WRONG" in done.stdout

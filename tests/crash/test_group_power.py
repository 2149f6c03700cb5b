"""Power cut while captures are filed together: each is filed, once, by the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="synced files are known by /proc"
)

SCRIPT = Path(__file__).with_name("group_power.py")
SEED = 20260302


def _cut(folder: Path, size: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(size), str(SEED), str(folder), *more]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LONG_PATIENCE
    )


@pytest.mark.parametrize(("size", "every"), [(3, 19), (8, 83)])
def test_captures_filed_together_are_filed_once_whenever_the_power_goes(
    tmp_path: Path, size: int, every: int
) -> None:
    """The same runs, alerts and folders as undisturbed, archive and audit whole, nothing left.

    At every door by hand, at every 19th or 83rd here; some of the next starts are cut as well.
    """
    done = _cut(tmp_path / "homes", size, str(every))
    assert done.returncode == 0, done.stdout + done.stderr
    cuts = done.stdout.splitlines()[:-1]
    assert len(cuts) > 2
    assert all("~/" in line or line.endswith(" commit") for line in cuts), done.stdout


@pytest.mark.parametrize("plant", ["folders", "files"])
def test_a_group_that_is_not_synced_is_found_out(tmp_path: Path, plant: str) -> None:
    """The trial itself is tried: without these syncs runs are lost, and it says so."""
    done = _cut(tmp_path / "homes", 3, "1", plant)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broke the promise" in done.stdout
    assert "WRONG faults" in done.stdout

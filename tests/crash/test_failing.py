"""The n-th operation fails: the same service goes on, and all is filed once when the fault goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="synced files are named by /proc"
)

SCRIPT = Path(__file__).with_name("failing.py")


@pytest.mark.parametrize(
    ("way", "every", "what"),
    [("once", 17, "folder"), ("long", 29, "folder"), ("once", 31, "group"), ("long", 43, "group")],
)
def test_a_failing_disk_or_database_loses_nothing_and_heals(
    tmp_path: Path, way: str, every: int, what: str
) -> None:
    """Nothing lost, nothing double, no restart, also where captures are filed together.

    At every n by hand, at each so many here.
    """
    command = [sys.executable, str(SCRIPT), way, str(tmp_path / "homes"), str(every), what]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LONG_PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) > 100 // every
    assert not [line for line in lines if "WRONG" in line or "DIED" in line], done.stdout
    # Of the disk or of the database, whichever the n-th is: each has its name.
    assert all(":" in line and line.split(": ", 1)[1] for line in lines[1:-1])

"""The write order of captures filed together: a cut of power at any moment finds one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sync of a folder")

SCRIPT = Path(__file__).with_name("together_doors.py")

# Each step for both captures: the last door of a step waits until all of it is on the disk.
STEPS = [
    "os.fsync inbox/.X.tmp", "os.rename inbox/.X.tmp inbox/.tries", "os.fsync inbox",
    "os.fsync archive",  # the year's folder is new
    "os.rename archive/.staging/X archive/2026/2026-03-02 lab X",
    "os.rename archive/.staging/X archive/2026/2026-03-02 lab X",
    "os.fsync archive/2026",
    "commit",
    "os.remove inbox/X.json", "os.remove inbox/X.json", "os.remove inbox/.tries",
    "os.fsync inbox",
    "os.remove inbox/X", "os.remove inbox/X",
]  # fmt: skip


def test_no_step_begins_before_the_one_before_it_is_on_the_disk_for_all(tmp_path: Path) -> None:
    """Tries counted, folders in place, one commit, labels gone, bytes gone."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "home")],
        check=False, capture_output=True, text=True, timeout=LONG_PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # Reading is a transaction too: a few commits in a row are one.
    passed = [
        door
        for door, again in groupby(done.stdout.splitlines())
        for _ in ([door] if door == "commit" else again)
    ]
    assert passed[passed.index(STEPS[0]) :] == STEPS

"""The service as a command: what is started before what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from tests.cli.conftest import Labsvc

LIGHT = """
import sys, labsvc.cli.run
print(*sorted({"sqlalchemy", "numpy", "labsvc.service.daemon"} & set(sys.modules)))
"""


def test_little_is_loaded_before_the_process_that_works_captures_out_starts() -> None:
    """What the service itself needs is loaded beside it."""
    ran = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == []


def test_a_service_that_is_refused_leaves_no_process(labsvc: Labsvc, tmp_path: Path) -> None:
    """Those that were started early are ended."""
    before = set(psutil.Process().children())
    assert labsvc("run", "--home", tmp_path / "nowhere").code == 78
    assert set(psutil.Process().children()) == before

"""The service in a process of its own, from its home to its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from labsvc.store.lock import HomeLock
from tests.bench import make_home
from tests.cli.conftest import Labsvc
from tests.patience import PATIENCE

SERVICE = "import sys; from labsvc.cli import main; sys.argv = ['labsvc', *sys.argv[1:]]; main()"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


def test_a_second_service_on_one_home_is_refused(labsvc: Labsvc, home: Path) -> None:
    """Exit code 78, with the number of the first."""
    with HomeLock(home):
        ran = labsvc("run", "--home", home)
    assert ran.code == 78
    assert ran.sentence.startswith("labsvc: another labsvc (pid ")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM that could be handled")
def test_asked_to_end_it_ends_with_all_its_processes(home: Path) -> None:
    """With success, and the one that works captures out is gone as well."""
    command = [sys.executable, "-c", SERVICE, "run", "--home", str(home)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        assert any("worked out by another process" in line for line in service.stderr)
        others = psutil.Process(service.pid).children(recursive=True)
        service.send_signal(signal.SIGTERM)
        service.stderr.read()
        assert service.wait(PATIENCE) == 0
    gone, alive = psutil.wait_procs(others, timeout=PATIENCE)
    assert (len(gone), alive) == (len(others), [])
    assert others

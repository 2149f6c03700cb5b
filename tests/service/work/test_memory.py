"""The memory of the process that files plates."""

from __future__ import annotations

import subprocess
import sys

import pytest

WORDS = """
import gc
from labsvc.service.work import memory
memory.share_one_heap()
memory.settle()
print(gc.get_freeze_count() > 1_000, gc.get_threshold()[0] >= 100_000)
"""


def test_what_is_loaded_is_not_looked_through_again() -> None:
    """In a process of its own, as both change the whole of it."""
    ran = subprocess.run([sys.executable, "-c", WORDS], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["True", "True"]


FREED = """
import gc
from pathlib import Path
from labsvc.service.work import memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) // 256
memory.share_one_heap()
kept = [bytes(2000 + n % 7) for n in range(40_000)]
holes = kept[::50]
del kept
before = resident()
memory.give_back()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is changed elsewhere")
def test_pages_between_what_stays_are_given_back() -> None:
    """Eighty megabytes with a value in each fiftieth place: most of them go."""
    ran = subprocess.run([sys.executable, "-c", FREED], capture_output=True, check=True, text=True)
    assert int(ran.stdout) > 40


AT_REST = """
import sys, labsvc.cli.serving
from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.service.registry import load_drivers
from labsvc.service.work.firstuses import FIRST_USES
import labsvc.service.work.worker
load_drivers()
for load in FIRST_USES:
    load()
doses = tuple(10 ** (step / 2 - 9) for step in range(7))
rates = (98.0, 103.0, 91.0, 70.0, 44.0, 13.0, 9.0)
assert fit_inhibition("inhibition_4pl", [CurveData(doses, rates)])
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_what_the_service_at_rest_has_not_loaded() -> None:
    """Each would stay for months."""
    heavy = ["smtplib", "http.client", "alembic", "resvg_py", "numpy.ma", "openpyxl"]
    ran = subprocess.run(
        [sys.executable, "-c", AT_REST, *heavy], capture_output=True, check=True, text=True
    )
    assert ran.stdout.split() == []

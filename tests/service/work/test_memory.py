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

"""The memory of the process that files plates."""

from __future__ import annotations

import subprocess
import sys

WORDS = """
import gc
from labsvc.service import memory
memory.share_one_heap()
memory.settle()
print(gc.get_freeze_count() > 1_000, gc.get_threshold()[0] >= 100_000)
"""


def test_what_is_loaded_is_not_looked_through_again() -> None:
    """In a process of its own, as both change the whole of it."""
    ran = subprocess.run([sys.executable, "-c", WORDS], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["True", "True"]

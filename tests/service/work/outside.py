"""Drivers from outside that hang, or break their process; another process can import them too."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from labsvc.driver import Driver

MODULE = '''
import os, signal
from labsvc.driver import Driver, Recognition

class Hangs(Driver):
    """Hangs where no alarm reaches it."""
    title, maturity = "hangs", "draft"
    def recognises(self, capture): return Recognition.no("asked for by name only")
    def parse(self, capture):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        while True: pass
    def simulate(self, records, *, fault=None): return b""

class Dies(Hangs):
    """Takes its process with it."""
    def parse(self, capture): os._exit(3)
'''


def drivers_outside(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Driver]:
    """``hangs`` and ``dies``, in a module below ``root``."""
    (root / "outside").mkdir()
    (root / "outside" / "driver_that_hangs.py").write_text(MODULE)
    monkeypatch.syspath_prepend(root / "outside")
    monkeypatch.setenv("PYTHONPATH", str(root / "outside"))
    loaded = importlib.import_module("driver_that_hangs")
    return {"hangs": loaded.Hangs(), "dies": loaded.Dies()}

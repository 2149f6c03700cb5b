"""Drivers from outside that hang, or break their process; another process can import them too."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from labsvc.driver import Driver

MODULE = '''
import os, signal
from labsvc.driver import Driver, Recognition
from labsvc_drivers.microbeta import MicroBeta

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

class Later(MicroBeta):
    """Takes its process with it once there is a file named so beside it."""
    title, maturity = "later", "draft"
    def recognises(self, capture): return Recognition.no("asked for by name only")
    def parse(self, capture):
        if os.path.exists(os.path.join(os.path.dirname(__file__), "later")):
            os._exit(3)
        return super().parse(capture)
'''


def drivers_outside(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Driver]:
    """``hangs``, ``dies`` and ``later``, in a module in ``root/outside``."""
    (root / "outside").mkdir()
    (root / "outside" / "driver_that_hangs.py").write_text(MODULE)
    monkeypatch.syspath_prepend(root / "outside")
    monkeypatch.setenv("PYTHONPATH", str(root / "outside"))
    loaded = importlib.import_module("driver_that_hangs")
    return {"hangs": loaded.Hangs(), "dies": loaded.Dies(), "later": loaded.Later()}

"""What a library would load wherever it finds it, and nobody needs of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from labsvc.unseen import unseen

LOGGED = """
import sys
import labsvc, structlog
print("rich" in sys.modules)
import rich.console
print("rich" in sys.modules, structlog.dev.rich)
"""


def test_inside_a_module_is_not_found_and_afterwards_it_is() -> None:
    """One that is loaded already stays what it is."""
    ran = subprocess.run([sys.executable, "-c", LOGGED], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["False", "True", "None"]
    with unseen("subprocess"):
        assert sys.modules["subprocess"] is subprocess


def test_it_is_found_again_after_an_error() -> None:
    with pytest.raises(ImportError, match="wave"), unseen("wave"):
        import wave  # noqa: F401, PLC0415
    assert "wave" not in sys.modules

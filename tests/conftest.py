"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same drawn cases for everyone, every time. `pytest --hypothesis-profile=default` draws new
# ones: that is a search, and what it finds becomes a test.
settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("same")

# A distribution of its own: tests/test_outside_driver.py installs it and runs its tests.
collect_ignore = ["example_driver"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder (real instrument files, known answers).

    A user's machine has none: the tests that read it are skipped there. Where LABSVC_SHARED is
    set, as in CI, a missing folder is a failure.
    """
    named = os.environ.get("LABSVC_SHARED")
    if not named:
        pytest.skip("LABSVC_SHARED is not set: no reference folder on this machine")
    folder = Path(named)
    assert folder.is_dir(), f"LABSVC_SHARED={named} is not a folder"
    return folder

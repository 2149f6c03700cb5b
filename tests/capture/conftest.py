"""What the tests of watched folders share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture.folderbench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "counter"
    folder.mkdir()
    return Bench(folder)

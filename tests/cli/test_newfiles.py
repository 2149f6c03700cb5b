"""Files that a command makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli.newfiles import write_new
from labsvc.errors import ConfigError, StoreError


def test_a_new_file_is_written_once(tmp_path: Path) -> None:
    """What is there stays as it is."""
    path = tmp_path / "x.yaml"
    write_new(path, b"mine")
    with pytest.raises(ConfigError, match="is there already"):
        write_new(path, b"other")
    assert path.read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_new(tmp_path / "none" / "x.yaml", b"")

"""Killed at every door while files that make one run are taken, joined and filed: filed once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labsvc.model.joined import parts_of
from labsvc.service.home import open_home
from labsvc.store.parts import PARTS, Parts
from labsvc.store.verify import differences
from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")

SCRIPT = Path(__file__).with_name("joined_doors.py")
FEWEST_DOORS = 25


def left(root: Path) -> tuple[list[object], dict[str, bytes], list[str]]:
    """What a home holds for good: captures and runs, the parts of the one in the archive, faults
    and what lies about."""
    home = open_home(root)
    try:
        database = home.database
        runs = [(one.run_id, one.revision, one.verdict) for one in database.results()]
        captures = [(one.sha256, one.name, one.state.value) for one in database.captures()]
        (raw,) = (root / "archive").rglob("run-7.zip")
        parts = parts_of(raw.read_bytes()) or ()
        stores = home.inbox, home.archive, home.quarantine, database
        faults = list(differences(*stores, Parts(root / PARTS)))
        lying = [*(root / "inbox").iterdir(), *root.glob("*/.staging/*"), *root.glob("*/*/.*.tmp")]
        told = [len(one.parts) for one in Parts(root / PARTS).sets()]
        owed = [one.alert.key for one in database.outbox(with_sent=True)]
    finally:
        home.close()
    return (
        [runs, captures, told, owed],
        {one.name: one.content for one in parts},
        [*faults, *map(str, lying)],
    )


def test_a_run_of_several_files_is_filed_once_whatever_door_the_line_died_at(
    tmp_path: Path,
) -> None:
    """With every part in it, byte for byte; nothing double, nothing left lying about."""
    done = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=False,
                          capture_output=True, text=True, timeout=LONG_PATIENCE)  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends = [int(line.split()[1]) for line in done.stdout.splitlines()]
    assert ends == [9] * (len(ends) - 1) + [0]
    assert len(ends) > FEWEST_DOORS
    undisturbed = left(tmp_path / "undisturbed")
    files = {one.name: one.read_bytes() for one in (tmp_path / "out" / "run-7").iterdir()}
    assert undisturbed[1:] == (files, [])
    for number in range(1, len(ends) + 1):
        assert left(tmp_path / str(number)) == undisturbed, f"died at door {number}"

"""A home on a real file system that is full: nothing is lost, and freed room heals it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.errors import DiskFull, StoreError
from labsvc.store.verify import differences
from tests.bench import BINDING, Bench, bench, capture, report, report_name

PLATE = "NET-0411"
SIZE_KB = 4096

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="a small file system can be mounted by root only",
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB, in memory: it refuses what has no room, as any other does."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KB}k", "tmpfs", str(place)], check=False
    )
    if mounted.returncode:
        pytest.skip("this container may not mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, left_kb: int) -> Path:
    """A file that takes all room but so much."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - left_kb * 1024)))
    return ballast


def differing(lab: Bench) -> list[str]:
    home = lab.home
    return list(differences(home.inbox, home.archive, home.quarantine, home.database))


@pytest.mark.parametrize("left_kb", [0, 8, 24, 64, 128, 200, 280, 1600])
def test_a_full_disk_stops_the_work_and_freed_room_heals_it(disk: Path, left_kb: int) -> None:
    """The same service goes on: the run is filed once, however far it had come before."""
    with bench(disk / "home") as lab:
        lab.lay_sheet(PLATE)
        lab.worker.look_at_book()
        ballast = fill(disk, left_kb)
        brought = capture(report_name(PLATE), report(PLATE))
        refused = 0
        for _ in range(3):
            try:
                lab.home.inbox.put(brought)
                lab.work()
            except StoreError:
                refused += 1
        assert refused == (0 if left_kb == 1600 else 3)
        ballast.unlink()
        lab.home.inbox.put(brought)
        lab.work()
        assert lab.only_run().protocol == BINDING
        assert len(lab.home.database.revisions(lab.only_run().run_id)) == 1
        lab.home.archive.sweep()
        assert differing(lab) == []


def test_what_has_no_room_is_told_as_that(disk: Path) -> None:
    with bench(disk / "home") as lab:
        fill(disk, 0)
        with pytest.raises(DiskFull, match="no room left"):
            lab.home.inbox.put(capture(report_name(PLATE), report(PLATE)))

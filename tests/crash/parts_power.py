"""Cut the power at every door while files of one run are kept; look at what the disk has of them.

    python parts_power.py FOLDER

One line on each cut is printed: its number, what became of what was not synced, how many files had
been promised, and, if any of them is not there, WRONG. The set's folders were made by a process
that died before their names were on the disk.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from forgetful import FORGOTTEN, MIXED, Disk, lay_out  # beside this script
from store_doors import KILLED

from labsvc.errors import StoreError
from labsvc.model.capture import Capture
from labsvc.store.parts import Parts, SetOf

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RUN = SetOf("/out/run-7", "run-7", "triathler", 3600.0)
VIALS = tuple(Capture(f"{n}.bin", "triathler", NOON, b"vial %d\r\n" % n * 40) for n in range(1, 4))


def kept(root: Path, record: Path, door: int) -> int:
    """How the child ended that keeps them, its power cut at this door."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    try:
        disk = Disk(root, record, door)
        (root / "parts" / RUN.key).mkdir(parents=True)
        disk.connect()
        parts = Parts(root / "parts")
        for one in VIALS:
            parts.add(RUN, one)
            disk.promise(one.sha256)
        parts.given(RUN, 3, "ab")
        disk.promise("given")
        disk.end()
    finally:
        os._exit(0)


def there(root: Path) -> set[str]:
    """What a start finds: the digests of the files, and that they were handed over."""
    parts = Parts(root / "parts")
    parts.sweep()
    found = {one.sha256 for each in parts.sets() for one in each.parts if _whole(parts, one)}
    return found | {"given" for each in parts.sets() if each.given == 3}


def _whole(parts: Parts, one: object) -> bool:
    try:
        return bool(parts.content(RUN, one))  # type: ignore[arg-type]
    except StoreError:
        return False


def main(where: Path) -> int:
    dice, wrong = random.Random(20260302), 0
    for door in count(1):
        for way in (FORGOTTEN, MIXED):
            here = where / f"{door}-{way}"
            (here / "before").mkdir(parents=True)
            ended = kept(here / "before", here / "record", door)
            synced = lay_out(here / "before", here / "record", here / "after", way, dice)
            lost = set(synced.promised) - there(here / "after")
            wrong += bool(lost)
            print(door, way, len(synced.promised), "WRONG" if lost else "", flush=True)
        if ended != KILLED:
            return min(wrong, 1)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

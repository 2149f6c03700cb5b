"""Cut the power of a service at random doors; start it on what the disk kept; look at all of it.

    python power.py CUTS SEED FOLDER [PLANT]

Each cut has a service of its own, with a folder source that brings five files: two plates that are
filed, one that is held, a harvest log, and a report that ends in the middle. At a door drawn by
the seed, which is a moment at which something changes on the disk, the power goes: ``forgetful.py``
says what is left. A service is then started on that. In half the cuts the files whose capture was
acknowledged are gone from the source by then: only the inbox can bring them. One line on each cut
is printed: its number, what became of what was not synced, how many captures had been
acknowledged, the door; then what is wrong, if anything is. Which thread passes a door first, and
how many doors there are, is not in the seed.

PLANT breaks the service for a trial of this trial: ``folders`` leaves out the syncs of folders,
``files`` those of files.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import shutil
import stat
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from forgetful import FORGOTTEN, KEPT, MIXED, Disk, lay_out
from line_doors import CONTENTS, REGISTRY
from store_doors import KILLED

from labsvc.model.capture import Capture
from labsvc.service.authoring.shipped import shipped
from labsvc.service.daemon import Daemon
from labsvc.service.home import Home, open_home
from labsvc.service.vitals.logs import set_up_logs
from labsvc.store.inbox import Inbox
from labsvc.store.verify import differences

SHEETS = ("NET-0411.yaml", "NET-0412.yaml", "NET-0413.yaml", "NET-0417.yaml")
FILES = ("NET-0411.txt", "NET-0412.txt", "NET-0416.txt", "NET-0413.csv", "NET-0417.txt")
SETTINGS = """\
lab: Doors
timezone: Europe/Berlin
rescan: 1 s
sources:
  - {name: counter, folder: FOLDER, driver: microbeta, patterns: ["*.txt"], quiet: 0.02 s}
  - {name: harvester, folder: FOLDER, driver: harvest, patterns: ["*.csv"], quiet: 0.02 s}
"""
PATIENCE_SECONDS = 120.0
SPOILT_SECONDS = 2.0
"""How long a service gets where the service before it was broken on purpose."""
SETTLE_SECONDS = 0.01


class Promising(Inbox):
    """The inbox, which writes down what it has acknowledged."""

    disk: Disk

    def put_all(self, captures: Sequence[Capture]) -> list[bool]:
        new = super().put_all(captures)
        for capture in captures:
            self.disk.promise(capture.sha256)
        return new


def sha256(name: str) -> str:
    return hashlib.sha256(CONTENTS[name]).hexdigest()


def new_home(root: Path, source: Path) -> None:
    """A home with the shipped protocols, four run sheets and the two sources."""
    for name in ("protocols", "runsheets"):
        (root / name).mkdir(parents=True)
    for path in shipped("protocols").glob("*.yaml"):
        shutil.copy(path, root / "protocols")
    for name in SHEETS:
        (root / "runsheets" / name).write_bytes(CONTENTS[name])
    settle_in(root, source)
    open_home(root).close()


def settle_in(root: Path, source: Path) -> None:
    (root / "labsvc.yaml").write_text(SETTINGS.replace("FOLDER", str(source)))


def bring(source: Path, names: Sequence[str]) -> None:
    source.mkdir(exist_ok=True)
    for name in names:
        (source / name).write_bytes(CONTENTS[name])


def lived(home: Home, patience: float = PATIENCE_SECONDS) -> None:
    """A service at work until all files are filed, set aside or held, and nothing waits."""
    with Daemon(home, REGISTRY, hands=0) as daemon:  # all that it does is seen at its doors
        worker = threading.Thread(target=daemon.run)
        worker.start()
        until = time.monotonic() + patience
        while not done(home) and time.monotonic() < until:
            daemon.rounds.wait(SETTLE_SECONDS)
            daemon.rounds.clear()
        daemon.stop()
        worker.join()


def done(home: Home) -> bool:
    known = {one.sha256 for one in home.database.captures()}
    return known >= {sha256(name) for name in FILES} and not home.inbox.entries()


def cut_service(root: Path, record: Path, door: int, plant: str) -> int:
    """The service at work on ``root`` until the power is cut; how the child ended."""

    def work(home: Home) -> None:
        disk = Disk(root, record, door)
        disk.connect()
        spoil(plant)
        inbox = Promising(root / "inbox")
        inbox.disk = disk
        lived(replace(home, inbox=inbox))
        disk.end()

    return child(root, work)


def spoil(plant: str) -> None:
    """Leave out the syncs of folders or of files, for a trial of the trial."""
    if not plant:
        return
    sync, left_out = os.fsync, {"folders": stat.S_ISDIR, "files": stat.S_ISREG}[plant]

    def spoiled(descriptor: int) -> None:
        if not left_out(os.fstat(descriptor).st_mode):
            sync(descriptor)

    os.fsync = spoiled  # type: ignore[assignment]


def child(root: Path, work: Callable[[Home], None]) -> int:
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    ended = 1
    try:
        home = open_home(root)
        work(home)
        home.close()
        ended = 0
    except Exception:  # noqa: BLE001
        traceback.print_exc()
    finally:
        os._exit(ended)


def kept(root: Path) -> dict[str, object]:
    """What a home holds for good, but for the moments of filing."""
    home = open_home(root)
    try:
        database = home.database
        latest = database.results()
        revisions = [one for run in latest for one in database.revisions(run.run_id)]
        owed = database.outbox(with_sent=True)
        return {
            "runs": sorted((one.run_id, one.revision, one.verdict, one.document)
                           for one in revisions),
            "captures": sorted((one.sha256, one.state.value) for one in database.captures()),
            "alerts": sorted(one.alert.key for one in owed),
            "set aside": [(one.sha256, one.reason) for one in home.quarantine.entries()],
            "harvests": [event.step for event in database.events("NET-0413")],
            "lying about": sorted(str(path.relative_to(root)) for path in lying(root)),
            "faults": [
                *differences(home.inbox, home.archive, home.quarantine, database)
            ],
            "strays": sorted(archived(root) ^ {root / "archive" / one for one in
                                               database.folders()}),
        }  # fmt: skip
    finally:
        home.close()


def lying(root: Path) -> list[Path]:
    return [*(root / "inbox").iterdir(), *root.glob("*/.staging/*"), *root.rglob("*.tmp")]


def archived(root: Path) -> set[Path]:
    return {path.parent for path in (root / "archive").rglob("manifest.json")}


def cut_within(where: Path, door: int, dice: random.Random, plant: str) -> None:
    """The power is cut in the middle of the work; with ``door`` 0 it is not cut.

    No two services pass as many doors: one whose work was over before the door that was drawn
    lives once more, up to a door that it did pass.
    """
    before, source = where / "before", where / "lab"
    shutil.copytree(where.parent / "template", before)
    settle_in(before, source)
    bring(source, FILES)
    ended = cut_service(before, where / "record", door, plant)
    assert ended in (KILLED, 0), ended
    if door and ended == 0:
        shutil.rmtree(before)
        passed = doors_of(where)
        cut_within(where, dice.randint(passed // 2 if plant else 1, passed), dice, plant)


def doors_of(where: Path) -> int:
    """How many doors the service passed that has just lived there."""
    return int(pickle.loads((where / "record").read_bytes()).doors)


def one_cut(where: Path, door: int, dice: random.Random, plant: str) -> tuple[str, Path]:
    """What is told of the cut, and the home that the next service brought to its end."""
    way = FORGOTTEN if plant else dice.choices((FORGOTTEN, MIXED, KEPT), (5, 4, 1))[0]
    before, after, source = where / "before", where / "after", where / "lab"
    cut_within(where, door, dice, plant)
    synced = lay_out(before, where / "record", after, way, dice)
    if plant or dice.random() < 0.5:
        for name in FILES:
            if sha256(name) in synced.promised:
                (source / name).unlink()
    patience = SPOILT_SECONDS if plant else PATIENCE_SECONDS
    assert child(after, lambda home: lived(home, patience)) == 0
    acknowledged = len(set(synced.promised))
    return f"{way} {acknowledged} {synced.last_door.replace(str(before), '~')}", after


def main(cuts: int, seed: int, where: Path, plant: str = "") -> int:
    dice = random.Random(seed)
    where.mkdir(exist_ok=True)
    new_home(where / "template", where / "lab")
    (where / "undisturbed").mkdir()
    one_cut(where / "undisturbed", 0, dice, "")
    expected = kept(where / "undisturbed" / "before")
    assert len(expected["captures"]) == len(FILES), expected  # type: ignore[arg-type]
    assert not expected["strays"] + expected["lying about"], expected  # type: ignore[operator]
    doors = doors_of(where / "undisturbed")
    # A service that is broken on purpose gets far enough to have promised something.
    bad, first = 0, doors // 2 if plant else 1
    for number in range(1, cuts + 1):
        (where / str(number)).mkdir()
        told, root = one_cut(where / str(number), dice.randint(first, doors), dice, plant)
        found = kept(root)
        wrong = [name for name in expected if found[name] != expected[name]]
        bad += bool(wrong)
        if not wrong:
            shutil.rmtree(where / str(number))
        print(number, told, *(f"\n  WRONG {name}: {found[name]}" for name in wrong), flush=True)
    print(f"{cuts} cuts at {doors} doors, seed {seed}: {bad} broke the promise")
    return min(bad, 1)


if __name__ == "__main__":
    set_up_logs(level=50)
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))

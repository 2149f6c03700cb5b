"""Take files that make one run through the whole line in children that die at each door.

    python joined_doors.py FOLDER

As ``line_doors``: the n-th child ends before its n-th door, a sync, a rename, a removal or a commit
of the home FOLDER/<n>, while it scans the folder of the files, keeps them, joins and files them.
The next one does all of it undisturbed, as a service that was started again. One line on each is
printed: its number and how the first child ended.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from line_doors import DOORS, KILLED, REGISTRY, child, new_home  # beside this script
from store_doors import at_each_door

from labsvc.driver import Channel, CountRun, Instrument, Program, Reading
from labsvc.service.home import Home, open_home
from labsvc.service.settings import SourceSettings
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.watching.sets import Sets
from labsvc.service.watching.sources import Intake
from labsvc.service.work.book import Book
from labsvc.service.work.interim import Interim
from labsvc.service.work.line import Line
from labsvc.service.work.worker import Worker
from labsvc.store.parts import PARTS, Parts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VIALS = 2
PATIENCE = 60.0


def vial(number: int) -> bytes:
    """What a Triathler leaves of one vial."""
    when = datetime(2026, 3, 2, 9, number)
    reading = Reading(str(number), 1, (Channel("R", cpm=100.0 * number),), counted_at=when)
    run = CountRun("", Instrument("Hidex"), (reading,), Program(name="UPTAKE"))
    return REGISTRY.named("triathler").simulate([run])


def through(home: Home) -> None:
    """One scan, and a round of the worker when the patience is over."""
    now = [0.0]
    sets = Sets(Parts(home.root / PARTS), lambda: NOON, lambda: now[0])
    settings = SourceSettings(
        name="triathler", driver="triathler", timezone="UTC", folder=home.root.parent / "out",
        subfolders=True, joined="folder", joined_patience=PATIENCE,
    )  # fmt: skip
    Intake(home, REGISTRY, lambda: None, sets=sets).folder(settings).scan()
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    worker, interim = Worker(Line(home, REGISTRY, book, lambda: NOON)), Interim(lambda: NOON, 0.0)
    sets.look(worker.line, interim)
    now[0] += PATIENCE
    sets.look(worker.line, interim)
    for outcome in worker.work_off():
        interim.filed(outcome, worker.line)


def started_again(home: Home) -> None:
    """What a service sweeps at its start, then the same."""
    home.inbox.sweep()
    home.archive.sweep()
    home.quarantine.sweep()
    through(home)


def main(where: Path) -> None:
    out = where / "out" / "run-7"
    out.mkdir(parents=True)
    for number in range(1, VIALS + 1):
        (out / f"{number}.bin").write_bytes(vial(number))
    new_home(where / "template")
    shutil.copytree(where / "template", where / "undisturbed")
    home = open_home(where / "undisturbed")  # here: what it imports, no child need import
    through(home)
    home.close()
    for number in count(1):
        root, doors = where / str(number), count(1)
        shutil.copytree(where / "template", root)

        def passed(door: str, at: int = number, doors: count[int] = doors) -> None:
            if door.startswith(DOORS) and next(doors) == at:
                os._exit(KILLED)

        def work(home: Home) -> None:
            at_each_door(passed)
            through(home)

        ended = child(root, work)
        assert child(root, started_again) == 0
        print(number, ended, flush=True)
        if ended != KILLED:
            return


if __name__ == "__main__":
    set_up_logs(level=50)
    main(Path(sys.argv[1]))

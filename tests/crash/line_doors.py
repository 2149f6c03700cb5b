"""Take a capture through the whole line in children that die, each at a later door; start again.

    python line_doors.py WORK FOLDER [FIRST STEP]

A door is a moment at which something becomes durable: a sync, a rename, a removal, a commit. The
n-th child ends before its n-th door, without a word, until one passes all of them. After each, a
service is started on its home FOLDER/<n>, works off what it finds and ends. One line on each is
printed: its number and how the first child ended. FIRST and STEP share the doors out: 1 2 tries
every second one.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from store_doors import KILLED, at_each_door  # beside this script

from labsvc.model.capture import Capture
from labsvc.service.authoring.shipped import shipped
from labsvc.service.daemon import Daemon
from labsvc.service.demo.day import Act, script
from labsvc.service.home import Home, open_home
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import load_drivers
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.work.book import Book
from labsvc.service.work.crew import Crew
from labsvc.service.work.draft import Draft
from labsvc.service.work.line import Line
from labsvc.service.work.staff import Staff
from labsvc.service.work.worker import Worker
from labsvc.store.inbox import Entry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOORS = ("os.fsync", "os.rename", "os.remove", "commit")
SETTLE_SECONDS = 0.05
REGISTRY = load_drivers()


def acts() -> Mapping[str, bytes]:
    """What the demo's day brings, by file name."""
    texts = {path.name: path.read_bytes() for path in shipped("protocols").glob("*.yaml")}
    protocols = [parse_protocol(text, file=name) for name, text in texts.items()]
    day = script({one.name: one for one in protocols}, REGISTRY.drivers)
    return {_name(act): act.content for act in day}


def _name(act: Act) -> str:
    return act.name if act.place != "microbeta" else f"{act.plate}.txt"


CONTENTS = acts()


def new_home(root: Path) -> None:
    """A home with the shipped protocols and no sources."""
    (root / "protocols").mkdir(parents=True)
    for path in shipped("protocols").glob("*.yaml"):
        shutil.copy(path, root / "protocols")
    (root / "labsvc.yaml").write_text("lab: Doors\ntimezone: Europe/Berlin\nsources: []\n")
    open_home(root).close()


def comes(home: Home, name: str) -> None:
    """A file of the day is captured."""
    driver = "harvest" if name.endswith(".csv") else "microbeta"
    home.inbox.put(Capture(name, "lab", NOON, CONTENTS[name], driver, "Europe/Berlin"))


def sheet(home: Home, name: str) -> None:
    (home.runsheets / name).write_bytes(CONTENTS[name])


def worked_off(home: Home) -> None:
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    for _ in Worker(Line(home, REGISTRY, book, lambda: NOON)).work_off():
        pass


@dataclass(slots=True)
class AllMade(Crew):
    """A crew whose drafts lie ready, all of them."""

    drafts: Mapping[str, Draft] = field(default_factory=dict)

    def works_on(self, entry: Entry) -> bool:
        return entry.key in self.drafts

    def draft(self, entry: Entry) -> Draft:
        return self.drafts[entry.key]


def filed_together(home: Home, hear: Callable[[], None] = lambda: None) -> None:
    """What lies in the inbox, from drafts made ahead. ``hear`` is called before the filing."""
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    crew = AllMade()
    worker = Worker(Line(home, REGISTRY, book, lambda: NOON), Staff(crew=crew))
    worker.look_at_book()
    entries, made = home.inbox.entries(), {}
    for entry in entries:
        draft = worker.line.drafter.draft(home.inbox.read(entry), NOON)
        made[entry.key] = replace(draft, files=home.archive.stage(draft.folder, draft.files))
    crew.drafts = made
    hear()
    assert len(list(worker._work_off(entries))) == len(entries)


def backlog(home: Home) -> None:
    """A plate that is filed, and one that is rejected and told of."""
    for plate in ("NET-0411", "NET-0414"):
        sheet(home, f"{plate}.yaml")
        comes(home, f"{plate}.txt")


def rejected(home: Home) -> None:
    sheet(home, "NET-0414.yaml")
    comes(home, "NET-0414.txt")


def held(home: Home) -> None:
    comes(home, "NET-0416.txt")


def released(home: Home) -> None:
    held(home)
    worked_off(home)
    sheet(home, "NET-0416.yaml")


def harvested(home: Home) -> None:
    """The harvest of a plate that was counted and filed before it was heard of."""
    sheet(home, "NET-0415.yaml")
    comes(home, "NET-0415.txt")
    worked_off(home)
    comes(home, "NET-0415.csv")


def unreadable(home: Home) -> None:
    comes(home, "NET-0417.txt")


WORKS: dict[str, Callable[[Home], None]] = {
    "together": backlog,
    "rejected": rejected,
    "held": held,
    "released": released,
    "harvested": harvested,
    "unreadable": unreadable,
}


def child(root: Path, work: Callable[[Home], None]) -> int:
    """How the child ended that did the work on the home: 0, KILLED, or 1 with a traceback."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    ended = 1
    try:
        home = open_home(root)
        work(home)
        home.close()
        ended = 0
    finally:
        os._exit(ended)


def dying_at(number: int, name: str) -> Callable[[Home], None]:
    doors = count(1)

    def passed(door: str) -> None:
        if door.startswith(DOORS) and next(doors) == number:
            os._exit(KILLED)

    def work(home: Home) -> None:
        if name == "together":
            filed_together(home, lambda: at_each_door(passed))
            return
        at_each_door(passed)
        worked_off(home)

    return work


def started_again(home: Home) -> None:
    """A service that starts as it does after any crash, until it has worked all off."""
    with Daemon(home, REGISTRY, hands=0) as daemon:  # all that it does is seen at its doors
        worker = threading.Thread(target=daemon.run)
        worker.start()
        # The event is set by each delivery of mail too, in the middle of a long round.
        while not daemon._rounds_done or home.inbox.entries():
            daemon.rounds.wait(SETTLE_SECONDS)
            daemon.rounds.clear()
        daemon.stop()
        worker.join()


def warm_up(root: Path, work: Callable[[Home], None]) -> None:
    """All that is imported on first use, once for all children. This home is the undisturbed."""
    new_home(root)
    home = open_home(root)
    work(home)
    worked_off(home)
    home.close()


def main(name: str, where: Path, first: int = 1, step: int = 1) -> None:
    warm_up(where / "undisturbed", WORKS[name])
    new_home(where / "template")
    assert child(where / "template", WORKS[name]) == 0
    for number in count(first, step):
        root = where / str(number)
        shutil.copytree(where / "template", root)
        ended = child(root, dying_at(number, name))
        assert child(root, started_again) == 0
        print(number, ended, flush=True)
        if ended != KILLED:
            return


if __name__ == "__main__":
    set_up_logs(level=50)
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))

"""The service killed at random moments while a folder is fed: every capture filed exactly once.

Run it by itself: ``python benchmarks/kills.py [--kills 1000] [--seed 20260302] [--json]``. The
service itself (sources, worker, jobs: ``labsvc.service.daemon``) runs in a process forked from one
that has imported it, so that a life begins in milliseconds, and ends by SIGKILL after a while drawn
by the seed; the report of a plate is written to its folder now and then, before, in and between its
lives. A capture that stopped the service three times would be set aside, as it should be: one that
is in its third try is let through before the next kill. Each fifth home has backlogs, which other
processes work out ahead. After some kills a service ends that home in peace, and all that was fed
is looked for. Exit 1 when anything is lost, double or damaged. Linux and macOS.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from line import PROTOCOL, Plate, made_plates  # beside this script

from labsvc.model.filing import CaptureState
from labsvc.service.daemon import Daemon
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.vitals.logs import set_up_logs
from labsvc.store.tries import Tries
from labsvc.store.verify import differences

SEED = 20260302


@dataclass(frozen=True, slots=True)
class Load:
    """So many kills to a home (each life reads all its run sheets again), how long a life may be,
    how many plates it is fed, one of these, and by when."""

    lives: int
    life_seconds: float
    fed: tuple[int, ...]
    fed_seconds: float


USUAL = Load(50, 1.6, (0, 1, 1, 2), 1.6)
"""A service takes some 0.7 s until it is ready, with the process that works captures out."""
BACKLOG = Load(10, 2.5, (0, 20, 30), 0.1)
"""Enough for other processes to work it out ahead; they have no part in the filing."""
AIMED, FILING_SECONDS = 0.5, 0.06
"""Each other kill comes while the last plate that was fed is being filed."""
EACH_BACKLOG = 5
"""Each so many homes has backlogs."""
MADE = 50
TRIES = 3
PATIENCE_SECONDS = 120.0
SETTINGS = """\
lab: Kills
rescan: 1 s
sources: [{name: microbeta-1, folder: lab, driver: microbeta, quiet: 0.01 s, simulated: true}]
"""
REGISTRY = load_drivers()


@dataclass(slots=True)
class Tally:
    """What was done to the services, and what is wrong with what they left."""

    kills: int = 0
    plates: int = 0
    in_hand: int = 0
    """The kills at which a capture was being filed."""
    wrong: list[str] = field(default_factory=list)


def new_home(root: Path) -> None:
    for name in ("protocols", "runsheets", "lab"):
        (root / name).mkdir(parents=True)
    (root / "labsvc.yaml").write_text(SETTINGS)
    (root / "protocols" / "benchmark.yaml").write_text(PROTOCOL)
    open_home(root).close()


def feed(root: Path, plate: Plate) -> None:
    """The run sheet first, as on a bench; then the report, as the counter closes it."""
    (root / "runsheets" / f"{plate.name}.yaml").write_bytes(plate.runsheet)
    (root / "lab" / f"{plate.name}.txt").write_bytes(plate.report)


def child(root: Path, life: Callable[[Home], None]) -> int:
    """The process number of a service on this home."""
    process = os.fork()
    if process:
        return process
    try:
        home = open_home(root)
        life(home)
        home.close()
        os._exit(0)
    finally:
        os._exit(1)


def for_ever(home: Home) -> None:
    with Daemon(home, REGISTRY) as daemon:
        daemon.run()


def in_peace(home: Home, plates: int) -> None:
    """Until all plates are filed and nothing waits."""
    with Daemon(home, REGISTRY) as daemon:
        worker = threading.Thread(target=daemon.run)
        worker.start()
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and not finished(home, plates):
            daemon.rounds.wait(0.05)
            daemon.rounds.clear()
        daemon.stop()
        worker.join()


def finished(home: Home, plates: int) -> bool:
    counts = home.database.totals()
    return counts["captures_filed"] >= plates and not home.inbox.entries()


def tries(root: Path) -> int:
    """The most tries that a capture in the inbox has had, 0 when none was tried."""
    return max(Tries(root / "inbox").read().values(), default=0)


def one_life(
    root: Path, load: Load, plates: Iterator[Plate], dice: random.Random, tally: Tally
) -> list[Plate]:
    """A service, fed, killed. The plates it was fed."""
    fed = [next(plates) for _ in range(dice.choice(load.fed))]
    moments = sorted(dice.uniform(0, load.fed_seconds) for _ in fed)
    end, started = dice.uniform(0, load.life_seconds), time.monotonic()
    if moments and dice.random() < AIMED:
        end = moments[-1] + dice.uniform(0, FILING_SECONDS)
    process = child(root, for_ever)
    for plate, moment in zip(fed, moments, strict=True):
        time.sleep(max(0.0, min(moment, end) - (time.monotonic() - started)))
        feed(root, plate)
    time.sleep(max(0.0, end - (time.monotonic() - started)))
    while (tried := tries(root)) >= TRIES:
        time.sleep(0.005)
    os.kill(process, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if ended != -signal.SIGKILL:
        tally.wrong.append(f"a service ended by itself with {ended}")
    tally.kills += 1
    tally.in_hand += tried > 0
    return fed


def one_home(root: Path, load: Load, plates: Iterator[Plate], dice: random.Random,
             tally: Tally) -> None:  # fmt: skip
    """Its lives on one home, a last one in peace, and what is wrong then."""
    new_home(root)
    fed = [plate for _ in range(load.lives) for plate in one_life(root, load, plates, dice, tally)]
    tally.plates += len(fed)
    last = child(root, lambda home: in_peace(home, len(fed)))
    if os.waitpid(last, 0)[1]:
        tally.wrong.append("the last service did not end in peace")
    home = open_home(root)
    tally.wrong += [f"{root.name}: {one}" for one in faults(home, fed)]
    home.close()


def faults(home: Home, fed: list[Plate]) -> Iterator[str]:
    """One sentence for each plate lost or double, and for what is damaged or lying about."""
    database = home.database
    filed = {one.sha256 for one in database.captures(len(fed) + 10)
             if one.state is CaptureState.FILED}  # fmt: skip
    runs = Counter(one.plate_id for one in database.results(limit=2 * len(fed) + 10))
    for plate in fed:
        if hashlib.sha256(plate.report).hexdigest() not in filed:
            yield f"{plate.name} is not filed"
        if runs[plate.name] != 1:
            yield f"{plate.name} has {runs[plate.name]} runs"
    if runs.total() != len(fed):
        yield f"{runs.total()} runs of {len(fed)} plates"
    for one in database.results(limit=2 * len(fed) + 10):
        if len(database.revisions(one.run_id)) != 1:
            reasons = [again.reason for again in database.revisions(one.run_id)]
            yield f"{one.plate_id} was filed more than once: {reasons}"
    yield from differences(home.inbox, home.archive, home.quarantine, database)
    archived = {path.parent for path in (home.root / "archive").rglob("manifest.json")}
    if archived != {home.root / "archive" / one for one in database.folders()}:
        yield "archive and database do not hold the same folders"
    for path in [*(home.root / "inbox").iterdir(), *home.root.glob("*/.staging/*")]:
        yield f"{path.name} lies about"


def endless() -> Iterator[Plate]:
    first = 1
    while True:
        yield from made_plates(first, MADE)
        first += MADE


def warm_up(root: Path, plates: Iterator[Plate]) -> None:
    """All that is imported on first use, once for all lives."""
    new_home(root)
    feed(root, next(plates))
    home = open_home(root)
    in_peace(home, 1)
    home.close()


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--kills", type=int, default=1000)
    reader.add_argument("--seed", type=int, default=SEED)
    reader.add_argument("--json", action="store_true")
    wanted = reader.parse_args()
    set_up_logs(level=50)
    dice, plates, tally = random.Random(wanted.seed), endless(), Tally()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        warm_up(Path(folder) / "warm", plates)
        for number in count(1):
            if tally.kills >= wanted.kills:
                break
            load, root = (
                USUAL if number % EACH_BACKLOG else BACKLOG,
                Path(folder) / f"home-{number}",
            )
            load = replace(load, lives=min(load.lives, wanted.kills - tally.kills))
            one_home(root, load, plates, dice, tally)
            shutil.rmtree(root)
            print(f"{tally.kills} kills, {tally.in_hand} with a capture in hand, "
                  f"{tally.plates} plates, {len(tally.wrong)} wrong", file=sys.stderr)  # fmt: skip
    told = {
        "kills": tally.kills,
        "kills_in_hand": tally.in_hand,
        "plates": tally.plates,
        "wrong": tally.wrong,
        "seconds": round(time.monotonic() - started),
        "seed": wanted.seed,
    }
    print(json.dumps(told, indent=1) if wanted.json else
          "\n".join(f"{name:14} {value}" for name, value in told.items()))  # fmt: skip
    return min(len(tally.wrong), 1)


if __name__ == "__main__":
    sys.exit(main())

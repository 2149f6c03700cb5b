"""A week of a laboratory at speed, with faults: does memory grow, are handles lost.

Run it by itself: ``python benchmarks/week.py [--runs 1000] [--keep-sheets] [--json]``. The service
itself works in this process on three sources, two counters and a harvester's log. Each day some
reports are cut short, copied twice, or saved under a name used before; one source's folder is away
for a while; no mail server answers. After each day's work the process is looked at. The slope is
the straight line through the second half of the week: the first fills caches that have an end.
Exit 1 when it is over 1 MB per 1,000 captures (told of 500 runs and more), a handle is lost, or a
run is. Linux and macOS.

The service keeps every run sheet of its folder in memory. Here they are taken out of it at the end
of each day, unless ``--keep-sheets`` asks what they cost.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil
from line import DAY, PROTOCOL, Plate, made_plates  # beside this script

from labsvc.driver import HarvestRun
from labsvc.service.daemon import Daemon
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.work import memory
from labsvc.store.verify import differences

DAYS = 7
MOST_MB_PER_THOUSAND = 1.0
ENOUGH_RUNS = 500
"""Of fewer, nobody can tell growth from what is loaded once."""
PATIENCE_SECONDS = 600.0
COUNTERS = ("counter-1", "counter-2")
SETTINGS = """\
lab: Week
rescan: 1 s
sources:
  - {name: counter-1, folder: counter-1, driver: microbeta, quiet: 0.02 s}
  - {name: counter-2, folder: counter-2, driver: microbeta, quiet: 0.02 s}
  - {name: harvester, folder: harvester, driver: harvest, quiet: 0.02 s}
mail: {host: 127.0.0.1, port: 9, starttls: false, sender: labsvc@lab.invalid,
       recipients: [lab@lab.invalid]}
"""
REGISTRY = load_drivers()


@dataclass(slots=True)
class Week:
    """What was seen after each day."""

    runs: list[int] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def look(self, home: Home) -> None:
        memory.give_back()  # as the service does every minute
        process = psutil.Process()
        self.runs.append(home.database.totals()["captures_filed"])
        self.rss_mb.append(round(process.memory_info().rss / 2**20, 2))
        self.handles.append(process.num_fds())
        self.threads.append(process.num_threads())

    def slope(self) -> float:
        """MB per 1,000 captures, over the second half of the week."""
        half = DAYS // 2
        return float(np.polyfit(np.array(self.runs[half:]) / 1000, self.rss_mb[half:], 1)[0])


@contextmanager
def service(root: Path) -> Iterator[tuple[Home, Daemon]]:
    for name in ("protocols", "runsheets", *COUNTERS, "harvester"):
        (root / name).mkdir(parents=True)
    (root / "labsvc.yaml").write_text(SETTINGS)
    (root / "protocols" / "benchmark.yaml").write_text(PROTOCOL)
    home = open_home(root)
    with Daemon(home, REGISTRY) as daemon:
        worker = threading.Thread(target=daemon.run)
        worker.start()
        try:
            yield home, daemon
        finally:
            daemon.stop()
            worker.join()
    home.close()


def one_day(root: Path, plates: list[Plate]) -> None:
    """The day's plates with their harvests; every tenth time something goes wrong."""
    for number, plate in enumerate(plates):
        folder = root / COUNTERS[number % 2]
        (root / "runsheets" / f"{plate.name}.yaml").write_bytes(plate.runsheet)
        log = HarvestRun("", plate.name, "harvest", started_at=DAY + timedelta(minutes=number))
        (root / "harvester" / f"{plate.name}.csv").write_bytes(
            REGISTRY.named("harvest").simulate([log])
        )
        (folder / f"{plate.name}.txt").write_bytes(plate.report)
        match number % 10:
            case 3:
                (folder / f"{plate.name} cut.txt").write_bytes(plate.report[:700])
            case 5:
                (folder / f"{plate.name} copy.txt").write_bytes(plate.report)
            case 7:
                (folder / f"{plate.name}.txt").write_bytes(plate.report)
        if number == len(plates) // 2:
            away = folder.with_name("away")
            folder.rename(away)
            time.sleep(0.2)
            away.rename(folder)


def until_filed(home: Home, daemon: Daemon, runs: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        totals = home.database.totals()
        judged = sum(totals[f"results_{one}"] for one in ("accepted", "review", "rejected"))
        if judged >= runs and not home.inbox.entries():
            return
        daemon.rounds.wait(0.1)
        daemon.rounds.clear()


def tidy(home: Home, daemon: Daemon) -> None:
    """The day's run sheets are put away, and the service has seen it."""
    for path in home.runsheets.iterdir():
        path.unlink()
    until = time.monotonic() + PATIENCE_SECONDS
    while daemon.book.sheets and time.monotonic() < until:
        daemon.rounds.wait(0.1)
        daemon.rounds.clear()


def wrong(home: Home, week: Week, runs: int) -> list[str]:
    found = list(differences(home.inbox, home.archive, home.quarantine, home.database))
    plates = {one.plate_id for one in home.database.results(limit=2 * runs)}
    if len(plates) != runs:
        found.append(f"{len(plates)} plates of {runs} are filed")
    if runs >= ENOUGH_RUNS and week.slope() > MOST_MB_PER_THOUSAND:
        found.append(f"memory grows by {week.slope():.2f} MB per 1,000 captures")
    if max(week.handles[1:]) - week.handles[1] > 2:
        found.append(f"handles grow: {week.handles}")
    return found


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=1000)
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--keep-sheets", action="store_true")
    wanted = reader.parse_args()
    set_up_logs(level=50)
    each = max(2, wanted.runs // DAYS)
    week, started = Week(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, service(Path(folder) / "home") as (home, daemon):
        for day in range(DAYS):
            one_day(home.root, made_plates(1 + day * each, each))
            until_filed(home, daemon, (day + 1) * each)
            if not wanted.keep_sheets:
                tidy(home, daemon)
            week.look(home)
        faults = wrong(home, week, DAYS * each)
    told = {
        "runs": DAYS * each,
        "captures": week.runs[-1],
        "mb_per_1000_captures": round(week.slope(), 2),
        "mb_per_1000_runs": round(week.slope() * week.runs[-1] / (DAYS * each), 2),
        "rss_mb": week.rss_mb,
        "handles": week.handles,
        "threads": week.threads,
        "wrong": faults,
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(told, indent=1) if wanted.json else
          "\n".join(f"{name:22} {value}" for name, value in told.items()))  # fmt: skip
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())

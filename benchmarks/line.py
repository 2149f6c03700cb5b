"""How long a plate takes from the counter's closed file to filed, and what the service costs idle.

Run it by itself: ``python benchmarks/line.py [--json] [--quick]``. Plates of twelve curves come
from a seed through the MicroBeta driver's simulator; ``labsvc run`` itself files them, in a home
of its own in the temporary folder (TMPDIR: on a real disk, or waiting for the disk is not seen).
Linux only: the service says that it is ready by a datagram, as to systemd.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psutil

from labsvc.capture.folder import FolderSettings, FolderSource
from labsvc.driver import CountRun, Driver, Instrument, Program
from labsvc.model.filing import SeenFile
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import Compound
from labsvc.service.demo.assays import Truth, plate_readings
from labsvc.service.home import open_home
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import load_drivers

SEED = 20260302
DAY = datetime(2026, 3, 2, 8, 0)
PATIENCE_SECONDS = 180.0
COLUMNS, DOSES, TOP_M = range(1, 13), 7, 1e-5
MARKS = {
    "filed_p50_ms": "under 20",
    "filed_p99_ms": "under 60",
    "backlog_plates_per_second": "over 150",
    "idle_cpu_percent": "under 0.1",
    "idle_rss_mb": "under 90",
    "start_ms": "under 1500",
}
"""What we hold ourselves to on two cores."""

SETTINGS = """\
lab: Benchmark
sources: [{name: microbeta-1, folder: lab, driver: microbeta, simulated: true}]
"""
PROTOCOL = """\
name: benchmark-binding
version: 1
title: "[3H]Ligand competition binding, twelve compounds"
kind: competition_binding
target: a transporter
recognise: {drivers: [microbeta], file_name: '(?P<plate_id>BM-[0-9]+)', readings: 96}
radioligand:
  {name: "[3H]ligand", isotope: 3H, concentration: 1 nM, kd: {value: 1 nM, source: made up}}
layout:
  plate: 96
  total: [H01-H06]
  nonspecific: [H07-H12]
  slots:
SLOTS
reduction: {response: percent_specific}
fit: {model: inhibition_4pl, ki: true}
qc:
  z_prime: {fail below: 0.4, warn below: 0.5, source: customary}
  control_cv_percent: {warn above: 20, source: customary}
""".replace(
    "SLOTS", "\n".join(f"    {n}: {{wells: A{n:02}-G{n:02}, series: down}}" for n in COLUMNS)
)


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate: what the bench wrote down, and what the counter writes."""

    name: str
    runsheet: bytes
    report: bytes


def made_plates(first: int, count: int) -> list[Plate]:
    """Plates ``first``, ``first + 1`` ...: twelve one-site compounds, IC50 of 1 nM to 1 uM."""
    protocol = parse_protocol(PROTOCOL.encode(), file="benchmark.yaml")
    driver = load_drivers().named("microbeta")
    return [made_plate(number, protocol, driver) for number in range(first, first + count)]


def made_plate(number: int, protocol: Protocol, driver: Driver) -> Plate:
    name, rng = f"BM-{number:04}", np.random.default_rng([SEED, number])
    doses = tuple(TOP_M * 10 ** (-0.75 * step) for step in range(DOSES))
    compounds = [Compound(f"MOL-{number:04}-{n:02}", str(n), doses) for n in COLUMNS]
    ic50_m = {one.name: 10 ** rng.uniform(-9, -6) for one in compounds}
    run = CountRun(
        run_key=name,
        instrument=Instrument("PerkinElmer", "MicroBeta"),
        program=Program("7", "H3_BENCHMARK"),
        counted_at=DAY + timedelta(minutes=number),
        readings=plate_readings(rng, protocol, compounds, Truth(ic50_m, 1500.0, 120.0)),
    )
    lines = [f"protocol: {protocol.name}", f"plate: {name}", "compounds:"]
    lines += [
        f"  - {{name: {one.name}, slot: {one.slot}, top: {TOP_M * 1e6:g} uM, dilution: '5.6234'}}"
        for one in compounds
    ]
    return Plate(name, "\n".join([*lines, ""]).encode(), driver.simulate([run]))


class Bench:
    """A home of its own with a protocol and run sheets, and the service that works in it."""

    def __init__(self, root: Path, plates: Sequence[Plate]) -> None:
        self.root = root
        for name in ("protocols", "runsheets", "lab"):
            (root / name).mkdir(parents=True)
        (root / "labsvc.yaml").write_text(SETTINGS)
        (root / "protocols" / "benchmark.yaml").write_text(PROTOCOL)
        for plate in plates:
            (root / "runsheets" / f"{plate.name}.yaml").write_bytes(plate.runsheet)
        # The tables are made once in the life of a home, not at each start.
        open_home(root).close()

    def counts(self, plate: Plate) -> float:
        """Write a report as the counter does; when the file was closed."""
        (self.root / "lab" / f"{plate.name}.txt").write_bytes(plate.report)
        return time.perf_counter()

    @contextlib.contextmanager
    def service(self) -> Iterator[tuple[psutil.Process, float]]:
        """``labsvc run``, ready, and how many seconds its start took; it must end cleanly."""
        log = self.root / "service.log"
        words = "import sys; from labsvc.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", words, "run", "--home", str(self.root)]
        with listening() as (told, address), log.open("wb") as writing:
            started = time.perf_counter()
            environment = {**os.environ, "NOTIFY_SOCKET": address}
            process = subprocess.Popen(command, env=environment, stdout=writing, stderr=writing)
            try:
                told.settimeout(PATIENCE_SECONDS)
                while b"READY=1" not in told.recv(4096):
                    pass
                yield psutil.Process(process.pid), time.perf_counter() - started
            except TimeoutError:
                raise SystemExit(f"the service did not start:\n{log.read_text()}") from None
            finally:
                process.terminate()
                process.wait(PATIENCE_SECONDS)
        if process.returncode:
            raise SystemExit(f"the service ended with {process.returncode}:\n{log.read_text()}")

    def wait_filed(self, count: int, every: float = 0.001) -> float:
        """Until ``count`` plates are committed; when that was seen, looking ``every`` second."""
        until = time.perf_counter() + PATIENCE_SECONDS
        with contextlib.closing(sqlite3.connect(f"{self.root}/labsvc.db")) as database:
            while database.execute("SELECT max(sequence) FROM results").fetchone()[0] != count:
                if time.perf_counter() > until:
                    raise SystemExit(f"not filed:\n{(self.root / 'service.log').read_text()}")
                time.sleep(every)
        return time.perf_counter()

    def wait_done(self) -> None:
        """Until the inbox is empty: the service is ready for the next plate."""
        while any((self.root / "inbox").iterdir()):
            time.sleep(0.001)


@contextlib.contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """The end of the line on which a service tells systemd that it is ready, and its address."""
    name = f"labsvc-benchmark-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(f"\0{name}")
        yield told, f"@{name}"


def one_by_one(root: Path, count: int, idle_seconds: float) -> dict[str, float]:
    """Each plate by itself; the service at rest before the first one, for which the process that
    works it out is started again."""
    plates = made_plates(1, count)
    bench, taken = Bench(root, plates), []
    with bench.service() as (process, start_seconds):
        fresh_cpu, fresh_rss = at_rest(process, idle_seconds)
        for number, plate in enumerate(plates, start=1):
            closed = bench.counts(plate)
            taken.append((bench.wait_filed(number) - closed) * 1e3)
            bench.wait_done()
        working_rss = sum(one.memory_info().rss for one in (process, *process.children())) / 1e6
    return {
        "start_ms": start_seconds * 1e3,
        "fresh_cpu_percent": fresh_cpu,
        "fresh_rss_mb": fresh_rss,
        "filed_first_ms": taken[0],
        "working_rss_mb": working_rss,
        "filed_p50_ms": statistics.median(taken),
        "filed_p99_ms": float(np.percentile(taken, 99)),
    }


def backlog(root: Path, count: int, idle_seconds: float) -> dict[str, float]:
    """All plates lie in the folder before the service starts; then it rests on top of them."""
    plates = made_plates(1001, count)
    bench = Bench(root, plates)
    for plate in plates:
        bench.counts(plate)
    with bench.service() as (process, _):
        started = time.perf_counter()
        seconds = bench.wait_filed(count, every=0.02) - started
        bench.wait_done()
        busy = sum(process.cpu_times()[:2])
        cpu, rss = at_rest(process, idle_seconds)
    return {
        "backlog_plates_per_second": count / seconds,
        "backlog_cpu_ms_per_plate": busy / count * 1e3,
        "idle_cpu_percent": cpu,
        "idle_rss_mb": rss,
    }


def at_rest(process: psutil.Process, seconds: float) -> tuple[float, float]:
    """Percent of one core, and resident MB, over ``seconds`` with nothing to do.

    The process that works captures out stays for a minute after the last one: its end is waited
    for, unless the rest is to be a short one.
    """
    until = time.perf_counter() + (PATIENCE_SECONDS if seconds > 1 else 0.0)
    while process.children() and time.perf_counter() < until:
        time.sleep(0.1)
    time.sleep(min(seconds, 3.0))
    before, started = sum(process.cpu_times()[:2]), time.perf_counter()
    time.sleep(seconds)
    spent = sum(process.cpu_times()[:2]) - before
    rss = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    return 100 * spent / (time.perf_counter() - started), rss / 1e6


class Ledger:
    """What was taken, as it is; it is never written to."""

    def __init__(self, files: dict[str, SeenFile]) -> None:
        self.all, self.of = files.values, files.get
        self.remember = self.forget = refused


def rescan(root: Path, count: int, rounds: int) -> dict[str, float]:
    """One look at a folder of files that were all taken long ago."""
    root.mkdir()
    ledger = {}
    for number in range(count):
        path = root / f"BM-{number:05}.txt"
        path.write_bytes(b"old")
        stat = path.stat()
        ledger[str(path)] = SeenFile(str(path), stat.st_size, stat.st_mtime_ns, "")
    source = FolderSource(
        FolderSettings("old", root, ("*.txt",), 2.0, None, "UTC"),
        taken=Ledger(ledger), deliver=refused, refuse=refused,
        is_whole=lambda name, content: False,
        clock=lambda: datetime.now(UTC), monotonic=time.monotonic,
    )  # fmt: skip
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        source.scan()
        taken.append((time.perf_counter() - started) * 1e3)
    return {"rescan_ms": statistics.median(taken)}


def machine(root: Path) -> dict[str, float]:
    """How busy the machine is and how slow its disk: a plate waits for the disk 20 times."""
    root.mkdir()
    taken = []
    for number in range(50):
        with (root / f"{number}").open("xb", buffering=0) as file:
            file.write(bytes(20_000))
            started = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - started) * 1e3)
    return {"load_average": os.getloadavg()[0], "fsync_ms": statistics.median(taken)}


def refused(*what: object) -> None:
    raise SystemExit(f"an old file was taken for a new one: {what}")


def measured(*, quick: bool) -> dict[str, float]:
    one, many, seconds, old = (3, 5, 0.5, 50) if quick else (100, 500, 30.0, 2000)
    with tempfile.TemporaryDirectory(prefix="labsvc-benchmark-") as folder:
        root = Path(folder)
        found = {
            **machine(root / "disk"),
            **one_by_one(root / "one", one, seconds),
            **backlog(root / "many", many, seconds),
            **rescan(root / "old", old, 20),
        }
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quick", action="store_true", help="a few plates: does it run at all")
    asked = parser.parse_args()
    figures = measured(quick=asked.quick)
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<26} {value:>9.2f}  {MARKS.get(name, '')}")


if __name__ == "__main__":
    main()

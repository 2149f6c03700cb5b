"""A small lab for tests: a home on disk, and what its counter, harvester and people would write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from labsvc.driver import CountRun, Driver, HarvestRun, Instrument, Program
from labsvc.model.capture import Capture
from labsvc.model.filing import OwedAlert, StoredResult
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import Compound
from labsvc.service.authoring.shipped import shipped
from labsvc.service.demo.assays import Truth, ic50_from_ki, plate_readings
from labsvc.service.home import Home, open_home
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line, Outcome
from labsvc.service.work.worker import Worker

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
START = datetime(2026, 3, 2, 8, 0)
BINDING = "net-nisoxetine-binding"
KI_M = {"imipramine": 16e-9, "desipramine": 0.83e-9, "nortriptyline": 4.4e-9, "citalopram": 4e-6}
TOPS_UM = {"imipramine": 10, "desipramine": 1, "nortriptyline": 1, "citalopram": 1000}


@dataclass(frozen=True, slots=True)
class Bench:
    """A home with its worker. ``put`` brings a capture, ``work`` sees the inbox through."""

    home: Home
    worker: Worker

    @property
    def line(self) -> Line:
        return self.worker.line

    def put(self, name: str, content: bytes, *, driver: str | None = None) -> Capture:
        brought = capture(name, content, driver=driver)
        self.home.inbox.put(brought)
        return brought

    def work(self) -> list[Outcome]:
        return list(self.worker.work_off())

    def sees(self, name: str, content: bytes, *, driver: str | None = None) -> Outcome:
        """One capture through the line."""
        self.put(name, content, driver=driver)
        (outcome,) = self.work()
        return outcome

    def lay_sheet(self, plate: str, content: bytes | None = None) -> None:
        (self.home.runsheets / f"{plate}.yaml").write_bytes(content or sheet(plate))

    def only_run(self) -> StoredResult:
        (run,) = self.home.database.results()
        return run

    def owed(self) -> list[OwedAlert]:
        return self.home.database.outbox()

    def archived(self, pattern: str) -> list[Path]:
        return sorted((self.home.root / "archive").rglob(pattern))


@contextmanager
def bench(root: Path, *, settings: str = "", drivers: Mapping[str, Driver] | None = None
          ) -> Iterator[Bench]:  # fmt: skip
    """A home in ``root``, opened, with the installed drivers and those given."""
    make_home(root, settings)
    home = open_home(root)
    try:
        yield open_bench(home, drivers)
    finally:
        home.close()


def open_bench(home: Home, drivers: Mapping[str, Driver] | None = None) -> Bench:
    """The home as a service started now would see it."""
    registry = Registry({**load_drivers().drivers, **(drivers or {})})
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    return Bench(home, Worker(Line(home, registry, book, lambda: NOW)))


def make_home(root: Path, settings: str = "") -> Path:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / "protocols").mkdir(exist_ok=True)
    (root / "runsheets").mkdir(exist_ok=True)
    shutil.copy(shipped("protocols") / f"{BINDING}.yaml", root / "protocols")
    (root / "labsvc.yaml").write_text(f"timezone: Europe/Berlin\n{settings}", "utf-8")
    return root


def capture(name: str, content: bytes, *, driver: str | None = None) -> Capture:
    return Capture(name, "counter-1", NOW, content, driver, timezone="Europe/Berlin")


@cache
def protocol() -> Protocol:
    file = shipped("protocols") / f"{BINDING}.yaml"
    return parse_protocol(file.read_bytes(), file=file.name)


def named(driver: str) -> Driver:
    return load_drivers().named(driver)


@cache
def plate_run(plate: str, *, seed: int = 1, total: float = 1500.0, number: str = "7") -> CountRun:
    """A binding plate as the MicroBeta counts it; with ``total`` 230 it fails its QC."""
    ligand, affinity = protocol().radioligand.concentration_m, protocol().radioligand.affinity
    assert ligand is not None
    assert affinity is not None
    placed = tuple(
        Compound(name, slot.name, tuple(top * 1e-6 * 10 ** (-step / 2) for step in range(10)))
        for (name, top), slot in zip(TOPS_UM.items(), protocol().layout.slots, strict=True)
    )
    truth = Truth(
        ic50_m={name: ic50_from_ki(ki, ligand, affinity.value) for name, ki in KI_M.items()},
        total_cpm=total,
        nonspecific_cpm=120.0,
        pipetting_cv=0.03 if total > 1000 else 0.12,
    )
    return CountRun(
        run_key=plate,
        instrument=Instrument("PerkinElmer", "MicroBeta"),
        program=Program(number, "H3_NISOXETINE_1_MIN"),
        counted_at=START + timedelta(hours=7),
        readings=plate_readings(np.random.default_rng(seed), protocol(), placed, truth),
        extras={"path": rf"C:\mbw\results\{plate}_A7_212.txt"},
    )


def report(plate: str, *, seed: int = 1, total: float = 1500.0, fault: str | None = None) -> bytes:
    """The MicroBeta's report of that plate."""
    run = plate_run(plate, seed=seed, total=total)
    return named("microbeta").simulate([run], fault=fault)


def report_name(plate: str) -> str:
    return f"{plate}_A7_212.txt"


def sheet(plate: str) -> bytes:
    """The run sheet of that plate: what is in it, and when the reaction began."""
    compounds = "".join(
        f"  - {{name: {name}, slot: {slot}, top: {top} uM, dilution: half-log}}\n"
        for slot, (name, top) in enumerate(TOPS_UM.items(), start=1)
    )
    return (
        f"protocol: {BINDING}\nplate: {plate}\noperator: M. Keller\ncompounds:\n{compounds}"
        f"times:\n  reaction_start: {START:%Y-%m-%d %H:%M}\n"
    ).encode()


def harvest(plate: str, *, minutes: int = 121) -> bytes:
    """The harvester's log of that plate, so many minutes after the reaction began."""
    at = START + timedelta(minutes=minutes)
    return named("harvest").simulate([HarvestRun("", plate, "harvest", started_at=at)])

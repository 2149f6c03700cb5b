"""Counts of 96 vials as files and rows, and a service at work on them with its mailbox."""

from __future__ import annotations

import email
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic

import numpy as np

from benchmarks.interim import (
    SHEET,
    Rack,
    clean,
    counted,
)
from labsvc.driver import CountRun, Instrument, Program, Reading
from labsvc.service.authoring.shipped import shipped
from labsvc.service.daemon import Daemon
from labsvc.service.demo.mailbox import Mailbox, messages
from labsvc.service.home import open_home
from labsvc.service.registry import load_drivers
from labsvc.service.work.line import Outcome
from tests.bench import Bench, bench, make_home, named
from tests.patience import PATIENCE


def run_of(readings: Sequence[Reading]) -> CountRun:
    return CountRun("U-0087", Instrument("Packard", "Tri-Carb 2100TR"), tuple(readings),
                    Program("9", "NE UPTAKE"), counted_at=readings[0].counted_at)  # fmt: skip


def faulty(fault: Callable[[Rack], Rack], day: int = 0) -> tuple[Reading, ...]:
    """A count with a fault, so many days after the first."""
    made = counted(fault(clean(np.random.default_rng([7, 7]))))
    return tuple(
        one._replace(counted_at=one.counted_at + timedelta(days=day))
        for one in made if one.counted_at is not None
    )  # fmt: skip


def sheet(racks: bool = True) -> bytes:
    """The run sheet of the benchmark's count; without racks the positions are numbered through."""
    lines = [
        "protocol: net-ne-uptake",
        "plate: U-0087",
        "count: {program: 9}" if racks else "count: {file: '*.csv'}",
        "positions:",
    ]
    for number, one in enumerate(SHEET.placements, start=1):
        place = f"rack: {one.rack}, position: {one.position}" if racks else f"position: {number}"
        what = f"{place}, role: {one.role}"
        if one.compound is not None and one.concentration_m is not None:
            what += f", compound: {one.compound}, concentration: {one.concentration_m * 1e9:.9g} nM"
        lines.append(f"  - {{{what}}}")
    return ("\n".join(lines) + "\n").encode()


@contextmanager
def counting_bench(tmp_path: Path) -> Iterator[Bench]:
    """A home that knows the count's protocol and run sheet; no service runs in it."""
    with bench(tmp_path / "home") as made:
        shutil.copy(shipped("protocols") / "net-ne-uptake.yaml", made.home.protocols)
        (made.home.runsheets / "U-0087.yaml").write_bytes(sheet())
        made.worker.look_at_book()
        yield made


class Running:
    """A service at work on one source, with its mailbox."""

    def __init__(self, daemon: Daemon, box: Path, outcomes: list[Outcome]) -> None:
        self.daemon, self.box, self.outcomes = daemon, box, outcomes

    def mails(self) -> list[EmailMessage]:
        found = [email.message_from_bytes(one.read_bytes(), policy=default)
                 for one in messages(self.box)]  # fmt: skip
        return [one for one in found if isinstance(one, EmailMessage)]

    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in self.mails()]

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + PATIENCE
        while not holds():
            assert monotonic() < deadline, self.subjects()
            self.daemon.rest.call()  # as its own job does every two seconds
            self.daemon.rounds.wait(0.2)
            self.daemon.rounds.clear()

    def warnings(self) -> list[str]:
        return [one for one in self.subjects() if one.startswith("[labsvc] Interim warning: ")]

    def replaced(self) -> list[str]:
        return [one for one in self.subjects() if one.startswith("[labsvc] Interim warning repl")]

    @property
    def said(self) -> str:
        return "".join(self.daemon.interim.counting.values())

    def filed(self) -> int:
        return len(self.daemon.home.database.results()) + len(self.outcomes)


@contextmanager
def running(tmp_path: Path, source: str, *, racks: bool = True) -> Iterator[Running]:
    box = tmp_path / "mailbox"
    box.mkdir()
    server = Mailbox(box)
    mail = (
        f"mail: {{host: 127.0.0.1, port: {server.start()}, starttls: false,"
        "  sender: labsvc@lab.invalid, recipients: [lab@lab.invalid], most_per_hour: 100}\n"
        # How full the disk is of the machine that runs the tests is not spoken of.
        "alerts: {disk_free_percent: 0}\n"
    )
    root = make_home(tmp_path / "home", f"sources: [{source}]\n{mail}")
    shutil.copy(shipped("protocols") / "net-ne-uptake.yaml", root / "protocols")
    (root / "runsheets" / "U-0087.yaml").write_bytes(sheet(racks))
    outcomes: list[Outcome] = []
    home = open_home(root)
    with Daemon(home, load_drivers(), told=outcomes.append) as daemon:
        worker = threading.Thread(target=daemon.run)
        worker.start()
        try:
            yield Running(daemon, box, outcomes)
        finally:
            daemon.stop()
            worker.join(PATIENCE)
            server.stop()
    home.close()


def rows(readings: Sequence[Reading]) -> list[bytes]:
    """The lines of a Tri-Carb's file: all above the first vial in one, then a line a vial."""
    plain = [one._replace(rack=None, position=str(one.order)) for one in readings]
    lines = named("tricarb").simulate([run_of(plain)]).splitlines(keepends=True)
    above = len(lines) - len(readings)
    return [b"".join(lines[:above]), *lines[above:]]

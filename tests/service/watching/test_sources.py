"""Folders that are scanned and ports that are read, with real files and folder events."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import structlog

from labsvc.capture.folder import FolderSource
from labsvc.driver import Driver, Files, Recognition
from labsvc.errors import ConfigError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.service.demo.day import uptake_run
from labsvc.service.home import Home, open_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.settings import SourceSettings
from labsvc.service.watching.scanner import Scanner
from labsvc.service.watching.sources import Intake
from labsvc.store.parts import PARTS, Parts
from tests.bench import capture, make_home, named, report
from tests.patience import PATIENCE


class Ends(Driver):
    """Breaks at its end mark."""

    title = "ends"
    maturity = "draft"
    files = Files(("*.txt",), quiet_seconds=0.0)

    def recognises(self, capture: Capture) -> Recognition:
        return Recognition.no("never")

    def parse(self, capture: Capture) -> list[object]:  # type: ignore[override]
        return []

    def simulate(self, records: object, *, fault: str | None = None) -> bytes:
        return b""

    def ends(self, content: bytes) -> bool:
        raise IndexError("past the end")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(make_home(tmp_path / "home"))
    yield made
    made.close()


def source(folder: Path, **others: object) -> SourceSettings:
    given = {"driver": None, "timezone": "UTC", "quiet_seconds": 0.05, **others}
    return SourceSettings(name="counter-1", folder=folder, **given)  # type: ignore[arg-type]


class Watched:
    """A scanner on one folder. ``until`` waits for what the intake wakes for."""

    def __init__(self, home: Home, settings: SourceSettings, registry: Registry) -> None:
        self.woken = threading.Event()
        self.home = home
        self.folder = Intake(home, registry, self.woken.set).folder(settings)
        self.scanner = Scanner({"counter-1": self.folder})

    def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            assert self.woken.wait(PATIENCE), "nothing came"
            self.woken.clear()

    def inbox(self) -> list[str]:
        return [entry.name for entry in self.home.inbox.entries()]


@pytest.fixture
def watch(home: Home) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def make(settings: SourceSettings, registry: Registry | None = None) -> Watched:
        made = Watched(home, settings, registry or load_drivers())
        started.append(made)
        made.scanner.start()
        return made

    yield make
    for one in started:
        one.scanner.stop()


def test_a_file_that_appears_is_taken(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """An event of the operating system brings the scanner; no clock of ours does."""
    (tmp_path / "out").mkdir()
    watched = watch(source(tmp_path / "out"))
    (tmp_path / "out" / "A7_1.txt").write_bytes(report("NET-1"))
    watched.until(lambda: watched.inbox() == ["A7_1.txt"])


def test_a_folder_that_appears_later_is_watched(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    """Away at the start; the rescan finds it, and from then on its events count."""
    watched = watch(source(tmp_path / "share" / "out"))
    (tmp_path / "share" / "out").mkdir(parents=True)
    (tmp_path / "share" / "out" / "first.txt").write_bytes(report("NET-1"))
    watched.scanner.hint_all()
    watched.until(lambda: watched.inbox() == ["first.txt"])
    (tmp_path / "share" / "out" / "second.txt").write_bytes(report("NET-2"))
    watched.until(lambda: len(watched.inbox()) == 2)
    assert watched.scanner.away == {}


def test_files_that_make_one_run_are_kept_together(
    tmp_path: Path, home: Home, watch: Callable[..., Watched]
) -> None:
    """With all that the source tells; the inbox gets none of them before the set is complete."""
    (tmp_path / "out" / "NET-1").mkdir(parents=True)
    settings = source(tmp_path / "out", driver="microbeta", subfolders=True, joined="folder",
                      joined_patience=60.0, simulated=True)  # fmt: skip
    watched = watch(settings)
    (tmp_path / "out" / "NET-1" / "A7_1.txt").write_bytes(report("NET-1"))
    (tmp_path / "out" / "A7_2.txt").write_bytes(report("NET-2"))
    watched.until(lambda: watched.inbox() == ["A7_2.txt"])
    watched.until(lambda: bool(Parts(home.root / PARTS).sets()))
    (kept,) = Parts(home.root / PARTS).sets()
    assert [one.name for one in kept.parts] == ["A7_1.txt"]
    assert (kept.of.name, kept.of.source, kept.of.patience) == ("NET-1", "counter-1", 60.0)
    assert (kept.of.driver, kept.of.simulated) == ("microbeta", True)


def test_a_source_that_is_away_says_why(tmp_path: Path, home: Home) -> None:
    """Folder, reason, and what to check."""
    watched = Watched(home, source(tmp_path / "gone"), load_drivers())
    watched.scanner._loops["counter-1"].look(set(), names=True)
    assert watched.scanner.away["counter-1"].startswith(
        f"folder {tmp_path}/gone cannot be read: No"
    )
    assert home.inbox.entries() == []


@pytest.mark.parametrize("fault", [StoreError("no room left"), ValueError("a bug of ours")])
def test_a_failure_of_ours_does_not_end_the_scanner(
    tmp_path: Path, home: Home, fault: Exception
) -> None:
    """The thread that every folder depends on lives, and the file is taken at the next look."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "A7_1.txt").write_bytes(report("NET-1"))
    woken, failed = threading.Event(), threading.Event()

    class Failing(Intake):
        def deliver(self, captures: Sequence[Capture]) -> None:
            if not failed.is_set():
                failed.set()
                raise fault
            Intake.deliver(self, captures)

    folder = Failing(home, load_drivers(), woken.set).folder(source(tmp_path / "out"))
    scanner = Scanner({"counter-1": folder})
    scanner.start()
    assert failed.wait(PATIENCE)
    scanner.hint_all()
    assert woken.wait(PATIENCE)
    scanner.stop()
    assert [entry.name for entry in home.inbox.entries()] == ["A7_1.txt"]


def test_a_bug_in_a_drivers_end_mark_costs_no_capture(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    """The file is taken when it is quiet, as if the driver had none."""
    (tmp_path / "out").mkdir()
    watched = watch(source(tmp_path / "out"), Registry({"ends": Ends()}))
    (tmp_path / "out" / "A7_1.txt").write_bytes(b"no driver knows this")
    watched.until(lambda: watched.inbox() == ["A7_1.txt"])


def test_a_file_too_large_is_refused_unread_and_told_once(tmp_path: Path, home: Home) -> None:
    """201 MB of nothing, touched now and then: one alert, one row with the reason."""
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(201 * 1024 * 1024)
    settings = source(tmp_path, quiet_seconds=0.0)
    for touched_ns in (1, 2, 2):
        os.utime(huge, ns=(touched_ns, touched_ns))
        Intake(home, load_drivers(), lambda: None).folder(settings).scan()
    (row,) = home.database.captures()
    assert (row.name, row.state) == ("huge.txt", CaptureState.QUARANTINED)
    assert row.reason is not None
    assert "has 210,763,776 bytes, more than the 209,715,200" in row.reason
    assert "File not taken: huge.txt from counter-1" in home.database.outbox()[0].alert.subject
    assert len(home.database.outbox()) == 1
    (tmp_path / "A7_1.txt").write_bytes(report("NET-1"))
    Intake(home, load_drivers(), lambda: None).folder(settings).scan()
    assert [entry.name for entry in home.inbox.entries()] == ["A7_1.txt"]


def test_a_source_may_have_its_own_limit(tmp_path: Path, home: Home) -> None:
    """As the refusal tells people to do."""
    folder = Intake(home, load_drivers(), lambda: None).folder(source(tmp_path, max_bytes=10))
    assert folder.settings.max_bytes == 10


def test_a_source_without_driver_waits_for_the_slowest_writer(tmp_path: Path, home: Home) -> None:
    """Any installed driver's instrument may be writing: the Wizard2 pauses longest."""
    folder: FolderSource = Intake(home, load_drivers(), lambda: None).folder(
        source(tmp_path, quiet_seconds=None)
    )
    assert folder.settings.quiet_seconds >= 30.0
    assert set(folder.settings.patterns) >= {"*.txt", "*.csv", "*.bin"}


def test_a_source_with_a_driver_has_its_patterns_and_patience(tmp_path: Path, home: Home) -> None:
    """Unless the settings say otherwise."""
    intake = Intake(home, load_drivers(), lambda: None)
    folder = intake.folder(source(tmp_path, quiet_seconds=None, driver="tricarb"))
    assert folder.settings.quiet_seconds == 5.0
    assert set(folder.settings.patterns) == {"*.csv", "*.txt"}
    named = intake.folder(source(tmp_path, patterns=("*.rpt",), driver="tricarb"))
    assert named.settings.patterns == ("*.rpt",)


def test_a_port_needs_a_driver_that_reads_serial_lines(home: Home) -> None:
    """Told with driver and source."""
    port = SourceSettings("line", "microbeta", "UTC", port="loop://")
    with pytest.raises(ConfigError, match=r"microbeta reads no serial line \(source line\)"):
        Intake(home, load_drivers(), lambda: None).port(port)


def test_the_same_bytes_delivered_twice_lie_in_the_inbox_once(home: Home) -> None:
    """Each time the worker is woken."""
    woken = threading.Event()
    intake = Intake(home, load_drivers(), woken.set)
    for _ in range(2):
        intake.deliver([capture("a.txt", b"bytes")])
    (entry,) = home.inbox.entries()
    assert entry.key == hashlib.sha256(b"bytes").hexdigest()
    assert woken.is_set()


def test_what_delivered_a_capture_keeps_out_of_the_way_of_the_worker(home: Home) -> None:
    """As soon as it is safe and the worker woken, before all that nobody waits for."""
    woken, seen = threading.Event(), list[tuple[int, bool, int]]()
    with structlog.testing.capture_logs() as told:

        def rest(seconds: float) -> None:
            assert 0 < seconds < 0.05
            seen.append((len(home.inbox.entries()), woken.is_set(), len(told)))

        Intake(home, load_drivers(), woken.set, pause=rest).deliver([capture("a.txt", b"bytes")])
    assert seen == [(1, True, 0)]
    assert [one["event"] for one in told] == ["capture received"]


def test_half_a_run_is_set_aside_with_its_reason_and_never_analysed(home: Home) -> None:
    """A real pseudo-terminal that is pulled out between two vials."""
    master, slave = os.openpty()
    woken = threading.Event()
    port = SourceSettings("line", "tricarb-2100tr", "UTC", port=os.ttyname(slave))
    line = Intake(home, load_drivers(), woken.set).port(port)
    whole = named("tricarb-2100tr").simulate([uptake_run()])
    line.start()
    deadline = threading.Event()
    while line.state != "open":
        deadline.wait(0.005)
    os.write(master, whole[: len(whole) // 2])
    spooled = home.root / "spool" / "line" / "current.bin"
    while not spooled.exists() or spooled.stat().st_size < len(whole) // 2:
        deadline.wait(0.005)
    os.close(slave)
    os.close(master)
    assert woken.wait(PATIENCE)
    line.stop()
    (kept,) = home.quarantine.entries()
    assert home.quarantine.read(kept.folder).content == whole[: len(whole) // 2]
    assert kept.reason.startswith("not a whole transmission, so it was not analysed; send the run")
    assert "the line went away" in kept.reason
    assert home.inbox.entries() == []

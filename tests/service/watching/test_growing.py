"""Files that are still being written: real drivers and files, the real worker, a clock by hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labsvc.capture.folder import FolderSource
from labsvc.service.authoring.shipped import shipped
from labsvc.service.settings import SourceSettings
from labsvc.service.watching.sources import Intake
from labsvc.service.work.interim import Interim
from tests.bench import NOW, Bench, bench, report
from tests.service.work.countbench import faulty, rows, sheet

VIAL = 120.0
ROWS = rows(faulty(lambda one: one))


@dataclass
class Counter:
    """A counter's program that writes into a folder, and the service beside it."""

    bench: Bench
    folder: Path
    driver: str
    now: float = 0.0
    started: float = 0.0
    interim: Interim = field(init=False)
    source: FolderSource = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.interim = Interim(self.clock, 0.0)
        settings = SourceSettings(self.driver, self.driver, "UTC", folder=self.folder)
        intake = Intake(self.bench.home, self.bench.line.registry, lambda: None,
                        growing=self.interim.grew, goes_on=self.interim.goes_on,
                        clock=self.clock, monotonic=lambda: self.now)  # fmt: skip
        self.source = intake.folder(settings)

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)

    def writes(self, name: str, content: bytes) -> None:
        """Appended, at the time it is."""
        with (self.folder / name).open("ab") as file:
            file.write(content)
        os.utime(self.folder / name, (0, self.clock().timestamp()))

    def waits(self, seconds: float, step: float = 1.0) -> list[str]:
        """What was filed or set aside meanwhile, by verdict or state; a look each second."""
        ends, found = self.now + seconds, []
        while self.now < ends:
            self.source.scan()
            for outcome in self.bench.work():
                self.interim.filed(outcome, self.bench.line)
                found += [one.result.verdict.value for one in outcome.results] or [outcome.state]
            self.interim.judge(self.bench.line)
            self.now += step
        return found


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Callable[[str], Counter]]:
    with bench(tmp_path / "home") as made:
        shutil.copy(shipped("protocols") / "net-ne-uptake.yaml", made.home.protocols)
        made.worker.look_at_book()
        (tmp_path / "out").mkdir()
        yield lambda driver: Counter(made, tmp_path / "out", driver)


def with_sheet(counter: Counter) -> None:
    (counter.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet(racks=False))
    counter.bench.worker.look_at_book()


def test_a_count_with_its_run_sheet_is_filed_once_and_when_it_is_whole(
    counter: Callable[[str], Counter],
) -> None:
    """Vial by vial with the driver's own quiet time of 5 s: nothing is filed as held in between,
    also over a change of racks of a quarter of an hour and a restart; at the end nobody waits."""
    one = counter("tricarb")
    with_sheet(one)
    one.writes("count.csv", b"".join(ROWS[:3]))
    for number, row in enumerate(ROWS[3:-1]):
        assert one.waits(900.0 if number == 11 else VIAL, 60.0 if number > 5 else 5.0) == []
        if number == 20:
            one.start()
        one.writes("count.csv", row)
    assert one.waits(VIAL, 5.0) == []
    one.writes("count.csv", ROWS[-1])
    assert one.waits(8.0) == ["review"]


def test_without_a_run_sheet_one_pause_teaches_the_next(counter: Callable[[str], Counter]) -> None:
    """The first vial is filed as held, and after it the whole count: not each vial anew."""
    one = counter("tricarb")
    one.writes("count.csv", b"".join(ROWS[:3]))
    assert one.waits(VIAL, 2.0) == ["held"]
    for row in ROWS[3:9]:
        one.writes("count.csv", row)
        assert one.waits(VIAL, 10.0) == []
    assert one.waits(4 * VIAL, 10.0) == ["held"]
    (run,) = one.bench.home.database.results()
    assert run.revision == 2


def test_a_count_that_was_stopped_is_filed_after_twenty_minutes(
    counter: Callable[[str], Counter],
) -> None:
    """The run sheet plans more, and nothing comes: nothing waits for ever."""
    one = counter("tricarb")
    with_sheet(one)
    one.writes("count.csv", b"".join(ROWS[:30]))
    assert one.waits(1190.0, 10.0) == []
    assert one.waits(30.0, 10.0) == ["held"]


def test_a_report_written_at_once_is_filed_as_soon_as_ever(
    counter: Callable[[str], Counter],
) -> None:
    """Whole, with and without a run sheet; and one of last year that was stopped."""
    one = counter("tricarb")
    one.writes("before.csv", b"".join(ROWS))
    assert one.waits(6.0) == ["held"]
    with_sheet(one)
    later = [row.replace(b"U-0087", b"U-0088") for row in ROWS]
    one.writes("count.csv", b"".join(later))
    assert len(one.waits(6.0)) >= 1
    one.writes("stopped.csv", b"".join(ROWS[:30]))
    os.utime(one.folder / "stopped.csv", (0, NOW.timestamp() - 86400.0))
    assert one.waits(6.0) == ["held"]


def test_a_report_of_which_room_was_made_is_not_set_aside(
    counter: Callable[[str], Counter],
) -> None:
    """A copy makes the file as large as it will be and fills it, slower than the quiet time; once
    with NUL in what is to come, once without its end mark."""
    one, content = counter("microbeta"), report("NET-1")
    half = len(content) // 2
    one.writes("A7_1.txt", content[:half] + bytes(len(content) - half))
    one.writes("A7_2.txt", content[:half])
    assert one.waits(8.0) == []
    for name in ("A7_1.txt", "A7_2.txt"):
        (one.folder / name).write_bytes(content)
    found = one.waits(5.0)
    assert [one for one in found if one == "quarantined"] == []
    assert len(found) == 1


def test_a_report_that_never_gets_its_end_is_set_aside_with_a_sentence(
    counter: Callable[[str], Counter],
) -> None:
    """After five quiet times; of room that was never written to after ten minutes, and said so."""
    one, content = counter("microbeta"), report("NET-1")
    half = len(content) // 2
    one.writes("A7_2.txt", content[:half])
    assert one.waits(9.0) == []
    assert one.waits(4.0) == ["quarantined"]
    one.writes("A7_1.txt", content[:half] + bytes(300))
    assert one.waits(595.0, 5.0) == []
    assert one.waits(10.0, 5.0) == ["quarantined"]
    said = [entry.reason for entry in one.bench.home.quarantine.entries()]
    assert any("its last 300 bytes are room that was made and never written" in it for it in said)

"""What a brief look sees, and when everything is looked at."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from labsvc.capture.glance import LONGEST_SECONDS, Glance
from labsvc.capture.ledger import Ledger
from labsvc.capture.listing import JUNK, matcher
from labsvc.capture.settle import Stamp


@dataclass
class Clock:
    """Each reading of it takes ``step`` seconds."""

    now: float = 1000.0
    step: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@dataclass
class Bench:
    folder: Path
    ledger: Ledger = field(default_factory=Ledger)
    clock: Clock = field(default_factory=Clock)

    def glance(self, *, recursive: bool = False) -> Glance:
        return Glance(str(self.folder), self.ledger, wanted=matcher(("*.txt",)),
                      junk=matcher(JUNK), recursive=recursive, monotonic=self.clock)  # fmt: skip

    def write(self, name: str, content: bytes = b"old", second: int = 1) -> str:
        file = self.folder / name
        file.write_bytes(content)
        os.utime(file, ns=(0, second * 1_000_000_000))
        return str(file)

    def known(self, name: str, second: int = 1) -> str:
        path = self.write(name, second=second)
        self.ledger.note(path, Stamp(3, second * 1_000_000_000))
        return path

    def stands_since(self, second: int) -> None:
        """The folder's own time, as it would be long after."""
        os.utime(self.folder, ns=(0, second * 1_000_000_000))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "out"
    folder.mkdir()
    return Bench(folder)


def rested(bench: Bench, *, recursive: bool = False) -> Glance:
    """A glance that has looked at everything twice, with a while in between."""
    glance = bench.glance(recursive=recursive)
    glance.everything([])
    bench.clock.now += 10
    glance.everything([])
    return glance


def test_everything_is_what_the_ledger_does_not_have(bench: Bench) -> None:
    """Whatever events and earlier listings say."""
    bench.known("a.txt")
    bench.known("b.txt")
    changed, new = bench.write("b.txt", b"other"), bench.write("c.txt")
    glance = bench.glance()
    assert glance.everything([]) == {changed, new}
    assert glance.met == 1


def test_a_name_that_came_is_seen_briefly(bench: Bench) -> None:
    """The folder's time tells; junk and other names are no more than before."""
    bench.known("a.txt")
    glance = rested(bench)
    assert glance.briefly([], [], names=True) == set()
    new = bench.write("new.txt")
    bench.write("~$new.txt")
    bench.write("new.pdf")
    assert glance.briefly([], [], names=True) == {new}


def test_a_folder_whose_time_stands_is_not_listed(bench: Bench) -> None:
    """That is what makes it cheap; where the time cannot be relied on, it is."""
    bench.stands_since(5)
    glance = rested(bench)
    new = bench.write("new.txt")
    bench.stands_since(5)
    assert glance.briefly([], [], names=True) == set()
    glance.relied = False
    assert glance.briefly([], [], names=True) == {new}
    assert glance.everything([]) == {new}


def test_what_comes_within_one_grain_of_the_folders_time_is_seen(bench: Bench) -> None:
    """A listing is relied on only when the time had stood for some seconds before it."""
    bench.stands_since(5)
    glance = bench.glance()
    glance.everything([])
    new = bench.write("new.txt")
    bench.stands_since(5)
    bench.clock.now += 1
    assert glance.briefly([], [], names=True) == {new}


def test_a_name_used_again_lately_is_seen_briefly(bench: Bench) -> None:
    """Its folder's time stands still, so the newest files are asked one by one."""
    for number in range(150):
        bench.known(f"{number}.txt", second=number + 1)
    glance = rested(bench)
    again = bench.write("149.txt", b"a new run", second=500)
    bench.write("3.txt", b"changed in its place", second=501)
    assert glance.briefly([], [], names=True) == {again}


def test_an_old_file_changed_in_its_place_is_seen_by_the_next_look_at_everything(
    bench: Bench,
) -> None:
    """Always found: sooner where the system told of it."""
    for number in range(150):
        bench.known(f"{number}.txt", second=number + 1)
    glance = rested(bench)
    changed = bench.write("3.txt", b"changed in its place", second=501)
    assert glance.briefly([changed], [], names=False) == {changed}
    assert glance.everything([]) == {changed}


def test_what_is_told_is_held_against_patterns_and_ledger(bench: Bench) -> None:
    """Events tell of everything: what is known, is no report or lies elsewhere is left."""
    known, junk = bench.known("a.txt"), bench.write("~$b.txt")
    other, gone = bench.write("b.pdf"), str(bench.folder / "gone.txt")
    below = bench.folder / "below"
    below.mkdir()
    inner = bench.write("below/c.txt")
    glance = rested(bench)
    assert glance.briefly([known, junk, other, gone, inner], [], names=False) == set()


def test_everything_is_due_by_what_it_costs(bench: Bench) -> None:
    """At most 0.2 % of the time, and however long it takes after ten minutes."""
    glance = bench.glance()
    assert glance.due
    bench.clock.step = 0.25
    glance.everything([])
    bench.clock.step = 0.0
    ended = bench.clock.now
    took = glance._whole.seconds
    bench.clock.now = ended + took / 0.002 - 1
    assert not glance.due
    bench.clock.now += 1
    assert glance.due
    bench.clock.step = 1.0
    glance.everything([])
    bench.clock.step = 0.0
    bench.clock.now += LONGEST_SECONDS
    assert glance.due


def test_a_share_that_takes_minutes_rests_for_longer(bench: Bench) -> None:
    """Else it would be asked without end: one part in twenty of the time is the most."""
    glance = bench.glance()
    bench.clock.step = 60.0
    glance.everything([])
    bench.clock.step = 0.0
    bench.clock.now += 20 * glance._whole.seconds - 1
    assert not glance.due
    bench.clock.now += 1
    assert glance.due


def test_a_folder_that_is_away_is_looked_at_whole_when_it_is_back(bench: Bench) -> None:
    """Even where nothing of it is relied on and nothing would be listed just now."""
    glance = rested(bench)
    bench.clock.step = 0.25
    glance.everything([])
    bench.clock.step = 0.0
    away = bench.folder.with_name("away")
    bench.folder.rename(away)
    for relied in (True, False):
        glance.relied = relied
        with pytest.raises(FileNotFoundError):
            glance.briefly([], [], names=True)
    assert not glance.due
    glance.start_anew()
    assert glance.due


def test_folders_that_came_are_looked_into(bench: Bench) -> None:
    """With all that lies in them, and later with what comes to them."""
    glance = rested(bench, recursive=True)
    (bench.folder / "run 1").mkdir()
    first = bench.write("run 1/a.txt")
    assert glance.briefly([], [], names=True) == {first}
    bench.clock.now += 10
    glance.everything([])
    bench.clock.now += 10
    glance.everything([])
    second = bench.write("run 1/b.txt")
    assert second in glance.briefly([], [], names=True)
    (bench.folder / "run 1").rename(bench.folder.with_name("moved"))
    closed: list[str] = []
    assert glance.briefly([], closed, names=True) == set()
    assert closed == []

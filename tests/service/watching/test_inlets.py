"""The sources of a home, opened and taken over by those of new settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from labsvc.service.home import open_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.watching.inlets import Inlets
from tests.bench import make_home
from tests.patience import PATIENCE


def nothing() -> None:
    """Nobody needs to be woken."""


@contextmanager
def opened(root: Path, settings: str, registry: Registry | None = None) -> Iterator[Inlets]:
    home = open_home(make_home(root, settings))
    yield Inlets(home, registry or load_drivers(), nothing)
    home.close()


def line(name: str, port: str, extra: str = "") -> str:
    return f"  - {{name: {name}, port: {port}, driver: tricarb-2100tr{extra}}}\n"


def until_open(inlets: Inlets, name: str) -> None:
    deadline = monotonic() + PATIENCE
    while inlets.lines[name].state != "open":
        assert monotonic() < deadline
        sleep(0.01)


def test_a_line_that_stays_as_it_was_is_never_closed(tmp_path: Path) -> None:
    """What an instrument sends while its port is closed would be lost."""
    master, slave = os.openpty()
    port = os.ttyname(slave)
    before = f"sources:\n{line('kept', port)}{line('gone', 'loop://')}"
    after = f"sources:\n{line('kept', port)}{line('new', 'loop://')}"
    with opened(tmp_path, before) as old, opened(tmp_path, after) as new:
        old.start()
        until_open(old, "kept")
        kept, gone = old.lines["kept"], old.lines["gone"]
        new.take_over(old)
        assert new.lines["kept"] is kept
        assert (kept.alive, kept.state, gone.alive) == (True, "open", False)
        new.start()
        until_open(new, "new")
        assert kept.alive
        new.stop()
    os.close(master)
    os.close(slave)


def test_a_line_whose_settings_changed_is_opened_anew(tmp_path: Path) -> None:
    """Here its speed."""
    before = f"sources:\n{line('a', 'loop://')}"
    after = f"sources:\n{line('a', 'loop://', ', settings: 9600 8N1')}"
    with opened(tmp_path, before) as old, opened(tmp_path, after) as new:
        old.start()
        changed = old.lines["a"]
        new.take_over(old)
        assert not changed.alive
        assert new.lines["a"] is not changed


def test_starting_twice_is_starting_once(tmp_path: Path) -> None:
    """After a disk of ours refused it is started again, and disturbs nothing."""
    with opened(tmp_path, f"sources:\n{line('a', 'loop://')}") as inlets:
        inlets.start()
        until_open(inlets, "a")
        inlets.start()
        assert inlets.lines["a"].state == "open"
        inlets.stop()


def test_a_source_whose_driver_is_disabled_is_told_and_not_opened(tmp_path: Path) -> None:
    """The others are."""
    every = load_drivers()
    lame = Registry({name: one for name, one in every.drivers.items() if name != "microbeta"},
                    {"microbeta": "it broke"})  # fmt: skip
    text = (f"sources:\n  - {{name: a, folder: {tmp_path}/a, driver: microbeta}}\n"
            f"{line('b', 'loop://')}")  # fmt: skip
    with opened(tmp_path / "home", text, lame) as inlets:
        assert inlets.away == {"a": "its driver 'microbeta' is disabled: it broke"}
        assert list(inlets.lines) == ["b"]


def test_the_marks_name_every_reader(tmp_path: Path) -> None:
    """The folders' scan, and of a line its reader and its driver's framer; None waits."""
    with opened(tmp_path, f"sources:\n{line('b', 'loop://')}") as inlets:
        inlets.start()
        until_open(inlets, "b")
        first = inlets.marks
        deadline = monotonic() + PATIENCE
        framer, reader = "the driver's framer of b", "the reader of b"
        while inlets.marks[reader] == first[reader] or inlets.marks[framer] is not None:
            assert monotonic() < deadline
            sleep(0.01)
        assert first.keys() == {"the scan of the folders", "the reader of b",
                                framer}  # fmt: skip
        inlets.stop()


def test_a_scanner_that_ended_is_a_mark_that_stands_still(tmp_path: Path) -> None:
    """It is not taken for one that waits."""
    with opened(tmp_path, f"sources: [{{name: a, folder: {tmp_path}/a}}]\n") as inlets:
        inlets.start()
        inlets.stop()
        assert inlets.marks["the scan of the folders"] == ("ended",)

"""Do one piece of work again and again in children that die, each at a later door.

    python store_doors.py kill|full|log WORK FOLDER

A door is a moment at which what lies on the disk changes: a file opened for writing, renamed or
removed, a folder made, a statement or commit of the database. ``kill``: the n-th child ends before
its n-th door, without a word, until one passes all of them. ``full``: the n-th child may write
files of n steps in size, as if the disk ended there. ``log``: one child, which prints its doors.
Each child works in FOLDER/<n>; one line on each is printed: its number and how it ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from labsvc.errors import DiskFull
from labsvc.model.capture import Capture
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing
from labsvc.model.result import Point, Result, Verdict
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox
from labsvc.store.quarantine import Quarantine

KILLED, FULL = 9, 28
STEP = 16
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CAPTURE = Capture("A16.txt", "counter-1", NOON, b"PLATE 1\r\n" * 40)
FILED = {"raw/A16.txt": CAPTURE.content, "result.json": b"{}" * 200, "figures/a.svg": b"<svg/>"}
LEFT = {"raw/A16.txt": CAPTURE.content, "old.json": b"[]"}


def filing(number: int) -> Filing:
    """A filing of its own for each child: two runs, an alert."""
    points = tuple(Point(f"A{n:02}", "sample", counts=n) for n in range(1, 13))
    runs = [
        Result(
            run_id=f"run{number:04}{letter}",
            verdict=Verdict.REJECTED,
            title="plate",
            protocol="p",
            protocol_version="1",
            protocol_digest="d",
            runsheet=None,
            runsheet_digest=None,
            instrument="i",
            run_key=f"k{number}{letter}",
            plate=1,
            plate_id=f"P{number}",
            counted_at_text=None,
            points=points,
        )
        for letter in "ab"
    ]
    return Filing(
        sha256=f"{number:064}",
        name="A16.txt",
        source="counter-1",
        received_at=NOON,
        size=1,
        driver=None,
        state=CaptureState.FILED,
        folder=f"2026/{number}",
        filed_at=NOON,
        results=tuple(FiledResult(run, 1, f"2026/{number}", "r") for run in runs),
        alerts=(Alert(f"qc {number}", "qc", "failed", "text", "<p>", NOON),),
    )


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'labsvc.db'}"


def put(folder: Path) -> None:
    Inbox(folder).put(CAPTURE)


def attempt(folder: Path) -> None:
    inbox = Inbox(folder)
    inbox.attempt(inbox.entries()[0])


def remove(folder: Path) -> None:
    inbox = Inbox(folder)
    inbox.remove(inbox.entries()[0])


def archive(folder: Path) -> None:
    Archive(folder).file("2026/x", FILED, leftover=True)


def archive_left(folder: Path) -> None:
    Archive(folder).file("2026/x", LEFT)


def quarantine(folder: Path) -> None:
    Quarantine(folder).put(CAPTURE, "line 2: odd")


def migrate(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    database = Database(url(folder))
    database.migrate()
    database.close()


def file(folder: Path) -> None:
    database = Database(url(folder.parent))
    database.file(filing(int(folder.name)))
    database.close()


def nothing(_folder: Path) -> None:
    pass


WORKS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "put": (nothing, put),
    "attempt": (put, attempt),
    "remove": (put, remove),
    "archive": (nothing, archive),
    "leftover": (archive_left, archive),
    "quarantine": (nothing, quarantine),
    "migrate": (nothing, migrate),
    "file": (lambda folder: migrate(folder.parent), file),
}


def at_each_door(passed: Callable[[str], None]) -> None:
    """Have ``passed`` called before each door with its name. There is no way back."""

    def hear(name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        if name in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
            passed(" ".join([name, *(str(one) for one in arguments[: 1 + (name == "os.rename")])]))

    sync = os.fsync

    def heard_sync(descriptor: int) -> None:
        passed(f"os.fsync {Path(f'/proc/self/fd/{descriptor}').readlink()}")
        sync(descriptor)

    sys.addaudithook(hear)
    os.fsync = heard_sync  # type: ignore[assignment]
    event.listen(Engine, "before_cursor_execute", lambda *_: passed("statement"))
    event.listen(Engine, "commit", lambda _: passed("commit"))


def die_at(number: int) -> None:
    doors = count(1)

    def passed(_door: str) -> None:
        if next(doors) == number:
            os._exit(KILLED)

    at_each_door(passed)


def end_disk_at(size: int) -> None:
    import resource  # noqa: PLC0415 - Windows has none

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def child(way: str, work: Callable[[Path], None], number: int, folder: Path) -> int:
    """How the child ended: 0, KILLED, FULL, or 1 with a traceback."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    ended = 1
    try:
        match way:
            case "kill":
                die_at(number)
            case "full":
                end_disk_at((number - 1) * STEP)
            case "log":
                at_each_door(lambda door: print(door, flush=True))
        work(folder)
        ended = 0
    except DiskFull:
        ended = FULL
    finally:
        os._exit(ended)


def main(way: str, name: str, where: Path) -> None:
    prepare, work = WORKS[name]
    for number in count(1):
        prepare(where / str(number))
        ended = child(way, work, number, where / str(number))
        if way != "log":
            print(number, ended, flush=True)
        if ended not in (KILLED, FULL):
            return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

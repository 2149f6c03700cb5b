"""Let the n-th operation of a service fail, for n = 1, 2, 3 ... until none is left to fail.

    python failing.py once|long FOLDER [EVERY [group]]

An operation is a file opened for writing, renamed or removed, a folder made or removed, a sync, a
statement or the commit of a transaction. Each n has a process and a home of its own: a folder with
one plate that is filed and one that is set aside is scanned and worked off in rounds, as the
service does it; the n-th operation fails (no room, a bad sector, a read-only disk, a database
that is full, locked or away, in turn); ``long``: so does each one after it until three rounds have
failed, then the fault goes. No restart: the same process goes on. One line on each n is printed:
its number, the operation, how many rounds it took, and what is wrong in the end, if anything is.
EVERY tries each so many only. ``group``: in place of the folder, four captures that lie in the
inbox are made ready and filed together.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from group import backlog, grouping
from line_doors import NOON, REGISTRY
from line_doors import new_home as home_without_sources
from power import bring, child, kept, new_home, settle_in
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from labsvc.errors import StoreError
from labsvc.service.home import Home
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.watching.sources import Intake
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line
from labsvc.service.work.worker import Worker

FILES = ("NET-0411.txt", "NET-0417.txt")
TOGETHER = 4
"""So many captures are filed together."""
LONG_ROUNDS = 3
MOST_ROUNDS = 12
QUIET_SECONDS = 0.03
"""Longer than a file must rest before it is taken."""
DISK = (errno.ENOSPC, errno.EIO, errno.EROFS)
DATABASE = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR")
NO_MORE = 7
"""How a child ends that had no n-th operation."""


class Fault:
    """What fails at the n-th operation; ``told`` is its name once it did."""

    def __init__(self, root: Path, number: int, *, long: bool) -> None:
        # With its end, so that what lies beside the home does not count.
        self.root, self.number, self.long = f"{root}/", number, long
        self.gone = False
        self.told = ""
        self._operations = 0

    def connect(self) -> None:
        """From now on, operations are counted. There is no way back."""
        sync = os.fsync

        def heard_sync(descriptor: int) -> None:
            self.disk("os.fsync", str(Path(f"/proc/self/fd/{descriptor}").readlink()))
            sync(descriptor)

        os.fsync = heard_sync  # type: ignore[assignment]
        sys.addaudithook(self._hear)
        event.listen(Engine, "do_execute", lambda *given: self._statement(given[1]))
        event.listen(Engine, "do_executemany", lambda *given: self._statement(given[1]))
        event.listen(Engine, "commit", lambda _: self._commit())

    def unseen(self, look: Callable[[], bool]) -> bool:
        """Our own look at the home, which does not count."""
        gone, self.gone = self.gone, True
        try:
            return look()
        finally:
            self.gone = gone

    def disk(self, operation: str, path: str) -> None:
        told = path.replace(self.root, "~/")
        if self.root in path and self._due(f"{operation} {told}"):
            code = DISK[self.number % len(DISK)]
            raise OSError(code, os.strerror(code), path)

    def _hear(self, name: str, given: tuple[Any, ...]) -> None:
        if name == "open" and not given[2] & (os.O_WRONLY | os.O_RDWR):
            return
        if name in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
            self.disk(name, str(given[0]))

    def _statement(self, words: str) -> None:
        if self._due(words.split("\n", maxsplit=1)[0][:60]):
            raise self._refusal()

    def _commit(self) -> None:
        if self._due("commit"):
            self._refuse_commit()

    def _refuse_commit(self) -> NoReturn:
        raise OperationalError("COMMIT", None, self._refusal())

    def _refusal(self) -> sqlite3.OperationalError:
        error = sqlite3.OperationalError("refused on purpose")
        error.sqlite_errorname = DATABASE[self.number % len(DATABASE)]
        return error

    def _due(self, name: str) -> bool:
        if self.gone:
            return False
        self._operations += 1
        if self._operations < self.number:
            return False
        self.gone = not self.long
        self.told = self.told or name
        return True


def steps(home: Home) -> tuple[Callable[[], object], ...]:
    """What the service does again and again: scan and work off, or work a group off."""
    if not home.settings.sources:
        together = grouping(home)
        return (lambda: [*together.work_off()],)
    source = Intake(home, REGISTRY, lambda: None).folder(home.settings.sources[0])
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    worker = Worker(Line(home, REGISTRY, book, lambda: NOON))
    return (source.scan, lambda: [*worker.work_off()])


def rounds(home: Home, fault: Fault, captures: int) -> int:
    """Go on until a round passes after the fault; how many rounds it took."""
    failed, each = 0, steps(home)
    for number in range(1, MOST_ROUNDS + 1):
        whole = all([passed(step) for step in each])
        failed += not whole
        fault.gone = fault.gone or failed >= LONG_ROUNDS
        if whole and fault.unseen(lambda: finished(home, captures)):
            return number
        time.sleep(QUIET_SECONDS)
    raise AssertionError(f"not healed after {MOST_ROUNDS} rounds")


def finished(home: Home, captures: int) -> bool:
    return len(home.database.captures()) == captures and not home.inbox.entries()


def passed(step: Callable[[], object]) -> bool:
    """Whether the step passed; what our own disk or database refuses, the service tries again."""
    try:
        step()
    except StoreError:
        return False
    return True


def tried(root: Path, number: int, captures: int, *, long: bool) -> int:
    def work(home: Home) -> None:
        fault = Fault(root, number, long=long)
        fault.connect()
        taken = rounds(home, fault, captures)
        (root.parent / f"{root.name}.txt").write_text(f"{taken} rounds: {fault.told}")
        home.close()
        os._exit(0 if fault.told else NO_MORE)

    return child(root, work)


def swept(home: Home) -> None:
    """What the next start does first."""
    home.inbox.sweep()
    home.archive.sweep()
    home.quarantine.sweep()


def laid(template: Path, source: Path, what: str) -> int:
    """The home before its trials; how many captures it will have."""
    if what == "group":
        home_without_sources(template)
        assert child(template, lambda home: backlog(home, TOGETHER)) == 0
        return TOGETHER
    bring(source, FILES)
    new_home(template, source)
    settle_in(template, source)
    return len(FILES)


def main(way: str, where: Path, every: str = "1", what: str = "folder") -> int:
    where.mkdir()
    captures = laid(where / "template", where / "lab", what)
    expected: dict[str, object] = {}
    for number in count(0, int(every)):
        root = where / str(number)
        shutil.copytree(where / "template", root)
        # The 0th is the undisturbed one: its operation is beyond the last.
        ended = tried(root, number or 10**9, captures, long=way == "long")
        assert child(root, swept) == 0
        found = kept(root)
        expected = expected or found
        assert len(expected["captures"]) == captures  # type: ignore[arg-type]
        assert what != "group" or not expected["set aside"], expected
        told = (where / f"{number}.txt").read_text() if ended in (0, NO_MORE) else f"DIED {ended}"
        wrong = [name for name in expected if found[name] != expected[name]]
        if not wrong:
            shutil.rmtree(root)
        print(number, told, *(f"\n  WRONG {name}: {found[name]}" for name in wrong), flush=True)
        if number and ended == NO_MORE:
            return 0
    return 1


if __name__ == "__main__":
    set_up_logs(level=50)
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))

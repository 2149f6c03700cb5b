"""Captures of a backlog that are filed together, their drafts made ahead within this process.

What is made ready in ``.staging`` is made here by the very words of the process that works ahead,
so that whoever listens at the doors of this process hears all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from line_doors import CONTENTS, NOON, REGISTRY, comes, sheet  # beside this script

from labsvc.model.capture import Capture
from labsvc.service.home import Home
from labsvc.service.work import worker
from labsvc.service.work.ahead import IN_HAND
from labsvc.service.work.book import Book
from labsvc.service.work.crew import Crew
from labsvc.service.work.draft import Worked
from labsvc.service.work.line import Line
from labsvc.service.work.messages import AT_ONCE as TOGETHER
from labsvc.service.work.messages import Order
from labsvc.service.work.orders import drafts, staged
from labsvc.service.work.staff import Staff
from labsvc.store.inbox import Entry

PLATES = ("NET-0411", "NET-0414", "NET-0416", "NET-0412", "NET-0413", "NET-0415")
"""Of the demo's day; the second one is rejected and mailed, the third held: it has no sheet."""
FURTHER = ("NET-0511", "NET-0512")
"""The first plate once more, under these names."""


def made_ahead(line: Line, entries: Sequence[Entry]) -> list[Worked | None]:
    """Worked out and laid in ``.staging`` together, as orders that lie ready are."""
    orders = [Order(entry, line.clock()) for entry in entries]
    return staged(line.home.archive, drafts(line.drafter, line.home.inbox, orders))


def apart_within() -> None:
    """From now on what is tried a second time is worked out in this process too."""
    worker.try_apart = lambda line, entry: made_ahead(line, [entry])[0]


@dataclass(slots=True)
class Beside(Crew):
    """A crew that works out what is seen for the first time, as orders in a process are."""

    line: Line | None = None
    made: dict[str, Worked | None] = field(default_factory=dict)

    def muster(self, line: Line, size: int) -> None:
        self.line = line

    def _most(self) -> int:
        return 3 * IN_HAND

    def works_on(self, entry: Entry) -> bool:
        return entry.attempts == 0

    def offer(self, waiting: Iterable[Entry]) -> None:
        assert self.line is not None
        fresh = [one for one in waiting if self.works_on(one) and one.key not in self.made]
        for at in range(0, len(fresh), TOGETHER):
            some = fresh[at : at + TOGETHER]
            made = made_ahead(self.line, some)
            self.made.update(zip([one.key for one in some], made, strict=True))

    def draft(self, entry: Entry) -> Worked | None:
        self.offer([entry])
        return self.made.pop(entry.key, None)

    def forget(self) -> None:
        self.made.clear()


def grouping(home: Home) -> worker.Worker:
    """The worker, to whom any backlog is worth a crew."""
    book = Book(home.protocols, home.runsheets, home.settings.timezone)
    return worker.Worker(Line(home, REGISTRY, book, lambda: NOON), Staff(crew=Beside()))


def backlog(home: Home, size: int) -> None:
    """So many captures lie in the inbox, with the run sheets they need."""
    for plate in PLATES[:size]:
        comes(home, f"{plate}.txt")
        if plate != "NET-0416":
            sheet(home, f"{plate}.yaml")
    for plate in FURTHER[: max(0, size - len(PLATES))]:
        written = {kind: _renamed(f"{PLATES[0]}.{kind}", plate) for kind in ("yaml", "txt")}
        (home.runsheets / f"{plate}.yaml").write_bytes(written["yaml"])
        home.inbox.put(
            Capture(f"{plate}.txt", "lab", NOON, written["txt"], "microbeta", "Europe/Berlin")
        )


def _renamed(name: str, plate: str) -> bytes:
    return CONTENTS[name].replace(PLATES[0].encode(), plate.encode())

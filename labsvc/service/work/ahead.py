"""Processes that work captures out, while this one files what is ready.

Filing stays in one process, in one order. What is made here are drafts, and each is checked when
its turn comes: one that no longer stands is made anew. So nothing depends on these processes; they
may die at any moment.

They are talked to in pickles through their standard input and output, and end when their input
does, also when the first process is killed.
"""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Literal, NamedTuple

import structlog

from labsvc import __version__
from labsvc.core.trends.history import History
from labsvc.errors import InputError
from labsvc.model.runsheet import RunSheet
from labsvc.service.guards.deadline import BYTES_PER_DEADLINE
from labsvc.service.work import members
from labsvc.service.work.draft import Revision, Worked
from labsvc.service.work.line import Line
from labsvc.service.work.members import Member
from labsvc.service.work.messages import (
    AT_ONCE,
    Edition,
    Made,
    Opening,
    Order,
    Ready,
    Review,
    Reviewed,
)
from labsvc.store.inbox import Entry

IN_HAND = 6
"""So many captures each process has in hand: what it made ahead waits in memory. Some of them lie
ready while others are worked out, so that it may fit several at once."""
START_SECONDS = 30.0
"""How long a process may take to start; a second is usual."""
FURTHER_SECONDS = 30.0
"""What all else than the driver may take: fits, figures, the report."""
END_SECONDS = 5.0
FORGOTTEN_SECONDS = 5.0
"""So long is waited for an answer that nobody wants any more: to start anew takes less."""

log = structlog.get_logger("labsvc.ahead")


class Asked(NamedTuple):
    """Of an order: the edition of the book it was given with, and how long it may take."""

    edition: int
    seconds: float


@dataclass(slots=True)
class Ahead:
    """Another process as the first one sees it: ``order`` drafts, fetch each with ``draft``."""

    line: Line
    _member: Member
    lost_with: frozenset[str] = field(default=frozenset(), init=False)
    """The captures that it had in hand when it died or fell silent, by their keys."""
    _heard: SimpleQueue[str | Ready | Made | Reviewed | None] = field(default_factory=SimpleQueue)
    _to_tell: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)
    _asked: dict[str, Asked] = field(default_factory=dict)
    """The orders that are not answered, the first one first."""
    _made: dict[str, tuple[int, Worked | None]] = field(default_factory=dict)
    """Answers that are not fetched, each with the edition it was made with."""
    _told: tuple[int, Mapping[str, RunSheet], Mapping[str, History]] | None = None
    """The book it works with: its edition, the run sheets by their files, the histories."""
    _state: Literal["starting", "opening", "ready", "gone"] = "starting"
    _talk: tuple[threading.Thread, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Heard and told in threads of their own: both would wait for each other with full pipes,
        # and one that hangs reads nothing.
        self._talk = tuple(
            threading.Thread(target=one, name="labsvc-ahead", daemon=True)
            for one in (self._hear, self._speak)
        )
        for thread in self._talk:
            thread.start()

    @property
    def leader(self) -> int:
        """The process that was started: itself, or the one it is a copy of."""
        return self._member.leader.pid

    def ready(self, seconds: float = 0.0) -> bool:
        """Whether it takes orders, now or after waiting so long for it."""
        with contextlib.suppress(Empty):
            while self._state in {"starting", "opening"}:
                said = self._heard.get(timeout=seconds) if seconds else self._heard.get_nowait()
                self._open(said) if self._state == "starting" else self._opened(said)
        return self._state == "ready"

    @property
    def gone(self) -> bool:
        """Whether it will never take an order again."""
        return self._state == "gone"

    @property
    def in_hand(self) -> int:
        """How many captures were ordered and not fetched."""
        return len(self._asked) + len(self._made)

    def order(self, entry: Entry) -> None:
        """Order the draft of a capture."""
        self._tell_book()
        self._tell(Order(entry, self.line.clock()))
        self._asked[entry.key] = Asked(self.line.book.edition, self._seconds(entry.size))

    def draft(self, entry: Entry, patience: float | None = None) -> Worked | None:
        """What it made of this capture, where it was ordered and the book is still the same.

        ``patience``: the seconds after which the process is taken for silent, and ended; None:
        what the captures that it has in hand may take.
        """
        while entry.key in self._asked:
            self._fetch(patience)
        edition, worked = self._made.pop(entry.key, (-1, None))
        return worked if edition == self.line.book.edition else None

    def again(self, review: Review) -> tuple[Revision, ...] | None:
        """What comes of a filed run analysed again; None where only the line can say.

        InputError when the process does not come back from it.
        """
        while self._asked:
            self._fetch(None)
        self._tell_book()
        self._tell(review)
        try:
            made = self._heard.get(timeout=FURTHER_SECONDS + self._seconds(review.size))
        except Empty:
            made = None
        if isinstance(made, Reviewed):
            return made.revisions
        self._lose("it fell silent")
        raise InputError("the process that analysed it again did not come back from it")

    def forget(self) -> None:
        """Take what it still answers, and keep none of it; what takes long is broken off."""
        while self._asked:
            self._fetch(FORGOTTEN_SECONDS)
        self._made.clear()

    def close(self) -> None:
        """End the process, whatever it is doing: nothing is filed but by the line."""
        members.end(self._member.leader)
        self._to_tell.put(None)
        # A copy is not ours to wait for, but its replies end with it.
        for thread in self._talk:
            thread.join(END_SECONDS)
        for pipe in (self._member.requests, self._member.replies):
            with contextlib.suppress(OSError):  # what was never sent
                pipe.close()

    def _seconds(self, size: int) -> float:
        """What its driver may take for so many bytes."""
        return self.line.registry.deadline.seconds * (1 + size / BYTES_PER_DEADLINE)

    def _fetch(self, patience: float | None) -> None:
        """Its next answer, which is to be that of the first order."""
        if patience is None:
            at_work = islice(self._asked.values(), AT_ONCE)
            patience = FURTHER_SECONDS + sum(one.seconds for one in at_work)
        key = next(iter(self._asked))
        try:
            made = self._heard.get(timeout=patience)
        except Empty:
            made = None
        if isinstance(made, Made) and made.key == key:
            self._made[key] = self._asked.pop(key).edition, made.worked
        else:
            self._lose("it fell silent")

    def _open(self, version: object) -> None:
        if version != __version__:
            # labsvc may have been exchanged on the disk while this service runs.
            self._lose(f"it said {version!r}, expected the version {__version__!r}")
            return
        home = self.line.home
        try:
            self._tell(Opening(home.root, home.database_url, self.line.registry))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            self._lose(f"a driver cannot be handed over: {error}")
            return
        self._state = "opening"

    def _opened(self, said: object) -> None:
        if not isinstance(said, Ready):
            self._lose("it did not open the laboratory's folder")
            return
        self._state = "ready"
        log.info("captures worked out by another process", process=self.leader)

    def _tell_book(self) -> None:
        """What it does not know yet of the protocols and run sheets in force."""
        book, histories = self.line.book, self.line.histories
        edition, known, told = self._told or (-1, {}, None)
        if edition == book.edition and told is histories:
            return
        sheets = dict(book.sheets_by_file)
        fresh = {file: one for file, one in sheets.items() if known.get(file) is not one}
        self._tell(Edition(book.protocols, fresh, tuple(sheets), histories))
        self._told = book.edition, sheets, histories

    def _tell(self, what: Opening | Edition | Order | Review) -> None:
        # Pickled here, where a driver that cannot be handed over is met.
        self._to_tell.put(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))

    def _lose(self, why: str) -> None:
        self._state = "gone"
        self.lost_with = frozenset(self._asked)
        self._asked.clear()
        members.end(self._member.leader)
        log.warning("another process lost; this one goes on without it", reason=why)

    def _speak(self) -> None:
        # Of one that is gone its replies tell: they end.
        with contextlib.suppress(OSError, ValueError):
            while (told := self._to_tell.get()) is not None:
                self._member.requests.write(told)
                self._member.requests.flush()

    def _hear(self) -> None:
        try:
            while True:
                self._heard.put(pickle.load(self._member.replies))  # noqa: S301 - our own process
        except (OSError, ValueError, EOFError, pickle.UnpicklingError):
            self._heard.put(None)

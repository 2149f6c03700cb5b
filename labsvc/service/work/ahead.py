"""Processes that work a backlog out ahead, while this one files what is ready.

Filing stays in one process, in one order. What is made here are drafts, and each is checked when
its turn comes: one that failed, or that no longer stands, is made anew by the line itself. So
nothing depends on these processes; they may die at any moment.

They are talked to in pickles through their standard input and output, and end when their input
does, also when the first process is killed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Literal, NamedTuple

import structlog

from labsvc import __version__
from labsvc.service.work import members
from labsvc.service.work.drafting import Draft
from labsvc.service.work.line import Line
from labsvc.service.work.members import Member
from labsvc.service.work.orders import Edition, Made, Opening, Order
from labsvc.store.inbox import Entry

IN_HAND = 6
"""So many captures each process has in hand: what it made ahead waits in memory. Some of them lie
ready while others are worked out, so that it may fit several at once."""
MOST_PROCESSES = 4
PATIENCE_SECONDS = 60.0
END_SECONDS = 5.0

log = structlog.get_logger("labsvc.ahead")


class Asked(NamedTuple):
    key: str
    edition: int


@dataclass(slots=True)
class Ahead:
    """Another process as the first one sees it: ``order`` drafts, fetch each with ``draft``."""

    line: Line
    _member: Member
    _heard: SimpleQueue[str | Made | None] = field(default_factory=SimpleQueue)
    _to_tell: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)
    _asked: deque[Asked] = field(default_factory=deque)
    _edition: int = -1
    _state: Literal["starting", "ready", "gone"] = "starting"
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
        if self._state == "starting":
            with contextlib.suppress(Empty):
                self._open(
                    self._heard.get(timeout=seconds) if seconds else self._heard.get_nowait()
                )
        return self._state == "ready"

    @property
    def in_hand(self) -> int:
        """How many captures were ordered and not fetched."""
        return len(self._asked)

    def order(self, entry: Entry) -> None:
        """Order the draft of a capture; fetch it in the order of the orders."""
        book = self.line.book
        if self._edition != book.edition:
            self._tell(Edition(book.protocols, book.sheets, self.line.histories))
            self._edition = book.edition
        self._tell(Order(entry, self.line.clock()))
        self._asked.append(Asked(entry.key, book.edition))

    def draft(self, entry: Entry, patience: float = PATIENCE_SECONDS) -> Draft | None:
        """The draft of this capture, where it was ordered and the book is still the same.

        ``patience``: the seconds after which the process is taken for silent, and ended.
        """
        if not self._asked or self._asked[0].key != entry.key:
            return None
        asked = self._asked.popleft()
        try:
            made = self._heard.get(timeout=patience)
        except Empty:
            made = None
        if not isinstance(made, Made) or made.key != entry.key:
            self._lose("it fell silent")
            return None
        return made.draft if asked.edition == self.line.book.edition else None

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

    def _open(self, version: str | Made | None) -> None:
        if version != __version__:
            # labsvc may have been exchanged on the disk while this service runs.
            self._lose(f"it said {version!r}, expected the version {__version__!r}")
            return
        home = self.line.home
        self._tell(Opening(home.root, home.database_url, self.line.registry))
        self._state = "ready"
        log.info("backlog worked out ahead", process=self.leader)

    def _tell(self, what: Opening | Edition | Order) -> None:
        # Pickled here, where a driver that cannot be handed over is met.
        self._to_tell.put(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))

    def _lose(self, why: str) -> None:
        self._state = "gone"
        self._asked.clear()
        members.end(self._member.leader)
        log.warning("second process lost; the backlog goes on in one", reason=why)

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


@dataclass(slots=True)
class Crew:
    """The processes that work one backlog out. They start in half a second; none is needed."""

    members: Sequence[Ahead]
    _whose: dict[str, Ahead] = field(default_factory=dict)

    @classmethod
    def start(cls, line: Line, size: int) -> Crew:
        try:
            return cls([Ahead(line, member) for member in members.start(size)])
        except OSError as error:
            log.warning("no process to work the backlog out ahead", reason=str(error))
            return cls(())

    def offer(self, waiting: Iterable[Entry]) -> None:
        """Order the drafts of these captures, the next ones first, as many as may be in hand."""
        # What has stopped the service before is looked at by itself.
        for entry in (one for one in waiting if one.key not in self._whose and one.attempts == 0):
            free = [one for one in self.members if one.ready() and one.in_hand < IN_HAND]
            if not free:
                return
            member = min(free, key=lambda one: one.in_hand)
            member.order(entry)
            self._whose[entry.key] = member

    def works_on(self, entry: Entry) -> bool:
        """Whether a draft of this capture was ordered."""
        return entry.key in self._whose

    def draft(self, entry: Entry) -> Draft | None:
        """The draft of this capture, if one was ordered and the book is still the same."""
        member = self._whose.pop(entry.key, None)
        return member.draft(entry) if member else None

    def close(self) -> None:
        for member in self.members:
            member.close()


def most_processes() -> int:
    """How many processes a backlog is worth: filing takes half a core of its own."""
    cores = os.cpu_count() or 1
    return min(cores, MOST_PROCESSES) if cores > 1 else 0

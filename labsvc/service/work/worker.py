"""The one worker: what lies in the inbox, oldest first, each attempt counted before the work."""

from __future__ import annotations

import hashlib
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from time import monotonic, perf_counter

import structlog

from labsvc.errors import ArchiveConflict, ConfigError, InputError, IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, FiledResult, StoredResult
from labsvc.notify.alerts import for_trouble
from labsvc.service.work.ahead import IN_HAND, Crew, most_processes
from labsvc.service.work.apart import try_apart
from labsvc.service.work.drafting import Draft
from labsvc.service.work.firstuses import FIRST_USES
from labsvc.service.work.line import Line, Outcome
from labsvc.service.work.refiling import Refiler
from labsvc.service.work.together import MOST, count_tries, file_together, first_ones
from labsvc.store.inbox import Entry

ATTEMPTS = 3
"""A capture that has stopped the service this often is set aside untried."""

BACKLOG = 16
"""So many captures must wait before other processes pay: each takes half a second to start."""
LOOK_SECONDS = 0.25
"""How often, while a backlog is worked off, the folders of protocols and run sheets are listed:
with 500 run sheets that is 1 ms, which each capture would pay."""

log = structlog.get_logger("labsvc.worker")


@dataclass(slots=True)
class Worker:
    """Works the inbox off through the line, one capture at a time.

    From ``backlog`` captures on, other processes work out ahead what is filed here.
    """

    line: Line
    backlog: int = BACKLOG
    coming: Callable[[], int] = lambda: 0
    """How many more are known to come, before they lie in the inbox."""
    _owed: set[str] = field(default_factory=set, init=False)
    _release_due: bool = field(default=False, init=False)
    _looked_at: float = field(default=0.0, init=False)
    _mustered: Crew = field(default_factory=partial(Crew, ()), init=False)
    turns: int = field(default=0, init=False)
    """Rises as it gets on: with each capture, and each run that is filed again."""

    def warm_up(self) -> None:
        """Load what the first capture would wait for otherwise.

        The processes of a backlog that comes into view meanwhile are started beside it.
        """
        for load in FIRST_USES:
            load()
            with suppress(StoreError):  # the first round meets it as well, and says so
                if not self._mustered.members:
                    self._mustered = self._crew(self._waiting(set()))

    def work_off(self) -> Iterator[Outcome]:
        """Everything in the inbox, one outcome each, and what comes meanwhile.

        A StoreError (our disk or database) ends the round: the capture stays for the next one.
        """
        taken: set[str] = set()
        waiting = self._waiting(taken)
        crew = self._called_up(waiting)  # first: they start while the book is read
        try:
            self.look_at_book()
            while waiting:
                yield from self._work_off(waiting, crew)
                taken |= {entry.key for entry in waiting}
                waiting = self._waiting(taken)
                if waiting:
                    crew = crew if crew.members else self._crew(waiting)
                    # A run sheet laid down before its report must be known when that is filed.
                    self.look_at_book()
            for damage in self.line.home.inbox.damaged():
                self._owe("Inbox damaged", "a label", damage,
                          "Check the disk. Export the run again from the instrument.")  # fmt: skip
        finally:
            crew.close()
            if crew.members:  # what they had made ready and nobody fetched
                self.line.home.archive.sweep()

    def close(self) -> None:
        """End processes that were started and had nothing to do yet."""
        self._mustered.close()
        self._mustered = Crew(())

    def _called_up(self, waiting: Sequence[Entry]) -> Crew:
        """Those that were started before the first round, or new ones; none where nothing waits."""
        if not waiting:
            if not self.coming():  # what was in view was nothing to be filed
                self.close()
            return Crew(())
        crew = self._mustered if self._mustered.members else self._crew(waiting)
        self._mustered = Crew(())
        return crew

    def _crew(self, waiting: Sequence[Entry]) -> Crew:
        """The processes that this backlog is worth; none for a few captures, or on one core."""
        size = most_processes() if len(waiting) + self.coming() >= self.backlog else 0
        return Crew.start(self.line, size)

    def _waiting(self, taken: Set[str]) -> list[Entry]:
        return [entry for entry in self.line.home.inbox.entries() if entry.key not in taken]

    def _work_off(self, waiting: Sequence[Entry], crew: Crew) -> Iterator[Outcome]:
        left = deque(waiting)
        while left:
            if monotonic() - self._looked_at > LOOK_SECONDS:
                self.look_at_book()
            drafted = list(_next_of(left, crew))
            together = self._take_together(drafted)
            yield from together
            for entry, draft in drafted[len(together) :]:
                outcome = self.take(entry, draft)
                if outcome is not None:
                    yield outcome

    def _take_together(self, drafted: Sequence[tuple[Entry, Draft | None]]) -> list[Outcome]:
        """The first ones filed at once, where there is nothing about them to be weighed."""
        started = perf_counter()
        some = first_ones(self.line, drafted) if len(drafted) > 1 else []
        if len(some) < 2:
            return []
        try:
            count_tries(self.line, some)
            outcomes = file_together(self.line, some)
        except StoreError as error:
            self.line.home.inbox.forgive(*(one.entry for one in some))
            if not isinstance(error, ArchiveConflict):
                raise
            return []
        except Exception:
            # As of one by itself: a bug met with one of them is told where that one is met alone.
            log.exception("captures not filed together", names=[one.entry.name for one in some])
            self.line.home.inbox.forgive(*(one.entry for one in some))
            return []
        self.turns += len(some)
        seconds = (perf_counter() - started) / len(some)
        for one, outcome in zip(some, outcomes, strict=True):
            _tell(outcome, one.entry, seconds)
        return outcomes

    def look_at_book(self) -> None:
        """Take edited protocols and run sheets into force; held runs are looked at again."""
        book, self._looked_at = self.line.book, monotonic()
        # Due until it is done: our disk or database may fail in the middle of it.
        self._release_due = book.refresh() or self._release_due
        for trouble in book.troubles:
            self._owe("Not taken into force", trouble.file or "", str(trouble),
                      "Correct the file. Until then the last good one stays in force.")  # fmt: skip
        if self._release_due:
            refiler = Refiler(self.line)
            for stored in self.line.home.database.held():
                if refiler.concerned(stored):
                    self._file_again(stored, refiler.release)
            self._release_due = False
            book.settled()

    def take(self, entry: Entry, ahead: Draft | None = None) -> Outcome | None:
        """One capture to its end, from its draft where one was made ahead.

        A failure of it never reaches the next one. None: its bytes in the inbox are damaged; they
        stay there, and the lab is told.
        """
        started = perf_counter()
        self.turns += 1
        inbox = self.line.home.inbox
        try:
            capture = inbox.read(entry)
        except IntegrityError as error:
            self._owe("Inbox damaged", entry.name, str(error),
                      "Check the disk. Export the run again from the instrument.")  # fmt: skip
            return None
        outcome = self._outcome(entry, capture, ahead)
        for plate in outcome.plates:
            refiler = Refiler(self.line)
            for stored in self.line.home.database.on_plate(plate):
                self._file_again(stored, refiler.reconsider)
        inbox.remove(entry)
        _tell(outcome, entry, perf_counter() - started)
        return outcome

    def _outcome(self, entry: Entry, capture: Capture, ahead: Draft | None) -> Outcome:
        attempt = self.line.home.inbox.attempt(entry)
        if attempt > ATTEMPTS and self._never_filed(capture):
            reason = f"it stopped the service {ATTEMPTS} times; set aside untried"
            return self.line.quarantine(capture, reason)
        if attempt > 1 and ahead is None and self._never_filed(capture):
            tried = try_apart(self.line, entry)
            if tried.failed is not None:
                return self.line.quarantine(capture, tried.failed)
            ahead = tried.draft
        try:
            return self.line.take(capture, ahead)
        except (ArchiveConflict, InputError, ConfigError) as error:
            return self.line.quarantine(capture, str(error))
        except StoreError:
            self.line.home.inbox.forgive(entry)
            raise
        except Exception as error:  # noqa: BLE001
            # A bug of ours or of a driver must not stop the service.
            reason = (
                f"{type(error).__name__} while it was analysed: a fault of labsvc or of its "
                "driver, not of the file; the traceback lies beside it"
            )
            return self.line.quarantine(capture, reason, traceback.format_exc())

    def _never_filed(self, capture: Capture) -> bool:
        state = self.line.home.database.capture_state(capture.sha256)
        return state in (None, CaptureState.QUARANTINED)

    def _file_again(
        self, stored: StoredResult, again: Callable[[StoredResult], FiledResult | None]
    ) -> None:
        """One filed run analysed again; what is wrong with it never reaches the next one."""
        self.turns += 1
        try:
            filed = again(stored)
        except (ArchiveConflict, IntegrityError) as error:
            self._not_again(stored, error)
        except StoreError:
            raise
        except Exception as error:
            # As above: a bug in the analysis of one run must not stop the others.
            log.exception("run not analysed again", run=stored.run_id)
            self._not_again(stored, error)
        else:
            if filed is not None:
                self._told(filed)

    def _not_again(self, stored: StoredResult, error: Exception) -> None:
        self._owe(
            "Run not analysed again",
            f"{stored.title} ({stored.run_id})",
            f"{type(error).__name__}: {error}",
            "What was filed stands. See: labsvc verify, and labsvc runs explain.",
        )

    def _owe(self, headline: str, about: str, reason: str, advice: str) -> None:
        """Log a trouble and owe the lab a message, once for its words."""
        key = hashlib.sha256(f"{headline}\n{about}\n{reason}".encode()).hexdigest()[:32]
        if key in self._owed:
            return
        now = self.line.clock()
        alert = for_trouble(headline, about, reason, key=key, advice=advice, at=now)
        self.line.home.database.owe([alert], now)
        self._owed.add(key)
        log.error(headline.lower(), about=about, reason=reason)

    def _told(self, filed: FiledResult) -> None:
        log.info(
            "run filed again",
            run=filed.result.run_id,
            revision=filed.revision,
            verdict=filed.result.verdict.value,
            reason=filed.reason,
        )


def _next_of(left: deque[Entry], crew: Crew) -> Iterator[tuple[Entry, Draft | None]]:
    """The next capture, and those after it that are being worked out ahead."""
    for _ in range(MOST):
        entry = left.popleft()
        draft = crew.draft(entry)
        # Ordered before this one is filed: then all work at the same time.
        crew.offer(islice(left, IN_HAND * len(crew.members)))
        yield entry, draft
        if draft is None or not left or not crew.works_on(left[0]):
            return


def _tell(outcome: Outcome, entry: Entry, seconds: float) -> None:
    """One canonical line for each capture."""
    write = log.warning if outcome.state is CaptureState.QUARANTINED else log.info
    write(
        f"capture {outcome.state.value}",
        name=entry.name,
        source=entry.source,
        sha256=entry.key[:16],
        verdicts=[one.result.verdict.value for one in outcome.results],
        runs=[one.result.run_id for one in outcome.results],
        plates=list(outcome.plates),
        reason=outcome.reason,
        milliseconds=round(seconds * 1000, 1),
    )

"""The one worker: what lies in the inbox, oldest first, each attempt counted before the work."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, perf_counter

import structlog

from labsvc.errors import ArchiveConflict, ConfigError, InputError, IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, StoredResult
from labsvc.service.work.again import file_again, may_be_released
from labsvc.service.work.apart import try_apart
from labsvc.service.work.book import Book
from labsvc.service.work.draft import Worked
from labsvc.service.work.line import Line, Outcome
from labsvc.service.work.messages import Why
from labsvc.service.work.staff import Staff
from labsvc.service.work.together import count_tries, file_together, first_ones
from labsvc.service.work.troubles import Troubles
from labsvc.store.inbox import Entry

ATTEMPTS = 3
"""A capture that has stopped the service this often is set aside untried."""

LOOK_SECONDS = 0.25
"""How often, while a backlog is worked off, the folders of protocols and run sheets are listed:
with 500 run sheets that is 1 ms, which each capture would pay."""

log = structlog.get_logger("labsvc.worker")


@dataclass(slots=True)
class Worker:
    """Works the inbox off through the line, one capture at a time."""

    line: Line
    staff: Staff = field(default_factory=Staff)
    """The other processes that work captures out."""
    _troubles: Troubles = field(default_factory=Troubles, init=False)
    _release_due: bool = field(default=False, init=False)
    _looked_at: float = field(default=0.0, init=False)
    turns: int = field(default=0, init=False)
    """Rises as it gets on: with each capture, and each run that is filed again."""

    def warm_up(self) -> None:
        """Have ready what the first capture would wait for otherwise: the processes that work it
        out, and the protocols and run sheets."""
        with suppress(StoreError):  # the first round meets it as well, and says so
            self.staff.stand_by(self.line, len(self._waiting(set())))
            self._read_book()
            self.staff.have_hands(self.line)

    def work_off(self) -> Iterator[Outcome]:
        """Everything in the inbox, one outcome each, and what comes meanwhile.

        A StoreError (our disk or database) ends the round: the capture stays for the next one.
        """
        taken: set[str] = set()
        try:
            waiting = self._waiting(taken)
            self.staff.call_up(self.line, len(waiting))  # first: they start while the book is read
            self.look_at_book()
            while waiting:
                self.staff.have_hands(self.line)
                yield from self._work_off(waiting)
                taken |= {entry.key for entry in waiting}
                waiting = self._waiting(taken)
                if waiting:
                    self.staff.call_up(self.line, len(waiting))
                    # A run sheet laid down before its report must be known when that is filed.
                    self.look_at_book()
            for damage in self.line.home.inbox.damaged():
                self._troubles.tell(self.line, "Inbox damaged", "a label", damage,
                          "Check the disk. Export the run again from the instrument.")  # fmt: skip
        finally:
            self.staff.crew.forget()  # what a round that broke off has ordered is ordered anew
            self.staff.send_home(self.line)

    def close(self) -> None:
        """End the other processes, whatever they are doing."""
        self.staff.close(self.line)

    def _waiting(self, taken: Set[str]) -> list[Entry]:
        return [entry for entry in self.line.home.inbox.entries() if entry.key not in taken]

    def _work_off(self, waiting: Sequence[Entry]) -> Iterator[Outcome]:
        left = deque(waiting)
        while left:
            if monotonic() - self._looked_at > LOOK_SECONDS:
                self.look_at_book()
            drafted = list(self.staff.crew.next_of(left))
            together = self._take_together(drafted)
            yield from together
            for entry, worked in drafted[len(together) :]:
                outcome = self.take(entry, worked)
                if outcome is not None:
                    yield outcome

    def _take_together(self, drafted: Sequence[tuple[Entry, Worked | None]]) -> list[Outcome]:
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
        book = self._read_book()
        for trouble in book.troubles:
            self._troubles.tell(self.line, "Not taken into force", trouble.file or "", str(trouble),
                      "Correct the file. Until then the last good one stays in force.")  # fmt: skip
        if self._release_due:
            for stored in self.line.home.database.held():
                if may_be_released(stored, book):
                    self._file_again(stored, "release")
            self._release_due = False
            book.settled()

    def _read_book(self) -> Book:
        book, self._looked_at = self.line.book, monotonic()
        # Due until it is done: our disk or database may fail in the middle of it.
        self._release_due = book.refresh() or self._release_due
        return book

    def take(self, entry: Entry, ahead: Worked | None = None) -> Outcome | None:
        """One capture to its end, of what was made of it ahead, where that was fetched already.

        A failure of it never reaches the next one. None: its bytes in the inbox are damaged; they
        stay there, and the lab is told.
        """
        started = perf_counter()
        self.turns += 1
        inbox = self.line.home.inbox
        try:
            capture = inbox.read(entry)
        except IntegrityError as error:
            self._troubles.tell(self.line, "Inbox damaged", entry.name, str(error),
                      "Check the disk. Export the run again from the instrument.")  # fmt: skip
            return None
        outcome = self._outcome(entry, capture, ahead)
        for plate in outcome.plates:
            for stored in self.line.home.database.on_plate(plate):
                self._file_again(stored, "reconsider")
        inbox.remove(entry)
        _tell(outcome, entry, perf_counter() - started)
        return outcome

    def _outcome(self, entry: Entry, capture: Capture, ahead: Worked | None) -> Outcome:
        attempt = self.line.home.inbox.attempt(entry)
        if attempt > ATTEMPTS and self._never_filed(capture):
            reason = f"it stopped the service {ATTEMPTS} times; set aside untried"
            return self.line.quarantine(capture, reason)
        try:
            return self.line.take(capture, self._worked(entry, attempt, ahead))
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

    def _worked(self, entry: Entry, attempt: int, ahead: Worked | None) -> Iterator[Worked]:
        """What other processes make of a capture: what was ordered, then with what is known now."""
        made = ahead if ahead is not None else self.staff.crew.draft(entry)
        if made is not None:
            yield made
        if attempt == 1 and not self.staff.crew.lost_with(entry):
            made = self.staff.crew.anew(entry)
        if attempt > 1 or self.staff.crew.lost_with(entry):
            made = try_apart(self.line, entry)
        if made is not None:
            yield made

    def _never_filed(self, capture: Capture) -> bool:
        state = self.line.home.database.capture_state(capture.sha256)
        return state in (None, CaptureState.QUARANTINED)

    def _file_again(self, stored: StoredResult, why: Why) -> None:
        """One filed run analysed again; what is wrong with it never reaches the next one."""
        self.turns += 1
        try:
            file_again(self.line, self.staff.for_review(self.line), stored, why)
        except (ArchiveConflict, IntegrityError) as error:
            self._not_again(stored, error)
        except StoreError:
            raise
        except Exception as error:
            # As above: a bug in the analysis of one run must not stop the others.
            log.exception("run not analysed again", run=stored.run_id)
            self._not_again(stored, error)

    def _not_again(self, stored: StoredResult, error: Exception) -> None:
        self._troubles.tell(
            self.line,
            "Run not analysed again",
            f"{stored.title} ({stored.run_id})",
            f"{type(error).__name__}: {error}",
            "What was filed stands. See: labsvc verify, and labsvc runs explain.",
        )


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

"""The one worker: what lies in the inbox, oldest first, each attempt counted before the work."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import structlog

from labsvc.errors import ArchiveConflict, StoreError
from labsvc.model.filing import CaptureState, FiledResult
from labsvc.service.line import Line, Outcome
from labsvc.service.refiling import Refiler
from labsvc.store.inbox import Entry

ATTEMPTS = 3
"""A capture that has stopped the service this often is set aside untried."""

log = structlog.get_logger("labsvc.worker")


@dataclass(frozen=True, slots=True)
class Worker:
    """Works the inbox off through the line. One at a time, one process."""

    line: Line

    def work_off(self) -> Iterator[Outcome]:
        """Everything in the inbox now, one outcome each.

        A StoreError (our disk or database) ends the round: the capture stays for the next one.
        """
        self.look_at_book()
        for entry in self.line.home.inbox.entries():
            self.look_at_book()
            yield self.take(entry)

    def look_at_book(self) -> None:
        """Take edited protocols and run sheets into force; held runs are looked at again."""
        book = self.line.book
        known = {str(trouble) for trouble in book.troubles}
        changed = book.refresh()
        for trouble in book.troubles:
            if str(trouble) not in known:
                log.error("not taken into force", reason=str(trouble))
        if changed:
            self._told(Refiler(self.line).release())

    def take(self, entry: Entry) -> Outcome:
        """One capture to its end. A failure of it never reaches the next one."""
        started = perf_counter()
        inbox = self.line.home.inbox
        attempt = inbox.attempt(entry)
        capture = inbox.read(entry)
        if attempt > ATTEMPTS:
            reason = f"it stopped the service {ATTEMPTS} times; set aside untried"
            outcome = self.line.quarantine(capture, reason)
        else:
            try:
                outcome = self.line.take(capture)
                self._told(Refiler(self.line).reconsider(outcome.plates))
            except ArchiveConflict as error:
                outcome = self.line.quarantine(capture, str(error))
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001
                # The one broad handler: a bug of ours or of a driver must not stop the service.
                reason = f"{type(error).__name__} while it was analysed; this is a fault of labsvc"
                outcome = self.line.quarantine(capture, reason, traceback.format_exc())
        inbox.remove(entry)
        _tell(outcome, entry, perf_counter() - started)
        return outcome

    def _told(self, filed: list[FiledResult]) -> None:
        for one in filed:
            log.info(
                "run filed again",
                run=one.result.run_id,
                revision=one.revision,
                verdict=one.result.verdict.value,
                reason=one.reason,
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

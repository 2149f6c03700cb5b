"""The delivery of a service's alerts: in one thread at a time, and never in the worker's."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog

from labsvc.errors import StoreError
from labsvc.notify.outbox import Outbox
from labsvc.service.vitals.tally import Tally

log = structlog.get_logger("labsvc.delivery")


@dataclass(slots=True)
class Delivery:
    """Empties an outbox; None where the settings name nobody to tell. ``trouble`` says in a
    sentence why messages wait."""

    outbox: Outbox | None
    tally: Tally
    trouble: str | None = field(default=None, init=False)
    _door: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def due(self) -> bool:
        """Whether something new is to be sent that nobody is sending; also what a crash left."""
        return self.outbox is not None and not self._door.locked() and self.outbox.has_new()

    def deliver(self) -> None:
        """Send the alerts that are due; a mail server that is away delays nothing else."""
        outbox = self.outbox
        if outbox is None:
            return
        try:
            with self._door:
                report = outbox.deliver_due()
        except StoreError as error:
            log.error("alerts not delivered", reason=str(error))
            return
        self.tally.mails(len(report.sent), len(report.failed))
        # A round in which nothing was due says nothing of the server.
        if report.trouble is not None:
            self.trouble = f"messages wait: {report.trouble}"
        elif report.sent:
            self.trouble = None
        if report.sent or report.failed:
            log.info("alerts delivered", sent=len(report.sent), failed=len(report.failed))

    def end(self) -> None:
        """A stop waits for the message in hand, and for no other."""
        if self.outbox is not None:
            self.outbox.end()

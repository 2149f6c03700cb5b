"""The always-on service: sources, one worker, scheduled jobs, a clean stop."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

import sdnotify
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from labsvc.capture.line import LineSource
from labsvc.capture.watch import FolderWatch
from labsvc.errors import DeliveryError, StoreError
from labsvc.model.filing import Alert
from labsvc.notify.mail import MailSettings, compose, send
from labsvc.notify.outbox import Outbox
from labsvc.service import memory
from labsvc.service.ailing import Ailing
from labsvc.service.book import Book
from labsvc.service.home import Home
from labsvc.service.line import Line, Outcome
from labsvc.service.lookout import Lookout
from labsvc.service.registry import Registry
from labsvc.service.reindexing import Renewal
from labsvc.service.settings import MailAccount
from labsvc.service.sources import Intake, Scanner, utc_now
from labsvc.service.worker import Worker
from labsvc.store.durable import sweep_half_written

Post = Callable[[Alert], None]

log = structlog.get_logger("labsvc.daemon")

FIRST_LOOK_SECONDS = 2.0
"""How soon after the start the state of each source is written down for labsvc status."""
RETRY_SECONDS = 5.0
"""How long the worker waits after our own disk or database failed."""
INDEX_SECONDS = 20
"""How often it is seen whether the archive's index is to be written anew."""
QUIET_SECONDS = 0.3
"""How long protocols/ and runsheets/ rest before they are read: an editor saves in steps."""


class Daemon:
    """Everything that runs. ``start`` opens the sources; ``run`` works until ``stop``.

    ``told`` is called with each outcome, in the worker's thread (the demo's table uses it).
    """

    def __init__(
        self, home: Home, registry: Registry, *, told: Callable[[Outcome], None] | None = None
    ) -> None:
        self.home = home
        self.registry = registry
        self.book = Book(home.protocols, home.runsheets, home.settings.timezone)
        self.worker = Worker(
            Line(home, registry, self.book, utc_now), coming=lambda: self.scanner.in_view
        )
        self._told = told or (lambda outcome: None)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.rounds = threading.Event()
        """Set after every round of the worker and every delivery, for whoever waits on them."""
        intake = Intake(home, registry, self._wake.set)
        # One driver that broke must not take the other counters' sources with it.
        barred = registry.barred({one.name: one.driver for one in home.settings.sources})
        sources = [one for one in home.settings.sources if one.name not in barred]
        self.scanner = Scanner(
            {one.name: intake.folder(one) for one in sources if one.folder is not None}
        )
        self.lines: dict[str, LineSource] = {
            one.name: intake.port(one) for one in sources if one.port is not None
        }
        self._watches = [FolderWatch(folder) for folder in (home.protocols, home.runsheets)]
        self._lookout = Lookout(home, lines=self.lines, heard=intake.heard, clock=utc_now,
                                away=lambda: {**barred, **self.scanner.away})  # fmt: skip
        self._post = _post(home)
        self._outbox = _outbox(home, self._post)
        self._ailing = Ailing(home.database, self._post_soon, utc_now)
        self._index = Renewal(home)
        self._mailing = threading.Lock()
        self._jobs = BackgroundScheduler(timezone="UTC")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Tidy up after a crash, open the sources, start the jobs."""
        memory.share_one_heap()
        self.home.inbox.sweep()
        self.home.archive.sweep()
        self.home.quarantine.sweep()
        sweep_half_written(self.home.root)
        self._schedule()
        for watch in self._watches:
            watch.start(self._look_soon)
        self.scanner.start()
        for line in self.lines.values():
            line.start()
        self._wake.set()
        log.info(
            "service started",
            home=str(self.home.root),
            sources=[source.name for source in self.home.settings.sources],
            drivers=sorted(self.registry.drivers),
            disabled=dict(self.registry.disabled),
        )
        for name, why in self.registry.disabled.items():
            log.error("driver disabled", driver=name, reason=why)

    def run(self) -> None:
        """Work until ``stop`` is called. Ready is told only here: from now on a stop is heard."""
        _tell_systemd("READY=1")
        self.worker.warm_up()
        memory.settle()
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self._round()
            self.rounds.set()

    def stop(self) -> None:
        """Ask the service to end; safe from a signal handler and from any thread."""
        self._stopping.set()
        self._wake.set()

    def close(self) -> None:
        """Close the sources and the jobs; what is in hand is finished first."""
        _tell_systemd("STOPPING=1")
        self.stop()
        for watch in self._watches:
            watch.stop()
        self.scanner.stop()
        for line in self.lines.values():
            line.stop()
        self._index.close()
        self._jobs.shutdown(wait=True)
        with suppress(StoreError):
            self._lookout.close()
        log.info("service stopped")

    def deliver(self) -> None:
        """Send the alerts that are due; a mail server that is away delays nothing else."""
        if self._outbox is None:
            return
        try:
            with self._mailing:
                report = self._outbox.deliver_due()
        except StoreError as error:
            log.error("alerts not delivered", reason=str(error))
            return
        finally:
            self.rounds.set()
        if report.sent or report.failed:
            log.info("alerts delivered", sent=len(report.sent), failed=len(report.failed))

    def look_for_sources(self) -> None:
        """Tell the lab of sources that stay away or silent, and of their return."""
        try:
            self._lookout.look()
        except StoreError as error:
            log.error("sources not told", reason=str(error))

    def renew_index(self) -> None:
        """Write the pages of the archive anew where something was filed."""
        try:
            self._index.renew()
        except StoreError as error:
            log.error("index not written", reason=str(error))

    def _round(self) -> None:
        """The inbox worked off, and held runs released; our own failures are tried again."""
        try:
            for outcome in self.worker.work_off():
                self._told(outcome)
                if self._stopping.is_set():
                    return
            self._mail_what_is_due()
            self._ailing.mended()
        except StoreError as error:
            self._ailing.failed(error)
            log.error("store failed", reason=str(error), retry_seconds=RETRY_SECONDS)
            self._stopping.wait(RETRY_SECONDS)
            self._wake.set()

    def _schedule(self) -> None:
        every = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        seconds = self.home.settings.rescan_seconds
        self._jobs.add_job(self.scanner.hint_all, "interval", seconds=seconds, **every)
        # What another labsvc command put into the inbox needs no event to be found, nor does a
        # run sheet on a share that tells of none.
        self._jobs.add_job(self._wake.set, "interval", seconds=2, **every)
        self._jobs.add_job(self.deliver, "interval", seconds=30, **every)
        soon = utc_now() + timedelta(seconds=FIRST_LOOK_SECONDS)
        self._jobs.add_job(self.look_for_sources, "interval", seconds=30, next_run_time=soon,
                           **every)  # fmt: skip
        self._jobs.add_job(self.renew_index, "interval", seconds=INDEX_SECONDS, **every)
        self._jobs.start()

    def _mail_what_is_due(self) -> None:
        """In the scheduler's threads, never in the worker's; also what a crash left unsent."""
        if self._outbox is None or self._mailing.locked():
            return
        if not self.home.database.due_alerts(utc_now()):
            return
        self._jobs.add_job(self.deliver, id="deliver-now", replace_existing=True,
                           misfire_grace_time=None)  # fmt: skip

    def _post_soon(self, alert: Alert) -> None:
        """Mail what the database cannot keep, in the scheduler's threads."""
        if self._post is not None:
            self._jobs.add_job(_try_to, args=[self._post, alert], misfire_grace_time=None)

    def _look_soon(self) -> None:
        """Something stirs in protocols/ or runsheets/: look when it has come to rest."""
        self._jobs.add_job(self._wake.set, "date", id="look-soon", replace_existing=True,
                           run_date=utc_now() + timedelta(seconds=QUIET_SECONDS),
                           misfire_grace_time=None)  # fmt: skip


def _tell_systemd(state: str) -> None:
    """Where it listens; elsewhere the notifier would leave a socket open."""
    if os.environ.get("NOTIFY_SOCKET"):
        sdnotify.SystemdNotifier().notify(state)


def mail_settings(account: MailAccount) -> MailSettings:
    """How mail leaves, with the password from the environment."""
    return MailSettings(
        host=account.host,
        port=account.port,
        sender=account.sender,
        recipients=account.recipients,
        username=account.username,
        password=account.password,
        starttls=account.starttls,
        domain=account.sender.rpartition("@")[2].rstrip(">") or "labsvc.invalid",
    )


def _post(home: Home) -> Post | None:
    account = home.settings.mail
    if account is None:
        return None
    settings = mail_settings(account)

    def post(alert: Alert) -> None:
        send(compose(alert, settings), settings)

    return post


def _outbox(home: Home, post: Post | None) -> Outbox | None:
    account = home.settings.mail
    if account is None or post is None:
        return None
    return Outbox(home.database, post, utc_now, most_per_hour=account.most_per_hour)


def _try_to(post: Post, alert: Alert) -> None:
    try:
        post(alert)
    except DeliveryError as error:
        log.error("alert not delivered", subject=alert.subject, reason=str(error))

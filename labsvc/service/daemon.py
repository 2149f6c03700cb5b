"""The always-on service: sources, one worker, scheduled jobs, a clean stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic, perf_counter
from types import TracebackType
from typing import Self

import structlog

from labsvc.errors import StoreError
from labsvc.model.filing import Alert
from labsvc.service.alerting.ailing import Ailing
from labsvc.service.alerting.delivery import Delivery
from labsvc.service.alerting.duties import Duties
from labsvc.service.alerting.posting import outbox_of, post_at_once
from labsvc.service.authoring import quantities
from labsvc.service.home import Home
from labsvc.service.jobs import Jobs, as_far_as_it_goes
from labsvc.service.registry import Registry
from labsvc.service.reload import Answer, Reloading, tell
from labsvc.service.rest import Rest
from labsvc.service.schedule import schedule, schedule_rescan
from labsvc.service.trends.reindexing import Renewal
from labsvc.service.vitals.doorway import Doorway
from labsvc.service.vitals.health import Vitals, condition, remarks
from labsvc.service.vitals.lograte import write_counts
from labsvc.service.vitals.progress import Progress
from labsvc.service.vitals.systemd import tell_systemd
from labsvc.service.vitals.tally import Tally
from labsvc.service.watching.inlets import Inlets
from labsvc.service.watching.sets import Sets
from labsvc.service.watching.sources import utc_now
from labsvc.service.work import memory
from labsvc.service.work.book import Book
from labsvc.service.work.crew import Crew
from labsvc.service.work.inforcebook import InForceNotes
from labsvc.service.work.interim import Interim
from labsvc.service.work.line import Line, Outcome
from labsvc.service.work.members import Member
from labsvc.service.work.staff import STAYS_SECONDS, Staff
from labsvc.service.work.worker import Worker
from labsvc.store.parts import PARTS, Parts

log = structlog.get_logger("labsvc.daemon")

RETRY_SECONDS = 5.0
"""How long the worker waits after our own disk or database failed."""


class Daemon:
    """Everything that runs. ``start`` opens the sources; ``run`` works until ``stop``.

    ``told`` is called with each outcome, in the worker's thread (the demo's table uses it).
    ``safe`` says why drivers from outside were left out of the registry. ``hands`` other processes
    work out whatever comes; ``members`` are some that were started already.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        *,
        told: Callable[[Outcome], None] | None = None,
        safe: str | None = None,
        hands: int = 1,
        members: Sequence[Member] = (),
    ) -> None:
        self.home = home
        self.registry = registry
        self.book = Book(home.protocols, home.runsheets, home.settings.timezone)
        crew = Crew(spare=list(members))
        staff = Staff(hands, STAYS_SECONDS, coming=lambda: self.inlets.scanner.in_view, crew=crew)
        self.worker = Worker(Line(home, registry, self.book, utc_now), staff)
        self._told = told or (lambda outcome: None)
        self._jobs = Jobs()
        self.rest = Rest(home, self._jobs, waits=lambda: self.sets.waits or self.interim.waits)
        self._stopping = threading.Event()
        self.rounds = threading.Event()
        """Set after every round of the worker and every delivery, for whoever waits on them."""
        self.safe = safe
        self.tally = Tally()
        self.interim = Interim(utc_now)
        self.sets = Sets(Parts(home.root / PARTS), utc_now)
        self.inlets = self._open(home, registry)
        self.reloading = Reloading(self._open)
        self.progress = Progress(monotonic)
        self._rounds_done = 0
        self._running = False
        self._store_trouble: str | None = None
        self._doorway = Doorway(utc_now, started_at=utc_now())
        self._delivery = Delivery(outbox_of(home, utc_now), self.tally)
        self._duties = Duties(home, utc_now)
        self._ailing = Ailing(home.database, self._post_soon, utc_now)
        self._index = Renewal(home)
        self._in_force = InForceNotes()

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
        quantities.load()
        self.home.sweep()
        self._doorway.open(self, self.home)
        schedule(self, self._jobs)
        self._jobs.start()
        self.rest.start()
        self.inlets.start()
        self.rest.call()
        log.info(
            "service started",
            home=str(self.home.root),
            sources=[source.name for source in self.home.settings.sources],
            drivers=sorted(self.registry.drivers),
            disabled=dict(self.registry.disabled),
        )
        for name, why in self.registry.disabled.items():
            log.error("driver disabled", driver=name, reason=why)
        if self.safe is not None:
            log.error("safe mode", reason=self.safe)

    def run(self) -> None:
        """Work until ``stop`` is called. Ready is told only here: a stop is heard, and the first
        capture waits for nothing that the second would not wait for."""
        self.worker.warm_up()
        memory.settle()
        self._running = True
        tell_systemd(f"READY=1\n{self._state()}")
        while not self._stopping.is_set():
            self.rest.until_called()
            self._round()
            self._rounds_done += 1
            self.rounds.set()
        self.worker.close()
        self._running = False

    def stop(self) -> None:
        """Ask the service to end, from any thread; from a signal handler by way of one."""
        self._stopping.set()
        self.rest.call()

    def close(self) -> None:
        """Close the sources and the jobs; what is in hand is finished first."""
        tell_systemd("STOPPING=1")
        self.stop()
        self.rest.stop()
        self.inlets.stop()
        self._index.close()
        self._duties.close()
        self._delivery.end()
        self._jobs.stop()
        with suppress(StoreError):
            self.inlets.lookout.close()
        self._doorway.close()
        write_counts(ending=True)
        log.info("service stopped")

    def deliver(self) -> None:
        """Send the alerts that are due."""
        try:
            self._delivery.deliver()
        finally:
            self.rounds.set()

    def reload(self) -> Answer:
        """Read the settings anew; good ones come into force after the capture in hand.

        Bad ones change nothing: what is wrong with them is answered, logged and told the lab.
        """
        answer = self.reloading.ask(self.home, self.registry)
        tell(answer, self.home.database, utc_now())
        if answer.taken:
            self.rest.call()
        return answer

    def vitals(self) -> Vitals:
        """How every part does, as far as it is known without asking the disk."""
        deadline = self.registry.deadline
        return Vitals(
            running=self._running and not self._stopping.is_set(),
            stuck=self.progress.stuck,
            idle_seconds=self.progress.idle_seconds(),
            store_trouble=self._store_trouble,
            safe=self.safe,
            settings_trouble=self.reloading.trouble,
            mail_trouble=self._delivery.trouble,
            http_trouble=self._doorway.trouble,
            disabled=self.registry.disabled,
            given_up=tuple(why for name in deadline.ever if (why := deadline.given_up(name))),
            not_in_force=tuple(map(str, self.book.troubles)),
            sources=self.inlets.lookout.states,
        )

    def watch_over(self) -> None:
        """See whether every part gets on; only then is systemd's watchdog fed."""
        worker = self._rounds_done, self.worker.turns
        for sentence in self.progress.look({"the worker": worker, **self.inlets.marks}):
            log.error("a part is stuck", reason=sentence)
        self._doorway.open(self, self.home)
        if not self.progress.stuck:
            tell_systemd("WATCHDOG=1")
        tell_systemd(self._state())
        write_counts()

    def _state(self) -> str:
        return f"STATUS={condition(self.vitals()).line[:400]}"

    def look_for_sources(self) -> None:
        """Tell the lab of sources that stay away or silent, and of their return."""
        as_far_as_it_goes(self.inlets.lookout.look, "sources not told")

    def renew_index(self) -> None:
        """Write the pages of the archive anew where something was filed."""
        as_far_as_it_goes(self._index.renew, "index not written")

    def see_to_duties(self) -> None:
        """The summaries that are due, and the sign of life."""
        self._duties.see_to()

    def look_through(self) -> None:
        """Have every source look through its folder, as if it were told of something there."""
        self.inlets.scanner.hint_all()

    def _round(self) -> None:
        """The inbox worked off, and held runs released; our own failures are tried again."""
        try:
            self._take_up()
            self._join_what_came()
            started = perf_counter()
            for outcome in self.worker.work_off():
                self.tally.outcome(outcome, perf_counter() - started)
                self._told(outcome)
                self.interim.filed(outcome, self.worker.line)
                self.interim.judge(self.worker.line)
                if self._stopping.is_set():
                    return
                if self.reloading.due:
                    self.rest.call()
                    break
                started = perf_counter()
            self.interim.judge(self.worker.line)
            self._in_force.note(self.home, self.book)
            if self._delivery.due:  # in the scheduler's threads, never in the worker's
                self._jobs.once(self.deliver, name="deliver-now")
            self._ailing.mended()
            self._store_trouble = None
        except StoreError as error:
            self._store_trouble = str(error)
            self._ailing.failed(error)
            log.error("store failed", reason=str(error), retry_seconds=RETRY_SECONDS)
            self._stopping.wait(RETRY_SECONDS)
            self.rest.call()

    def _join_what_came(self) -> None:
        """Sets of files that make one run, by the protocols and run sheets in force."""
        if self.sets.waits:
            self.worker.look_at_book()
            self.sets.look(self.worker.line, self.interim)

    def _open(self, home: Home, registry: Registry) -> Inlets:
        before = getattr(self, "inlets", None)
        return Inlets(home, registry, self.rest.call, remarks=lambda: remarks(self.vitals()),
                      heard=before.heard if before is not None else None,
                      interim=self.interim, sets=self.sets)  # fmt: skip

    def _take_up(self) -> None:
        """Take reloaded settings into force: here nothing is in hand. Raises StoreError."""
        renewed = self.reloading.fetch()
        if renewed is not None:
            self.home, self.registry = renewed.home, renewed.registry
            if self.home.settings.timezone != self.book.timezone:
                self.book = Book(self.home.protocols, self.home.runsheets,
                                 self.home.settings.timezone)  # fmt: skip
            self.worker.line = Line(self.home, self.registry, self.book, utc_now)
            self._delivery.outbox = outbox_of(self.home, utc_now)
            self._duties.close()
            self._duties = Duties(self.home, utc_now)
            renewed.inlets.take_over(self.inlets)
            self.inlets = renewed.inlets
            schedule_rescan(self, self._jobs)
            log.info("settings taken into force")
        self.inlets.start()

    def _post_soon(self, alert: Alert) -> None:
        """Mail what the database cannot keep, in the scheduler's threads."""
        self._jobs.once(post_at_once, self.home.settings, alert)

"""The demo: the service at work on the simulated lab's day."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic

from labsvc.errors import LabsvcError
from labsvc.model.protocol import Protocol
from labsvc.service.daemon import Daemon
from labsvc.service.demo.day import Act, another_plate, script
from labsvc.service.demo.home import configure, demo_home, finish, finished
from labsvc.service.demo.lab import Lab, lay_cable
from labsvc.service.demo.mailbox import Mailbox, messages
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES

PATIENCE_SECONDS = 60.0
Tell = Callable[[Act], None]


class Stuck(LabsvcError):
    """Something of the demo's day did not come to its end."""


def live_day(root: Path, *, fresh: bool, tell: Tell) -> tuple[Home, list[Path]]:
    """Run the whole seeded day in ``root`` and stop; the home (open) and the mails received.

    An interrupted day is taken up where it stopped; a finished one is only shown. ``tell`` is
    called with each act before it is done.
    """
    with demo_home(root, fresh=fresh):
        if not finished(root):
            with at_work(root) as stage:
                stage.play_day(tell)
            finish(root)
    return open_home(root), messages(root / "mailbox")


def live_on(
    root: Path,
    *,
    fresh: bool,
    tell: Tell,
    shown: Callable[[Home], None],
    seconds: float,
    closing: threading.Event,
) -> None:
    """The day, and then a new plate every ``seconds``, until ``closing`` is set.

    ``shown`` is called with the home after each plate. Started again, it counts on.
    """
    with demo_home(root, fresh=fresh), at_work(root, closing) as stage:
        if not finished(root):
            stage.play_day(tell)
            if closing.is_set():
                return
            finish(root)
        for number in count():
            if any([stage.play(act, tell) for act in stage.plate(number)]):
                shown(stage.daemon.home)
                closing.wait(seconds)
            if closing.is_set():
                return


@dataclass(frozen=True, slots=True)
class Stage:
    """The service at work and the simulated lab around it.

    Once ``closing`` is set no act is begun, and none is waited for any longer: it is taken up at
    the next start.
    """

    daemon: Daemon
    lab: Lab
    closing: threading.Event

    def play_day(self, tell: Tell) -> None:
        """The acts of the day, each seen through by the service, and every alert mailed."""
        for act in script(self._protocols, self.daemon.registry.drivers):
            self.play(act, tell)
        self._wait(lambda: not _owed(self.daemon.home), "every alert is mailed")

    def plate(self, number: int) -> tuple[Act, ...]:
        """The acts of one plate after the day."""
        return another_plate(number, self._protocols, self.daemon.registry.drivers)

    def play(self, act: Act, tell: Tell) -> bool:
        """Do one act and see it through; False when it was done before, or not any more."""
        if self.closing.is_set() or _seen_through(self.daemon.home, act):
            return False
        tell(act)
        self.perform(act)
        return True

    def perform(self, act: Act) -> None:
        """Do one act and wait until the service has seen it through."""
        home = self.daemon.home
        if act.place == "tricarb-port":
            port = self.daemon.inlets.lines["tricarb-port"]
            self._wait(lambda: port.state == "open", "the port is open")
        self.lab.perform(act)
        if act.place != "runsheets":
            self._wait(lambda: _seen_through(home, act), act.story)
        elif _waiting_for(home, act):
            self._wait(lambda: not _waiting_for(home, act), act.story)

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        """Until it holds; the worker's rounds are the events it is looked at again on."""
        until = monotonic() + PATIENCE_SECONDS
        while not holds() and not self.closing.is_set():
            if monotonic() > until:
                raise Stuck(f"the demo waited {PATIENCE_SECONDS:.0f} s in vain for: {what}")
            self.daemon.rounds.wait(0.05)
            self.daemon.rounds.clear()

    @property
    def _protocols(self) -> Mapping[str, Protocol]:
        return {one.name: one for one in self.daemon.book.protocols}


@contextmanager
def at_work(root: Path, closing: threading.Event | None = None) -> Iterator[Stage]:
    """The service running on the demo's home, with its cable and mailbox."""
    cable, mailbox = lay_cable(), Mailbox(root / "mailbox")
    configure(root, port=cable.url, mail_port=mailbox.start())
    home = open_home(root)
    daemon = Daemon(home, load_drivers(home.root / TABLES))
    try:
        with daemon:
            daemon.worker.look_at_book()
            worker = threading.Thread(target=daemon.run, name="worker")
            worker.start()
            try:
                yield Stage(daemon, Lab(root, cable), closing or threading.Event())
            finally:
                daemon.stop()
                worker.join()
    finally:
        home.close()
        mailbox.stop()
        cable.close()


def _seen_through(home: Home, act: Act) -> bool:
    if act.place == "runsheets":
        return (home.runsheets / act.name).exists() and not _waiting_for(home, act)
    digest = hashlib.sha256(act.content).hexdigest()
    return home.database.capture_state(digest) is not None and all(
        entry.key != digest for entry in home.inbox.entries()
    )


def _waiting_for(home: Home, act: Act) -> Sequence[str]:
    """Runs held for the plate of this run sheet."""
    return [one.run_id for one in home.database.held() if one.plate_id == act.plate]


def _owed(home: Home) -> Sequence[str]:
    return [owed.alert.key for owed in home.database.outbox() if owed.sent_at is None]

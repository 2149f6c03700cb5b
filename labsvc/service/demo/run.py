"""The demo: the service at work on the simulated lab's day."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from labsvc.errors import LabsvcError
from labsvc.service.daemon import Daemon
from labsvc.service.demo.day import Act, script
from labsvc.service.demo.home import configure, finish, finished, prepare
from labsvc.service.demo.lab import FOLDERS, Lab, lay_cable
from labsvc.service.demo.mailbox import Mailbox
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers

PATIENCE_SECONDS = 60.0


class Stuck(LabsvcError):
    """Something of the demo's day did not come to its end."""


def live_day(root: Path, *, fresh: bool, tell: Callable[[Act], None]) -> tuple[Home, list[Path]]:
    """Run the whole seeded day in ``root`` and stop; the home (open) and the mails received.

    An interrupted day is taken up where it stopped; a finished one is only shown.
    """
    prepare(root, fresh=fresh)
    for folder in FOLDERS:
        (root / "lab" / folder).mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(root / "mailbox")
    if finished(root):
        return open_home(root), mailbox.messages()
    with _at_work(root, mailbox) as (daemon, lab):
        protocols = {one.name: one for one in daemon.book.protocols}
        for act in script(protocols, daemon.registry.drivers):
            tell(act)
            perform(daemon, lab, act)
        _wait(daemon, lambda: not _owed(daemon.home), "every alert is mailed")
    finish(root)
    return open_home(root), mailbox.messages()


@contextmanager
def _at_work(root: Path, mailbox: Mailbox) -> Iterator[tuple[Daemon, Lab]]:
    """The service running on the demo's home, with its cable and mailbox."""
    cable = lay_cable()
    configure(root, port=cable.url, mail_port=mailbox.start())
    home = open_home(root)
    daemon = Daemon(home, load_drivers())
    try:
        with daemon:
            daemon.worker.look_at_book()
            worker = threading.Thread(target=daemon.run, name="worker")
            worker.start()
            try:
                yield daemon, Lab(root, cable)
            finally:
                daemon.stop()
                worker.join()
    finally:
        home.close()
        mailbox.stop()
        cable.close()


def perform(daemon: Daemon, lab: Lab, act: Act) -> None:
    """Do one act and wait until the service has seen it through; done before: do nothing."""
    if _seen_through(daemon.home, act):
        return
    if act.place == "tricarb-port":
        _wait(daemon, lambda: daemon.lines["tricarb-port"].state == "open", "the port is open")
    lab.perform(act)
    if act.place != "runsheets":
        _wait(daemon, lambda: _seen_through(daemon.home, act), act.story)
    elif _waiting_for(daemon.home, act):
        _wait(daemon, lambda: not _waiting_for(daemon.home, act), act.story)


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


def _wait(daemon: Daemon, holds: Callable[[], bool], what: str) -> None:
    """Until it holds; the worker's rounds are the events it is looked at again on."""
    until = monotonic() + PATIENCE_SECONDS
    while not holds():
        if monotonic() > until:
            raise Stuck(f"the demo waited {PATIENCE_SECONDS:.0f} s in vain for: {what}")
        daemon.rounds.wait(0.05)
        daemon.rounds.clear()

"""What the service does by the clock, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labsvc.service.alerting.duties import EVERY_SECONDS
from labsvc.service.guards.starts import SETTLED, settled
from labsvc.service.jobs import Jobs
from labsvc.service.vitals.systemd import watch_seconds
from labsvc.service.work import memory

if TYPE_CHECKING:
    from labsvc.service.daemon import Daemon

FIRST_LOOK_SECONDS: Final = 2.0
"""How soon after the start the state of each source is written down for labsvc status."""
DELIVERY_SECONDS: Final = 30
SOURCES_SECONDS: Final = 30
GIVE_BACK_SECONDS: Final = 600
"""How often memory that nobody uses goes back to the system where captures never rest; the worker
gives it back when they do."""
INDEX_SECONDS: Final = 20
"""How often it is seen whether the archive's index is to be written anew."""


def schedule(daemon: Daemon, jobs: Jobs) -> None:
    """All of it; what settings say of it is scheduled again when they change."""
    schedule_rescan(daemon, jobs)
    jobs.every(watch_seconds(), daemon.watch_over)
    jobs.once(settled, daemon.home.root, after=SETTLED.total_seconds())
    jobs.every(DELIVERY_SECONDS, daemon.deliver)
    jobs.every(SOURCES_SECONDS, daemon.look_for_sources, first=FIRST_LOOK_SECONDS)
    jobs.every(EVERY_SECONDS, daemon.see_to_duties, first=FIRST_LOOK_SECONDS)
    jobs.every(INDEX_SECONDS, daemon.renew_index)
    jobs.every(GIVE_BACK_SECONDS, memory.give_back)


def schedule_rescan(daemon: Daemon, jobs: Jobs) -> None:
    """Every folder is looked through, whether or not the system tells of what comes into it."""
    jobs.every(daemon.home.settings.rescan_seconds, daemon.look_through, name="rescan")

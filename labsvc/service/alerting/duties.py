"""What the service does by the clock beside its sources: the dead-man's switch, and summaries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from labsvc.errors import StoreError
from labsvc.service.alerting.interimends import InterimEnds
from labsvc.service.alerting.summarytimes import SummaryTimes
from labsvc.service.alerting.watchman import Watchman
from labsvc.service.home import Home

EVERY_SECONDS = 60

log = structlog.get_logger("labsvc.duties")


class Duties:
    """Those of one home. ``see_to`` is called every minute; one that fails keeps back no other."""

    def __init__(self, home: Home, clock: Callable[[], datetime]) -> None:
        self._summaries = SummaryTimes(home, clock)
        self._all = {
            "troubles": Watchman(home, clock).look,
            "interim warnings": InterimEnds(home.database, clock).look,
            "summaries": self._summaries.look,
        }

    def see_to(self) -> None:
        """Do what is due. What our disk or database refused is done the next time."""
        for name, do in self._all.items():
            try:
                do()
            except StoreError as error:
                log.error(f"{name} not seen to", reason=str(error))

    def close(self) -> None:
        """Give up what would take long: a stop of the service, or new settings, wait for none."""
        self._summaries.close()

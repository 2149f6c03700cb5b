"""What stands in the worker's way: logged, and told the lab."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import structlog

from labsvc.notify.alerts import for_trouble
from labsvc.service.work.line import Line

log = structlog.get_logger("labsvc.troubles")


@dataclass(slots=True)
class Troubles:
    """Each is told once for its words, as long as the service runs."""

    _told: set[str] = field(default_factory=set)

    def tell(self, line: Line, headline: str, about: str, reason: str, advice: str) -> None:
        """Owe the lab a message. Raises StoreError: then it is told the next time."""
        key = hashlib.sha256(f"{headline}\n{about}\n{reason}".encode()).hexdigest()[:32]
        if key in self._told:
            return
        now = line.clock()
        alert = for_trouble(headline, about, reason, key=key, advice=advice, at=now)
        line.home.database.owe([alert], now)
        self._told.add(key)
        log.error(headline.lower(), about=about, reason=reason)

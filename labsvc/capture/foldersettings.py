"""What is said of a watched folder before it is looked at, and of each file that comes from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from labsvc.capture.grouping import Joined
from labsvc.capture.listing import JUNK, plain
from labsvc.capture.mode import Watch
from labsvc.model.capture import Capture
from labsvc.model.locale import UNTOLD, Locale


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A folder that an instrument's program writes to.

    ``patterns`` and ``ignore`` are file-name globs (case is ignored; ``ignore`` wins, and keeps
    sub-folders out too). ``quiet_seconds`` is how long a file must stay unchanged before it is
    taken. ``timezone`` is the IANA zone of the instrument's clock. ``watch``: see ``mode``.
    ``joined``: see ``grouping``. ``endless``: its files have no end mark.
    """

    name: str
    path: Path
    patterns: tuple[str, ...]
    quiet_seconds: float
    driver: str | None
    timezone: str
    simulated: bool = False
    max_bytes: int = 200 * 1024 * 1024
    ignore: tuple[str, ...] = JUNK
    recursive: bool = False
    locale: Locale = UNTOLD
    watch: Watch = "auto"
    joined: Joined | None = None
    endless: bool = False

    def capture(self, name: str, content: bytes, at: datetime) -> Capture:
        """What a file of this name held when it was read at ``at``."""
        return Capture(
            name=plain(name),
            source=self.name,
            received_at=at,
            content=content,
            driver=self.driver,
            timezone=self.timezone,
            simulated=self.simulated,
            locale=self.locale,
        )

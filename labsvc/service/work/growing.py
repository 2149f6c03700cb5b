"""One count under way, as its source has shown it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.result import Result


@dataclass(slots=True)
class Growing:
    """``latest`` has not been judged yet; ``said`` is how it stands.

    ``left``: how many planned positions were still to come. ``taken``: its file was taken for whole
    at least once, while it rested; ``too_soon``: and grew on. ``held``: as what it was filed then.
    """

    grown_at: datetime
    latest: Capture | None = None
    seen: int = 0
    run: str = ""
    said: str = ""
    left: int = 0
    failed: bool = False
    taken: bool = False
    too_soon: bool = False
    held: Result | None = None
    joined: Unit | None = None
    """What several files make so far, where they make one run; read already."""
    first: Capture | None = None
    """What was seen first of a file: it is held against its run sheet, and not judged."""
    planned: bool = False
    """Whether a run sheet says what is ``left``."""

    def shows(self, beginning: Capture, *, by_line: bool) -> None:
        """More of it has come: all there is so far."""
        # A file that is seen once may be whole: it may have been put there at once.
        self.seen += 1 + by_line
        self.latest = beginning if self.seen > 1 else None
        self.first = beginning if self.seen == 1 else None
        self.grown_at = beginning.received_at
        self.too_soon = self.taken

    def joins(self, beginning: Capture, unit: Unit, parts: int) -> None:
        """So many of its files have come, which make this unit together."""
        # As of a file: what is there at once may be whole.
        self.seen = parts
        self.joined, self.latest = unit, beginning if parts > 1 else None
        self.said = self.said or f"{parts} of its files have come"
        self.grown_at = beginning.received_at

    def was_taken(self) -> None:
        """Its file was filed, with positions missing: it may go on all the same."""
        self.taken, self.latest, self.said = True, None, ""

"""A capture, or a filed run, worked out: all that its filing writes, or why it cannot be filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from labsvc.capture.patience import room
from labsvc.errors import InputError, LabsvcError
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import FiledResult, StoredCapture
from labsvc.service.work.benchnews import Events
from labsvc.store.archive import Staged
from labsvc.store.database import Database


@dataclass(slots=True)
class Looked:
    """What was asked of the database, and what it said: a draft stands as long as that does."""

    digests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each run the readings' digests of its revisions."""
    events: dict[str, tuple[BenchEvent, ...]] = field(default_factory=dict)
    """Of each plate what happened to it on the bench."""

    def stands(self, database: Database) -> bool:
        return all(database.digests(run) == said for run, said in self.digests.items()) and all(
            database.events(plate) == said for plate, said in self.events.items()
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that filing a capture writes. ``folder`` is in the archive, ``files`` below it."""

    driver: str
    folder: str
    at: datetime
    results: tuple[FiledResult, ...]
    events: Events
    files: Mapping[str, bytes] | Staged
    """Their bytes by name, or where they lie ready for the archive."""
    news: bool
    """Whether there is anything in it that is not filed already."""
    looked: Looked
    pictures: Mapping[str, bytes | None] = field(default_factory=dict)
    """Of each run that somebody will be told of the figure for the mail, by its ID."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A filed run analysed again: everything that filing it anew writes.

    ``files`` are as those of a draft, below the folder of ``filed``; ``base`` is the folder of the
    revision before. ``capture`` is what the database has of the run's.
    """

    capture: StoredCapture
    base: str
    filed: FiledResult
    files: Mapping[str, bytes] | Staged
    at: datetime
    pictures: Mapping[str, bytes | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a capture cannot be filed, in one sentence."""

    reason: str


Worked = Draft | Refusal
"""What comes of a capture that was worked out."""


def refusal(error: LabsvcError, content: bytes) -> Refusal:
    """The sentence of a capture that cannot be filed, of what its bytes are."""
    left = room(content) if isinstance(error, InputError) else 0
    # What is to be said of a text that was not written to its end.
    more = f"; its last {left:,} bytes are room that was made and never written" if left else ""
    return Refusal(f"{error}{more}")

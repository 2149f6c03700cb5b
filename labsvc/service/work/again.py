"""Filed runs filed again by the service: released, or for a bench event that came late."""

from __future__ import annotations

import json
from collections.abc import Iterable

import structlog

from labsvc.model.filing import FiledResult, StoredResult
from labsvc.service.work.book import Book
from labsvc.service.work.crew import Crew
from labsvc.service.work.draft import Revision
from labsvc.service.work.line import Line
from labsvc.service.work.messages import Review, Why

log = structlog.get_logger("labsvc.again")


def may_be_released(stored: StoredResult, book: Book) -> bool:
    """Whether what changed in the book since it was ``settled`` may release this held run."""
    document = json.loads(stored.document)
    recognised = bool(document["match"]["why"])
    # Where controls are pooled it may be another plate of the run that it waits for.
    plates = (stored.plate_id, *(one or None for one in document.get("waits_for", ())))
    return any(book.concerns(one, recognised=recognised) for one in plates)


def file_again(line: Line, crew: Crew | None, stored: StoredResult, why: Why) -> None:
    """Analyse one filed run again, by a process of the crew where there is one, and file what came.

    IntegrityError, ArchiveConflict or InputError when it cannot be; what was filed stands.
    """
    for revision in _revisions(line, crew, stored, why):
        _tell(line.file_again(revision))


def _revisions(line: Line, crew: Crew | None, stored: StoredResult, why: Why) -> Iterable[Revision]:
    row = line.home.database.capture(stored.sha256) if crew is not None else None
    if crew is not None and row is not None:
        made = crew.again(Review(stored, row.size, why, line.clock(), line.locales))
        if made is not None:
            return made
    reviser = line.reviser
    return reviser.release(stored) if why == "release" else reviser.reconsider(stored)


def _tell(filed: FiledResult) -> None:
    log.info(
        "run filed again",
        run=filed.result.run_id,
        revision=filed.revision,
        verdict=filed.result.verdict.value,
        reason=filed.reason,
    )

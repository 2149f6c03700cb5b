"""Which held runs may be released by what changed in the book."""

from __future__ import annotations

import json

from labsvc.model.filing import StoredResult
from labsvc.service.work.book import Book


def may_be_released(stored: StoredResult, book: Book) -> bool:
    """Whether what changed in the book since it was ``settled`` may release this held run."""
    document = json.loads(stored.document)
    recognised = bool(document["match"]["why"])
    # Where controls are pooled it may be another plate of the run that it waits for.
    plates = (stored.plate_id, *(one or None for one in document.get("waits_for", ())))
    return any(book.concerns(one, recognised=recognised) for one in plates)

"""Captures of a backlog filed together: each step of the write order once for all of them.

The order is that of a single one, and no step begins before the one before it is on the disk for
all: attempts counted, folders in the archive, one commit, out of the inbox. A disk and a database
that are waited for once and not eight times file a backlog faster, most of all where other
programs write to the same disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labsvc.errors import IntegrityError
from labsvc.model.capture import Capture
from labsvc.service.work.draft import Draft, Looked, Worked
from labsvc.service.work.line import Line, Outcome, outcome_of
from labsvc.store.archive import Staged
from labsvc.store.inbox import Entry
from labsvc.store.lookups import Known

MOST = 8
"""So many at once: a kill in the middle leaves each of them with one attempt counted."""


class Ready(NamedTuple):
    """A capture with all that its filing writes, its folder lying ready for the archive."""

    entry: Entry
    capture: Capture
    draft: Draft
    staged: Staged


def first_ones(line: Line, drafted: Sequence[tuple[Entry, Worked | None]]) -> list[Ready]:
    """The first of them, in their order, that have nothing about them to be weighed.

    Those are seen for the first time, from a draft that stands, each with runs of its own and
    without bench events, which may concern what is filed already.
    """
    looks = [draft.looked for _, draft in drafted if isinstance(draft, Draft)]
    known = line.home.database.known(
        [entry.key for entry, _ in drafted],
        [run for one in looks for run in one.digests],
        [plate for one in looks for plate in one.events],
    )
    found: list[Ready] = []
    runs: set[str] = set()
    for entry, draft in drafted:
        ready = _ready(line, entry, draft, known)
        if ready is None or runs & ready.draft.looked.digests.keys():
            break
        runs |= ready.draft.looked.digests.keys()
        found.append(ready)
    return found


def _ready(line: Line, entry: Entry, draft: Worked | None, known: Known) -> Ready | None:
    if not isinstance(draft, Draft) or not isinstance(draft.files, Staged):
        return None
    if draft.events or not draft.results:
        return None
    home = line.home
    if entry.attempts or home.archive.holds(draft.folder) or entry.key in known.captures:
        return None
    now = Looked({run: known.digests[run] for run in draft.looked.digests},
                 {plate: known.events[plate] for plate in draft.looked.events})  # fmt: skip
    if now != draft.looked:
        return None
    try:
        capture = home.inbox.read(entry)
    except IntegrityError:
        return None  # told where it is met alone
    return Ready(entry, capture, draft, draft.files)


def count_tries(line: Line, some: Sequence[Ready]) -> None:
    """Before the work, as for each by itself."""
    line.home.inbox.attempt_all([one.entry for one in some])


def file_together(line: Line, some: Sequence[Ready]) -> list[Outcome]:
    """File them all, or none in the database; what a fault leaves in the archive is a leftover.

    Any error may come of it, as of ``Line.take``: then each is to be taken by itself, anew.
    """
    home = line.home
    manifests = home.archive.put_all([(one.draft.folder, one.staged) for one in some])
    home.database.file(
        *(
            line.receipt(one.capture, one.draft, manifest)
            for one, manifest in zip(some, manifests, strict=True)
        )
    )
    home.inbox.remove(*(one.entry for one in some))
    return [outcome_of(one.capture, one.draft) for one in some]

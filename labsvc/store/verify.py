"""Everything that was kept, looked at again: what differs is named, and nothing is repaired."""

from __future__ import annotations

from collections.abc import Iterator

from labsvc.model.filing import CaptureState
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox
from labsvc.store.parts import Parts
from labsvc.store.quarantine import Quarantine

SHORT = 16
"""A folder of the archive has so many characters of its capture's digest at its end."""


def differences(
    inbox: Inbox,
    archive: Archive,
    quarantine: Quarantine,
    database: Database,
    parts: Parts | None = None,
) -> Iterator[str]:
    """One sentence for each file, folder or row that is not as it was filed.

    A service may be at work meanwhile: folders are listed before the database is asked, and
    what waits in the inbox is not filed yet.
    """
    there = archive.folders()
    yield from archive.verify()
    yield from quarantine.verify()
    yield from inbox.verify()
    yield from parts.verify() if parts is not None else ()
    waiting = {entry.key[:SHORT] for entry in inbox.entries()}
    yield from database.verify()
    yield from _altered_folders(archive, database)
    for folder in sorted(there - database.folders()):
        if folder[-SHORT:] not in waiting:
            yield f"the folder '{folder}' is in the archive, and the database does not know it"
    yield from _missing_set_aside(quarantine, database)


def _altered_folders(archive: Archive, database: Database) -> Iterator[str]:
    for folder, told in database.archived().items():
        found = archive.manifest_digest(folder)
        if found is None:
            yield f"the folder '{folder}' was filed and is gone from the archive"
        elif found != told:
            yield f"the manifest of '{folder}' is altered: it is not the one that was filed"


def _missing_set_aside(quarantine: Quarantine, database: Database) -> Iterator[str]:
    there = {entry.folder for entry in quarantine.entries()}
    for capture in database.set_aside():
        if not capture.folder:  # too large to be taken: its bytes are not ours
            continue
        # Asked again: it may have been released since.
        row = database.capture(capture.sha256)
        if capture.folder not in there and row and row.state is CaptureState.QUARANTINED:
            yield f"'{capture.name}' was set aside and is gone from the quarantine"

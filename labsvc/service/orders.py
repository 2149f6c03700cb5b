"""What a process that works a backlog out is told and says, and that process itself.

It is started by ``labsvc.service.ahead``. Little is imported here: a backlog waits for it.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from labsvc import __version__
from labsvc.core.trends.history import History
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service import memory
from labsvc.service.drafting import ALERTED, Draft, Drafter
from labsvc.service.registry import Registry
from labsvc.store.archive import Archive, Staged
from labsvc.store.database import Database
from labsvc.store.inbox import Entry, Inbox


class Opening(NamedTuple):
    """The first thing the second process is told: where things are."""

    home: Path
    database_url: str
    registry: Registry


class Edition(NamedTuple):
    """The protocols and run sheets in force from now on."""

    protocols: tuple[Protocol, ...]
    sheets: tuple[RunSheet, ...]
    histories: Mapping[str, History] | None = None


class Order(NamedTuple):
    """A capture to be worked out, as filed ``at`` that time."""

    entry: Entry
    at: datetime


class Made(NamedTuple):
    """The draft of the capture ``key``; None where there can be none."""

    key: str
    draft: Draft | None


def main() -> None:
    """The process: its version, then a draft for each order, until its input ends."""
    # Its real output is for replies only: what a driver prints goes to standard error.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    memory.settle()
    try:
        pickle.dump(__version__, replies)
        replies.flush()
        _serve(sys.stdin.buffer, replies)
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        # The first process is gone, perhaps in the middle of an order.
        return


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    opening: Opening = pickle.load(orders)  # noqa: S301 - our own process
    inbox, archive = Inbox(opening.home / "inbox"), Archive(opening.home / "archive")
    database = Database(opening.database_url)
    drafter = Drafter(database, opening.registry, (), ())
    while True:
        match pickle.load(orders):  # noqa: S301
            case Edition(protocols, sheets, histories):
                drafter = replace(
                    drafter, protocols=protocols, sheets=sheets, histories=histories or {}
                )
            case Order(entry, at):
                made = Made(entry.key, _draft(drafter, inbox, archive, entry, at))
                pickle.dump(made, replies, pickle.HIGHEST_PROTOCOL)
                replies.flush()


def _draft(
    drafter: Drafter, inbox: Inbox, archive: Archive, entry: Entry, at: datetime
) -> Draft | None:
    try:
        draft = drafter.draft(inbox.read(entry), at)
        assert not isinstance(draft.files, Staged)
        files = archive.stage(draft.folder, draft.files)
    except Exception:  # noqa: BLE001 - the line meets it again, and files or tells it there
        return None
    return replace(draft, files=files, results=tuple(map(_lighter, draft.results)))


def _lighter(filed: FiledResult) -> FiledResult:
    """Without its points and curves where nobody looks at them again: a sixth of the work of
    handing it over. What the database keeps of them is made."""
    if filed.result.verdict in ALERTED:  # its figure goes with the mail
        return filed
    return replace(filed, result=replace(filed.result, points=(), curves=()))

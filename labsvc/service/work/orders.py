"""What a process that works a backlog out is told and says, and that process itself.

It is started by ``labsvc.service.work.ahead``. Little is imported here: a backlog waits for it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from labsvc import __version__
from labsvc.core.qc.telling import told_of, wish_of
from labsvc.core.trends.history import History
from labsvc.filing.render import load_templates
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.registry import Registry
from labsvc.service.work import memory
from labsvc.service.work.drafting import Draft, Drafter
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
    """The process: its version, then a draft for each order, until its input ends.

    Its arguments are the ends of further pipes, two for each copy of itself that it is to make.
    """
    # Its real input and output are for orders and replies only: a driver reads nothing, and what
    # it prints goes to standard error.
    first = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, not a file
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    load_templates()
    memory.settle()
    ends = list(map(int, sys.argv[1:]))
    hears, speaks = _one_of([first, *zip(ends[::2], ends[1::2], strict=True)])
    try:
        with os.fdopen(hears, "rb") as orders, os.fdopen(speaks, "wb") as answers:
            pickle.dump(__version__, answers)
            answers.flush()
            _serve(orders, answers)
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        # The first process is gone, perhaps in the middle of an order.
        return


def _one_of(pipes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """This process's own pipes, in it and in each copy of it; those of the others are closed.

    A pipe that another holds open would not end when its own process does.
    """
    mine, *others = pipes
    if sys.platform == "win32":
        return mine
    for at, pipe in enumerate(others):
        if os.fork() == 0:
            _close([mine, *others[at + 1 :]])
            return pipe
        _close([pipe])
    return mine


def _close(pipes: Iterable[tuple[int, int]]) -> None:
    for descriptor in chain.from_iterable(pipes):
        os.close(descriptor)


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    opening: Opening = pickle.load(orders)  # noqa: S301 - our own process
    inbox, archive = Inbox(opening.home / "inbox"), Archive(opening.home / "archive")
    database = Database(opening.database_url)
    drafter = Drafter(database, opening.registry, (), ())
    # One thread lays folders on the disk, in the order of the orders, while the next is worked out.
    with ThreadPoolExecutor(1, "labsvc-staging") as disk:
        while True:
            match pickle.load(orders):  # noqa: S301
                case Edition(protocols, sheets, histories):
                    drafter = replace(
                        drafter, protocols=protocols, sheets=sheets, histories=histories or {}
                    )
                case Order(entry, at):
                    draft = _draft(drafter, inbox, entry, at)
                    disk.submit(_answer, replies, archive, entry.key, draft)


def _draft(drafter: Drafter, inbox: Inbox, entry: Entry, at: datetime) -> Draft | None:
    try:
        draft = drafter.draft(inbox.read(entry), at)
    except Exception:  # noqa: BLE001 - the line meets it again, and files or tells it there
        return None
    results = tuple(_lighter(one, drafter.protocols) for one in draft.results)
    return replace(draft, results=results)


def _answer(replies: IO[bytes], archive: Archive, key: str, draft: Draft | None) -> None:
    """Say what was made, its folder lying ready; where nobody hears it, the orders end too."""
    made = Made(key, _staged(archive, draft) if draft is not None else None)
    with contextlib.suppress(BrokenPipeError):
        pickle.dump(made, replies, pickle.HIGHEST_PROTOCOL)
        replies.flush()


def _staged(archive: Archive, draft: Draft) -> Draft | None:
    assert not isinstance(draft.files, Staged)
    try:
        return replace(draft, files=archive.stage(draft.folder, draft.files))
    except Exception:  # noqa: BLE001 - as above
        return None


def _lighter(filed: FiledResult, protocols: Sequence[Protocol]) -> FiledResult:
    """Without its points and curves where nobody looks at them again: a sixth of the work of
    handing it over. What the database keeps of them is made."""
    if filed.result.verdict in told_of(wish_of(filed.result, protocols)):
        return filed  # its figure goes with the mail
    return replace(filed, result=replace(filed.result, points=(), curves=()))

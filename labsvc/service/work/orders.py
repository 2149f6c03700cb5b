"""What a process that works a backlog out is told and says, and that process itself.

It is started by ``labsvc.service.work.ahead``. Little is imported here: a backlog waits for it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, NamedTuple, cast

from labsvc import __version__
from labsvc.core.qc.telling import told_of, wish_of
from labsvc.core.trends.history import History
from labsvc.filing.render import load_templates
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.registry import Registry
from labsvc.service.work import memory
from labsvc.service.work.drafting import Draft, Drafter, Started
from labsvc.store.archive import Archive, Staged
from labsvc.store.database import Database
from labsvc.store.inbox import Entry, Inbox

MOST = 4
"""So many captures are fitted at once, of those that lie ordered: more of them gain little."""


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
    except (EOFError, OSError, pickle.UnpicklingError):
        return  # the first process is gone; Windows tells of a pipe without a reader by EINVAL


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
    heard: SimpleQueue[Edition | Order | None] = SimpleQueue()
    threading.Thread(target=_hear, args=(orders, heard), name="labsvc-orders", daemon=True).start()
    # One thread lays folders on the disk, in the order of the orders, while the next is worked out.
    with ThreadPoolExecutor(1, "labsvc-staging") as disk:
        for told in _heard(heard):
            if isinstance(told, Edition):
                protocols, sheets, histories = told
                drafter = replace(
                    drafter, protocols=protocols, sheets=sheets, histories=histories or {}
                )
                continue
            made = drafts(drafter, inbox, told)
            disk.submit(_answer, replies, archive, [one.entry.key for one in told], made)


def _hear(orders: IO[bytes], heard: SimpleQueue[Edition | Order | None]) -> None:
    """All that is told, in a thread of its own: so it is known what lies ready."""
    if sys.platform != "win32":
        # Signals are the first thread's: a driver that lets none through there is to be found out.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            heard.put(pickle.load(orders))  # noqa: S301 - our own process
    # The first process is gone, perhaps in the middle of an order.
    heard.put(None)


def _heard(heard: SimpleQueue[Edition | Order | None]) -> Iterator[Edition | list[Order]]:
    """Editions, and between them the orders that lie ready together, ``MOST`` at once."""
    while True:
        told = [heard.get()]
        with contextlib.suppress(Empty):
            while len(told) < MOST:
                told.append(heard.get_nowait())
        for ordered, some in groupby(told, lambda one: isinstance(one, Order)):
            if ordered:
                yield cast("list[Order]", list(some))
                continue
            for one in some:
                if one is None:
                    return
                yield cast("Edition", one)


def drafts(drafter: Drafter, inbox: Inbox, orders: Sequence[Order]) -> list[Draft | None]:
    """One for each, with all their curves fitted at once; None where there can be none."""
    started = [_started(drafter, inbox, one) for one in orders]
    made = iter(_finished(drafter, [one for one in started if one is not None]))
    return [None if one is None else next(made) for one in started]


def _started(drafter: Drafter, inbox: Inbox, order: Order) -> tuple[Started, datetime] | None:
    try:
        return drafter.start(inbox.read(order.entry)), order.at
    except Exception:  # noqa: BLE001 - the line meets it again, and files or tells it there
        return None


def _finished(drafter: Drafter, some: list[tuple[Started, datetime]]) -> list[Draft | None]:
    """Where one of them fails, each is met by itself: it is the only one without a draft."""
    try:
        return [_light(draft, drafter.protocols) for draft in drafter.finish(some)]
    except Exception:  # noqa: BLE001 - as above
        if len(some) == 1:
            return [None]
        return [draft for one in some for draft in _finished(drafter, [one])]


def _light(draft: Draft, protocols: Sequence[Protocol]) -> Draft:
    return replace(draft, results=tuple(_lighter(one, protocols) for one in draft.results))


def _answer(
    replies: IO[bytes], archive: Archive, keys: Sequence[str], made: Sequence[Draft | None]
) -> None:
    """Say what was made, its folders lying ready; where nobody hears it, the orders end too."""
    with contextlib.suppress(BrokenPipeError):
        for one in map(Made, keys, staged(archive, made)):
            pickle.dump(one, replies, pickle.HIGHEST_PROTOCOL)
        replies.flush()


def staged(archive: Archive, drafts: Sequence[Draft | None]) -> list[Draft | None]:
    """The drafts with their folders laid on the disk together; as above where one of them fails."""
    try:
        ready = iter(archive.stage_all([_to_lay(one) for one in drafts if one is not None]))
        return [None if one is None else replace(one, files=next(ready)) for one in drafts]
    except Exception:  # noqa: BLE001 - as above
        if len(drafts) == 1:
            return [None]
        return [two for one in drafts for two in staged(archive, [one])]


def _to_lay(draft: Draft) -> tuple[str, Mapping[str, bytes]]:
    assert not isinstance(draft.files, Staged)
    return draft.folder, draft.files


def _lighter(filed: FiledResult, protocols: Sequence[Protocol]) -> FiledResult:
    """Without its points and curves where nobody looks at them again: a sixth of the work of
    handing it over. What the database keeps of them is made."""
    if filed.result.verdict in told_of(wish_of(filed.result, protocols)):
        return filed  # its figure goes with the mail
    return replace(filed, result=replace(filed.result, points=(), curves=()))

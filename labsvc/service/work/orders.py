"""The process that works captures out, and answers for each what it made of it.

It is started by ``labsvc.service.work.ahead``. Little is imported here: captures wait for it.
"""

from __future__ import annotations

import contextlib
import faulthandler
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
from queue import Empty, SimpleQueue
from typing import IO, cast

from labsvc import __version__
from labsvc.core.matching.sheetindex import SheetIndex
from labsvc.core.qc.telling import told_of, wish_of
from labsvc.errors import ConfigError, InputError
from labsvc.filing.filer import mail_picture
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.guards.deadline import DriverOverdue
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.work import memory
from labsvc.service.work.draft import Draft, Refusal, Revision, Worked, refusal
from labsvc.service.work.drafting import Drafter, Started
from labsvc.service.work.firstuses import FIRST_USES
from labsvc.service.work.messages import (
    AT_ONCE,
    Edition,
    Made,
    Opening,
    Order,
    Ready,
    Review,
    Reviewed,
)
from labsvc.service.work.revising import Reviser
from labsvc.store.archive import Archive, Staged
from labsvc.store.database import Database
from labsvc.store.inbox import Inbox

Told = Edition | Order | Review


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
    set_up_logs()
    with contextlib.suppress(OSError, RuntimeError):  # standard error may be no file
        faulthandler.enable()  # where it was when a library broke it
    for load in FIRST_USES:
        load()
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
    copies = []
    for at, pipe in enumerate(others):
        copies.append(os.fork())
        if copies[-1] == 0:
            _close([mine, *others[at + 1 :]])
            return pipe
        _close([pipe])
    threading.Thread(target=_outlive, args=(copies,), name="labsvc-copies", daemon=True).start()
    return mine


def _outlive(copies: Sequence[int]) -> None:
    """Hear of the end of each copy: until somebody does, the system keeps its entry."""
    for copy in copies:
        os.waitpid(copy, 0)


def _close(pipes: Iterable[tuple[int, int]]) -> None:
    for descriptor in chain.from_iterable(pipes):
        os.close(descriptor)


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    opening: Opening = pickle.load(orders)  # noqa: S301 - our own process
    inbox, archive = Inbox(opening.home / "inbox"), Archive(opening.home / "archive")
    database = Database(opening.database_url)
    drafter = Drafter(database, opening.registry, (), ())
    pickle.dump(Ready(), replies)
    replies.flush()
    sheets: dict[str, RunSheet] = {}
    heard: SimpleQueue[Told | None] = SimpleQueue()
    threading.Thread(target=_hear, args=(orders, heard), name="labsvc-orders", daemon=True).start()
    # One thread lays folders on the disk, in the order of the orders, while the next is worked out.
    with ThreadPoolExecutor(1, "labsvc-staging") as disk:
        for told in _heard(heard):
            if isinstance(told, Edition):
                sheets = {file: told.fresh.get(file) or sheets[file] for file in told.files}
                index = SheetIndex(sheets.values())
                drafter = Drafter(database, opening.registry, told.protocols, index, told.histories)
                continue
            if isinstance(told, Review):
                disk.submit(_answer_review, replies, archive, reviewed(drafter, archive, told))
                continue
            made = drafts(drafter, inbox, told)
            disk.submit(_answer, replies, archive, [one.entry.key for one in told], made)


def _hear(orders: IO[bytes], heard: SimpleQueue[Told | None]) -> None:
    """All that is told, in a thread of its own: so it is known what lies ready."""
    if sys.platform != "win32":
        # Signals are the first thread's: a driver that lets none through there is to be found out.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            heard.put(pickle.load(orders))  # noqa: S301 - our own process
    # The first process is gone, perhaps in the middle of an order.
    heard.put(None)


def _heard(heard: SimpleQueue[Told | None]) -> Iterator[Edition | Review | list[Order]]:
    """What is told, one by one, but orders that lie ready together: ``AT_ONCE`` of them."""
    while True:
        told = [heard.get()]
        with contextlib.suppress(Empty):
            while len(told) < AT_ONCE:
                told.append(heard.get_nowait())
        for ordered, some in groupby(told, lambda one: isinstance(one, Order)):
            if ordered:
                yield cast("list[Order]", list(some))
                continue
            for one in some:
                if one is None:
                    return
                yield cast("Edition | Review", one)


def drafts(drafter: Drafter, inbox: Inbox, orders: Sequence[Order]) -> list[Worked | None]:
    """One for each, with all their curves fitted at once; None where only the line can tell."""
    started = [_started(drafter, inbox, one) for one in orders]
    made = iter(_finished(drafter, [one for one in started if isinstance(one, tuple)]))
    return [next(made) if isinstance(one, tuple) else one for one in started]


def _started(
    drafter: Drafter, inbox: Inbox, order: Order
) -> tuple[Started, datetime] | Refusal | None:
    try:
        capture = inbox.read(order.entry)
    except Exception:  # noqa: BLE001 - the line meets it again, and tells of it there
        return None
    try:
        return drafter.start(capture), order.at
    except DriverOverdue:
        return None  # the line counts how often a driver was
    except (InputError, ConfigError) as error:
        return refusal(error, capture.content)
    except Exception:  # noqa: BLE001 - as above
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
    """Its results as ``_lighter``, with the picture of each mail."""
    results = tuple(map(_lighter, draft.results))
    return replace(draft, results=results, pictures=_pictures(draft.results, protocols))


def _light_revision(one: Revision, protocols: Sequence[Protocol]) -> Revision:
    """As a draft."""
    return replace(one, filed=_lighter(one.filed), pictures=_pictures([one.filed], protocols))


def _pictures(
    filed: Iterable[FiledResult], protocols: Sequence[Protocol]
) -> dict[str, bytes | None]:
    """The figure of each that somebody is told of, by its run."""
    results = [one.result for one in filed]
    return {one.run_id: mail_picture(one) for one in results
            if one.verdict in told_of(wish_of(one, protocols))}  # fmt: skip


def _lighter(filed: FiledResult) -> FiledResult:
    """Without its points and curves, at which nobody looks any more: a sixth of the work of handing
    it over. What the database keeps of them is made."""
    return replace(filed, result=replace(filed.result, points=(), curves=()))


def _answer(
    replies: IO[bytes], archive: Archive, keys: Sequence[str], made: Sequence[Worked | None]
) -> None:
    """Say what was made, its folders lying ready; where nobody hears it, the orders end too."""
    with contextlib.suppress(BrokenPipeError):
        for one in map(Made, keys, staged(archive, made)):
            pickle.dump(one, replies, pickle.HIGHEST_PROTOCOL)
        replies.flush()


def reviewed(drafter: Drafter, archive: Archive, review: Review) -> list[Revision] | None:
    """The revisions that come of it; they see nothing of each other, as no mask is set here."""
    reviser = Reviser(drafter, archive, review.at, review.locales)
    again = reviser.release if review.why == "release" else reviser.reconsider
    try:
        return [_light_revision(one, drafter.protocols) for one in again(review.stored)]
    except Exception:  # noqa: BLE001 - as above
        return None


def _answer_review(replies: IO[bytes], archive: Archive, made: Sequence[Revision] | None) -> None:
    with contextlib.suppress(BrokenPipeError):
        pickle.dump(Reviewed(_laid(archive, made)), replies, pickle.HIGHEST_PROTOCOL)
        replies.flush()


def _laid(archive: Archive, made: Sequence[Revision] | None) -> tuple[Revision, ...] | None:
    if made is None:
        return None
    try:
        ready = archive.stage_all([(one.filed.folder, _files(one)) for one in made])
    except Exception:  # noqa: BLE001 - as above
        return None
    return tuple(replace(one, files=two) for one, two in zip(made, ready, strict=True))


def staged(archive: Archive, made: Sequence[Worked | None]) -> list[Worked | None]:
    """What was made, with the folders of drafts laid on the disk together; as above where one of
    them fails."""
    to_lay = [(one.folder, _files(one)) for one in made if isinstance(one, Draft)]
    try:
        ready = iter(archive.stage_all(to_lay))
    except Exception:  # noqa: BLE001 - as above
        if len(made) == 1:
            return [None]
        return [two for one in made for two in staged(archive, [one])]
    return [replace(one, files=next(ready)) if isinstance(one, Draft) else one for one in made]


def _files(draft: Draft | Revision) -> Mapping[str, bytes]:
    assert not isinstance(draft.files, Staged)
    return draft.files

"""Which texts are in force, by the audit trail: each as it was and as it is, when, and whose.

A row of the trail holds the whole text, so that the next one can say what changed in it, and any
time's protocol can be had again from the database alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import Connection, func, select

from labsvc.store.audit import Deed
from labsvc.store.changes import MOST, change
from labsvc.store.seals import digest
from labsvc.store.tables import audit

IN_FORCE: Final = "in force"
GONE: Final = "no longer in force"


@dataclass(frozen=True, slots=True)
class InForce:
    """One text. ``by``: whoever the file belongs to, where the system tells."""

    text: str
    by: str
    version: str | None = None


def written(now: Mapping[str, InForce]) -> Callable[[Connection], list[Deed]]:
    """What ``Database.write`` is to do so that the trail has ``now``."""
    return lambda connection: deeds(noted(connection), now)


def noted(connection: Connection) -> dict[str, str]:
    """The texts that are in force by the trail, by name."""
    newest = (
        select(func.max(audit.c.sequence))
        .where(audit.c.what.in_([IN_FORCE, GONE]))
        .group_by(audit.c.key)
    )
    rows = connection.execute(select(audit).where(audit.c.sequence.in_(newest)))
    return {row.key: json.loads(row.detail)["text"] for row in rows if row.what == IN_FORCE}


def deeds(before: Mapping[str, str], now: Mapping[str, InForce]) -> list[Deed]:
    """What is to be noted: each text that is new, was changed, or is gone."""
    changed = [
        Deed(IN_FORCE, name, json.dumps(_words(before.get(name), one)))
        for name, one in now.items()
        if before.get(name) != one.text
    ]
    gone = [Deed(GONE, name, json.dumps({"old": digest(text)}))
            for name, text in before.items() if name not in now]  # fmt: skip
    return [*changed, *gone]


def _words(before: str | None, now: InForce) -> dict[str, Any]:
    words: dict[str, Any] = {"by": now.by, "version": now.version, "new": digest(now.text)}
    if before is not None:
        changes = list(_changes(before.splitlines(), now.text.splitlines()))
        words |= {"old": digest(before), "changes": changes[:MOST]}
        if len(changes) > MOST:
            words["changes_more"] = len(changes) - MOST
    return {**words, "text": now.text}


def _changes(before: list[str], now: list[str]) -> Iterator[dict[str, Any]]:
    """Line by line; a text of many thousands of lines is compared as one."""
    if len(before) * len(now) > 4_000_000:
        yield change("the whole text", digest("\n".join(before)), digest("\n".join(now)))
        return
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for kind, start, end, at, until in matcher.get_opcodes():
        if kind != "equal":
            old, new = "\n".join(before[start:end]), "\n".join(now[at:until])
            yield change(f"line {at + 1}", old or None, new or None)

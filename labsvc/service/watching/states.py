"""How each source is doing, as the running service wrote it down: ``sources.json`` in the home.

Other commands (status, check) read it; so does the next start, to go on from what was known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from labsvc.store.durable import write_durably

NAME = "sources.json"
FRESH = timedelta(minutes=2)
"""It is written every 30 s: an older one was left by a service that runs no more."""
_TIMES = ("watched_since", "last_received_at", "last_whole_at", "silence_told", "looked_at")


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source. ``state``: there, connecting, open, stale or away.

    ``trouble`` is one sentence for a person. ``last_whole_at`` (ports): a whole transmission came;
    None while the port proved nothing. ``faults`` (ports): what its hardware counted, None where
    nobody counts. ``counting``: how a count under way stands, where it is judged (interim).
    ``silence_told``: when the silence began that the lab was told of. Of folders: ``watching`` says
    how and why so, ``looked_at`` when it was last listed, ``unreadable`` what in it cannot be read.
    """

    state: str
    watched_since: datetime
    trouble: str | None = None
    last_received_at: datetime | None = None
    last_whole_at: datetime | None = None
    silence_told: datetime | None = None
    faults: Mapping[str, int] | None = None
    counting: str | None = None
    watching: str | None = None
    looked_at: datetime | None = None
    unreadable: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class States:
    """Of all sources, by name, at one time. ``running``: the service meant to go on.

    ``remarks``: what else a person should know of the service itself, a sentence each.
    """

    written_at: datetime
    running: bool
    sources: Mapping[str, SourceState]
    remarks: tuple[str, ...] = ()

    def current(self, now: datetime) -> bool:
        """Whether a running service wrote it just now."""
        return self.running and timedelta(0) <= now - self.written_at < FRESH


def write_states(root: Path, states: States) -> None:
    """Raises StoreError."""
    document = {
        "written_at": states.written_at.isoformat(),
        "running": states.running,
        "remarks": list(states.remarks),
        "sources": {name: _row(one) for name, one in states.sources.items()},
    }
    write_durably(root / NAME, json.dumps(document, indent=1).encode("ascii"))


def read_states(root: Path) -> States | None:
    """What was written last; None when there is none that can be read."""
    try:
        document = json.loads((root / NAME).read_bytes())
        return States(
            datetime.fromisoformat(document["written_at"]),
            document["running"] is True,
            {name: _state(row) for name, row in document["sources"].items()},
            tuple(map(str, document.get("remarks", ()))),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def current_states(root: Path, now: datetime) -> Mapping[str, SourceState]:
    """What the running service says of its sources; nothing when none runs."""
    states = read_states(root)
    return states.sources if states is not None and states.current(now) else {}


def current_remarks(root: Path, now: datetime) -> tuple[str, ...]:
    """What the running service says of itself; nothing when none runs."""
    states = read_states(root)
    return states.remarks if states is not None and states.current(now) else ()


def _row(state: SourceState) -> dict[str, Any]:
    row = asdict(state)
    times = {name: row[name].isoformat() for name in _TIMES if row[name] is not None}
    return {**row, **times}


def _state(row: dict[str, Any]) -> SourceState:
    times = {name: datetime.fromisoformat(row[name]) for name in _TIMES if row[name] is not None}
    return SourceState(**{**row, **times, "unreadable": tuple(row.get("unreadable", ()))})

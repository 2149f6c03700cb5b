"""Storms of the log held back: the same warning a thousand times is one line with a count.

What is no warning is never held back: each capture has its line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import structlog

WINDOW_SECONDS: Final = 60.0
"""The same line is written once in this time."""
MOST_ALIKE: Final = 300
"""So many lines of one kind that differ in their details, in that time."""
MOST_KNOWN: Final = 2000
_LEVELS: Final = frozenset({"warning", "error", "critical"})
_VARYING: Final = frozenset({"milliseconds", "exc_info", "retry_seconds"})
_LONGEST: Final = 300

Event = MutableMapping[str, Any]
Key = tuple[str, ...]


@dataclass(slots=True)
class _Kind:
    """Lines that count as the same: since when, how many were written, how many held back."""

    since: float
    last: Event
    written: int = 1
    held_back: int = 0


@dataclass(slots=True)
class LogRate:
    """A processor of the log that drops what was written just now, and counts it."""

    monotonic: Callable[[], float] = monotonic
    held_back: int = 0
    """In all, since the start."""
    _kinds: dict[Key, _Kind] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, logger: Any, method: str, event: Event) -> Event:
        if method not in _LEVELS or "repeated" in event:
            return event
        name = str(event.get("event"))[:_LONGEST]
        same = (method, name, *(f"{key}={str(event[key])[:_LONGEST]}" for key in sorted(event)
                                if key not in _VARYING))  # fmt: skip
        with self._turn:
            # What is dropped as the same is no line of its wider kind.
            written = self._allowed(same, event, 1)
            if not (written and self._allowed((method, name), event, MOST_ALIKE)):
                self.held_back += 1
                raise structlog.DropEvent
        return event

    def counts(self, *, ending: bool = False) -> list[Event]:
        """What to write of lines held back: one for each kind whose time is over, or of all."""
        now = self.monotonic()
        told: list[Event] = []
        with self._turn:
            for key, kind in list(self._kinds.items()):
                if now - kind.since < WINDOW_SECONDS and not ending:
                    continue
                if not kind.held_back:
                    del self._kinds[key]
                    continue
                event = dict(kind.last) if len(key) > 2 else {"event": key[1], "alike": True}
                told.append({**event, "repeated": kind.held_back})
                # The count is this kind's line of the window that begins.
                self._kinds[key] = _Kind(now, kind.last)
        return told

    def _allowed(self, key: Key, event: Event, most: int) -> bool:
        now, kind = self.monotonic(), self._kinds.get(key)
        if kind is None or (now - kind.since >= WINDOW_SECONDS and not kind.held_back):
            if len(self._kinds) >= MOST_KNOWN:
                self._kinds.pop(next(iter(self._kinds)))
            self._kinds[key] = _Kind(now, dict(event))
            return True
        if kind.written < most:
            kind.written += 1
            return True
        kind.held_back, kind.last = kind.held_back + 1, dict(event)
        return False


RATE: Final = LogRate()
"""One for the process, as the log is."""


def write_counts(*, ending: bool = False) -> None:
    """Write how many lines were held back."""
    log = structlog.get_logger("labsvc.log")
    for event in RATE.counts(ending=ending):
        log.warning(event.pop("event"), **event)

"""The dead-man's switch: what should have come, the counters' clocks, the room on the disk.

Each trouble is told once, and once more when it is over. What was told is kept in the home.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from labsvc.core.benchsteps.timeline import entries_of, moment_of
from labsvc.notify.alerts import for_trouble, for_trouble_over
from labsvc.notify.deadman import (
    BEFORE,
    RECENT,
    Disk,
    Trouble,
    Wanted,
    clock_trouble,
    disk_troubles,
    missing,
)
from labsvc.notify.words import when
from labsvc.service.alerting.episodes import Episodes
from labsvc.service.alerting.settings import Expected
from labsvc.service.home import Home
from labsvc.store.arrivals import began, last_run, newest_documents, newest_result
from labsvc.store.durable import our_disk

EXPECTED: Final = "expected:"
CLOCK: Final = "clock:"
FILE: Final = "troubles.json"
GRACE: Final = timedelta(minutes=2)
"""After a start, folders are looked through before anything is said to be missing."""
CLOCKS_EVERY: Final = timedelta(minutes=10)

log = structlog.get_logger("labsvc.watchman")


@dataclass(slots=True)
class Watchman:
    """Looks after one home whenever ``look`` is called."""

    home: Home
    clock: Callable[[], datetime]
    room: Callable[[Path], Disk] = field(default_factory=lambda: room_on)
    _episodes: Episodes = field(init=False)
    _started: datetime = field(init=False)
    _clocks_at: tuple[int, datetime] | None = field(default=None, init=False)
    _clocks: list[Trouble] = field(default_factory=list, init=False)
    _last: dict[str, tuple[int, datetime | None]] = field(default_factory=dict, init=False)
    _words: dict[str, Trouble] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._episodes = Episodes(
            self.clock,
            patience=timedelta(0),
            steady=timedelta(0),
            file=self.home.root / FILE,
        )

    def look(self) -> None:
        """Tell the lab of what changed. Raises StoreError."""
        found = {one.topic: one for one in self._found(self.clock())}
        self._words |= found
        self._episodes.look(found, tell=self._tell, over=self._over)

    def _found(self, now: datetime) -> Iterator[Trouble]:
        told = tuple(self._episodes.told)
        percent = self.home.settings.alerts.disk_free_percent
        yield from disk_troubles(self.room(self.home.root), percent, told)
        yield from self._clock_troubles(now)
        if now - self._started >= GRACE:
            yield from self._missing(now)

    def _missing(self, now: datetime) -> Iterator[Trouble]:
        zone = ZoneInfo(self.home.settings.timezone)
        if not self.home.settings.expected:
            return
        since = began(self.home.database) or self._started
        for one in self.home.settings.expected:
            last = self._last_run(one)
            trouble = missing(_wanted(one), last, now, zone=zone, watched_since=since)
            if trouble is not None:
                yield trouble

    def _last_run(self, one: Expected) -> datetime | None:
        """Asked again only where something was filed since: there may be very many runs."""
        newest = newest_result(self.home.database)
        if one.name not in self._last or self._last[one.name][0] != newest:
            last = last_run(self.home.database, one.source, one.protocol)
            self._last[one.name] = (newest, last)
        return self._last[one.name][1]

    def _clock_troubles(self, now: datetime) -> list[Trouble]:
        """Looked at where something was filed since, and not oftener than it is worth."""
        newest = newest_result(self.home.database)
        if self._clocks_at is not None:
            seen, at = self._clocks_at
            if seen == newest or timedelta(0) <= now - at < CLOCKS_EVERY:
                return self._clocks
        allowed = self.home.settings.alerts.clock
        found = (
            clock_trouble(one.name, self._waits(one.name), allowed)
            for one in self.home.settings.sources
        )
        self._clocks = [trouble for trouble in found if trouble is not None]
        self._clocks_at = (newest, now)
        return self._clocks

    def _waits(self, source: str) -> list[timedelta]:
        waits = []
        for received, document in newest_documents(self.home.database, source, RECENT + BEFORE):
            count = moment_of(entries_of(json.loads(document)), "count")
            if count is not None and count.at is not None:
                waits.append(received - count.at)
        return waits

    def _tell(self, topic: str, since: datetime) -> None:
        one, now = self._words[topic], self.clock()
        wanted = self._wanted(topic)
        alert = for_trouble(
            one.headline, one.about, one.reason, advice=one.advice, at=now,
            key=_key(topic, since), topic=f"{EXPECTED}{wanted[0].name}" if wanted else topic,
            source=one.source, severity=one.severity, kind="expected" if wanted else "trouble",
        )  # fmt: skip
        self.home.database.owe([alert], now)
        log.warning("trouble told", topic=topic, reason=one.reason)

    def _over(self, topic: str, since: datetime) -> None:
        before, now = self._words.pop(topic, None), self.clock()
        if topic.startswith(EXPECTED):
            self._came(topic, now)
            return
        sources = {f"{CLOCK}{one.name}" for one in self.home.settings.sources}
        if topic.startswith(CLOCK) and topic not in sources:
            return
        about = before.about if before is not None else topic
        reason = f"It began at {since:%Y-%m-%d %H:%M} UTC, and is not so any more."
        alert = for_trouble_over(
            before.over if before is not None else "It is over", about, reason,
            key=_key(topic, since), at=now, topic=topic,
            source=before.source if before is not None else None,
        )  # fmt: skip
        self.home.database.owe([alert], now)
        log.info("trouble over", topic=topic)

    def _came(self, topic: str, now: datetime) -> None:
        """An expected run that came after its time; one that never came is told of no more."""
        wanted = self._wanted(topic)
        if wanted is None:
            return
        one, due = wanted
        last = last_run(self.home.database, one.source, one.protocol)
        if last is None or last <= due - one.within:
            return
        zone = ZoneInfo(self.home.settings.timezone)
        reason = f"It came at {when(last.astimezone(zone))}."
        alert = for_trouble_over(
            "Expected run has come", one.name, reason, key=_key(topic, due), at=now,
            topic=f"{EXPECTED}{one.name}", source=one.source, kind="expected-came",
        )  # fmt: skip
        self.home.database.owe([alert], now)

    def _wanted(self, topic: str) -> tuple[Expected, datetime] | None:
        """What a topic ``expected:NAME:TIME`` is of; None: another topic, or no more in the
        settings."""
        for one in self.home.settings.expected:
            begins = f"{EXPECTED}{one.name}:"
            if topic.startswith(begins):
                return one, datetime.fromisoformat(topic.removeprefix(begins))
        return None


def room_on(path: Path) -> Disk:
    """The disk that ``path`` lies on. Raises StoreError."""
    with our_disk(path):
        usage = shutil.disk_usage(path)
    return Disk(str(path), usage.free, usage.total)


def _wanted(one: Expected) -> Wanted:
    parts = [f"of {one.source}" if one.source else "", f"by {one.protocol}" if one.protocol else ""]
    what = " ".join(["a run", *(part for part in parts if part)])
    return Wanted(one.name, one.by, one.within, what, one.source)


def _key(topic: str, since: datetime) -> str:
    """What is expected has its time in its topic."""
    name = topic.removeprefix(EXPECTED)
    return name if name != topic else f"{topic}:{since.isoformat()}"

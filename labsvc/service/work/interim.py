"""Counts that are still under way: judged as they grow, told at once, replaced when filed.

Sources show what has come of a count (``grew``, from their own threads: it is only kept in mind).
The worker judges it between two captures, so that the protocols and run sheets in force are read
by one thread. What is found is owed to the lab and kept here; no result is made of a beginning.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog

from labsvc.core.analyse import run_id
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.units import units
from labsvc.core.qc.interim import Concern, concerns
from labsvc.driver.beginnings import LONGEST
from labsvc.errors import ConfigError, InputError, StoreError
from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.result import Result, Verdict
from labsvc.model.run import CountRun, Record
from labsvc.notify.interimalerts import WORDS, for_concern, for_replaced, is_told, key_of
from labsvc.service.guards.deadline import DriverOverdue
from labsvc.service.registry import Registry
from labsvc.service.work.line import Line, Outcome
from labsvc.store.owed import of_keys

EVERY_SECONDS = 1.0
"""A vial takes a minute: what comes within a second is judged together."""
FORGOTTEN = timedelta(hours=24)
"""A beginning that has not grown for so long was given up."""
SOON = timedelta(hours=1)
"""For so long after a start, what was told before it is asked for of every file."""

Key = tuple[str, str]
"""A source, and the name of its file; of a line, which has one count at a time, no name."""

log = structlog.get_logger("labsvc.interim")


@dataclass(slots=True)
class _Growing:
    """A count under way. ``latest`` has not been judged yet; ``said`` is how it stands.

    ``left``: how many planned positions were still to come. ``taken``: its file was taken for whole
    at least once, while it rested; ``too_soon``: and grew on.
    """

    grown_at: datetime
    latest: Capture | None = None
    seen: int = 0
    run: str = ""
    said: str = ""
    left: int = 0
    failed: bool = False
    taken: bool = False
    too_soon: bool = False


@dataclass(slots=True)
class _Warned:
    """Of which concerns of a run the lab was told, until the run is filed."""

    at: datetime
    of: set[str] = field(default_factory=set)


class Interim:
    """The counts under way of all sources. ``clock`` gives aware times."""

    def __init__(self, clock: Callable[[], datetime], every_seconds: float = EVERY_SECONDS) -> None:
        self._clock = clock
        self._started = clock()
        self._every = every_seconds
        self._lock = threading.Lock()
        self._growing: dict[Key, _Growing] = {}
        self._warned: dict[tuple[str, str], _Warned] = {}
        self._grew_ever: set[str] = set()
        self._fresh = False
        self._judged_at = 0.0

    def grew(self, beginning: Capture, by_line: bool = False) -> None:
        """Keep in mind what has come of a count; empty: no count goes on. From any thread."""
        key = (beginning.source, "" if by_line else beginning.name)
        with self._lock:
            self._grew_ever.add(beginning.source)
            if not beginning.content:
                self._growing.pop(key, None)
            elif len(beginning.content) <= LONGEST:
                one = self._growing.setdefault(key, _Growing(beginning.received_at))
                # A file that is seen once may be whole: it may have been put there at once.
                one.seen += 1 + by_line
                one.latest = beginning if one.seen > 1 else None
                one.grown_at = beginning.received_at
                one.too_soon = one.taken
                self._fresh = True

    @property
    def counting(self) -> Mapping[str, str]:
        """How each source's count stands, in a sentence; only of those that are judged."""
        with self._lock:
            return {source: one.said for (source, _), one in self._growing.items() if one.said}

    def judge(self, line: Line) -> None:
        """Judge what has grown since, at most once in a while. Raises StoreError."""
        now = monotonic()
        if not self._fresh or now - self._judged_at < self._every:
            return
        self._fresh, self._judged_at = False, now
        for one, beginning in self._due():
            try:
                self._judge(one, beginning, line)
            except StoreError:
                self._fresh = True
                raise
            with self._lock:
                if one.latest is beginning:
                    one.latest = None

    def filed(self, outcome: Outcome, line: Line) -> None:
        """The run of a count is filed: its result replaces what was said. Raises StoreError."""
        if outcome.source not in self._grew_ever:
            return
        with self._lock:
            growing = self._growing.pop((outcome.source, outcome.name), None)
            if growing is not None and _is_held(outcome):
                # Where positions are missing it may go on after all: then it was seen before.
                growing.taken, growing.latest, growing.said = True, None, ""
                self._growing[outcome.source, outcome.name] = growing
        at_once = growing is not None and growing.seen == 1
        if at_once and self._clock() - self._started > SOON:
            return
        for one in outcome.results:
            if growing is not None and growing.left and one.result.verdict is Verdict.HELD:
                continue  # positions are missing: it may go on yet
            runs = {one.result.run_id}
            if growing is not None and len(outcome.results) == 1:
                # Where the beginning did not tell the run's key, the file's name does.
                runs |= {growing.run}
            for run in runs:
                self._replace(run, one.result, outcome.source, line)

    def _due(self) -> list[tuple[_Growing, Capture]]:
        """What has grown and was not judged yet; what was given up is forgotten."""
        oldest = self._clock() - FORGOTTEN
        with self._lock:
            for key in [key for key, one in self._growing.items() if one.grown_at < oldest]:
                del self._growing[key]
            for run in [run for run, one in self._warned.items() if one.at < oldest]:
                del self._warned[run]
            due = [(one, one.latest) for one in self._growing.values() if not one.failed]
        return [(one, latest) for one, latest in due if latest is not None]

    def _judge(self, one: _Growing, beginning: Capture, line: Line) -> None:
        unit = self._unit(one, beginning, line)
        if unit is None:
            return
        run = run_id(unit)
        if run != one.run:
            one.run, one.said = run, ""
        one.left = 0
        found = begun(unit, line.book.protocols, line.book.sheets)
        if isinstance(found, str):
            one.said = f"{len(unit.readings)} counted so far, not judged: {found}"
        elif found.left:
            one.left = found.left
            self._tell(one, found, line)
        else:
            one.said = f"all {len(found.plan)} planned positions are counted"
        if one.too_soon:
            one.said += "; its file was taken before it was whole: give the source a longer quiet"

    def _unit(self, one: _Growing, beginning: Capture, line: Line) -> Unit | None:
        """The run that goes on, as the driver reads its beginning."""
        try:
            name = line.registry.claim(beginning)
            records = self._read(one, name, beginning, line.registry)
        except (InputError, ConfigError):
            return None
        runs = [record for record in records if isinstance(record, CountRun)]
        if not runs:
            return None
        return units(runs[-1], beginning, name, ZoneInfo(beginning.timezone))[-1]

    def _read(
        self, one: _Growing, name: str, beginning: Capture, registry: Registry
    ) -> tuple[Record, ...]:
        try:
            return registry.begun(name, beginning)
        except DriverOverdue:
            one.failed = True
            raise
        except InputError:
            raise
        except Exception:
            # A mistake of a driver is told when the run is whole; here it may only cost a warning.
            one.failed = True
            log.exception("beginning not read", source=beginning.source, name=beginning.name)
            return ()

    def _tell(self, one: _Growing, count: Begun, line: Line) -> None:
        done = f"{len(count.counted)} counted, {count.left} of {len(count.plan)} planned to come"
        known = self._warned.get((count.unit.source, one.run), _Warned(self._clock()))
        try:
            fresh = concerns(count, known.of)
        except InputError as error:
            one.said = f"{done}, not judged: {error}"
            return
        if fresh:
            self._owe(one.run, fresh, count, line)
            known.of |= {concern.what for concern in fresh}
            self._warned[count.unit.source, one.run] = known
        warned = ", ".join(WORDS[what] for what in sorted(known.of))
        one.said = f"{done}; interim: {f'WARNING, {warned}' if warned else 'nothing against it'}"

    def _owe(self, run: str, fresh: Sequence[Concern], count: Begun, line: Line) -> None:
        now = self._clock()
        if is_told(count.protocol):
            line.home.database.owe([for_concern(one, count, run, at=now) for one in fresh], now)
        for one in fresh:
            log.warning("interim warning", source=count.unit.source, run=run, what=one.what,
                        readings=one.readings, sentence=one.sentence)  # fmt: skip

    def _replace(self, run: str, result: Result, source: str, line: Line) -> None:
        told = self._warned.pop((source, run), None)
        warned = told.of if told is not None else _before(run, source, line)
        protocol = line.book.protocol(result.protocol or "")
        if warned and (protocol is None or is_told(protocol)):
            now = self._clock()
            over = [for_replaced(what, run, result, source, at=now, protocol=protocol)
                    for what in sorted(warned)]  # fmt: skip
            line.home.database.owe(over, now)


def _is_held(outcome: Outcome) -> bool:
    return any(one.result.verdict is Verdict.HELD for one in outcome.results)


def _before(run: str, source: str, line: Line) -> set[str]:
    """What was told of the run before this service started."""
    keys = {key_of(source, run, what): what for what in WORDS}
    return {keys[one.alert.key] for one in line.home.database.alerts(of_keys(list(keys)))}

"""Counts that are still under way: judged as they grow, told at once, replaced when filed.

Sources show what has come of a count (``grew``, from their own threads: it is only kept in mind).
The worker judges it between two captures, so that the protocols and run sheets in force are read
by one thread. What is found is owed to the lab and kept here; no result is made of a beginning.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog

from labsvc.core.identity import run_id
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.units import units
from labsvc.core.qc.interim import concerns
from labsvc.driver.beginnings import LONGEST
from labsvc.errors import ConfigError, InputError, StoreError
from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.model.result import Verdict
from labsvc.model.run import CountRun, Record
from labsvc.notify.interimalerts import WORDS
from labsvc.service.alerting.interimends import RESTED, end_set_aside
from labsvc.service.guards.deadline import DriverOverdue
from labsvc.service.registry import Registry
from labsvc.service.work.growing import Growing
from labsvc.service.work.interimwarnings import InterimWarnings
from labsvc.service.work.line import Line, Outcome

EVERY_SECONDS = 1.0
"""A vial takes a minute: what comes within a second is judged together."""
FORGOTTEN = timedelta(hours=24)
"""A beginning that has not grown for so long was given up."""
SOON = timedelta(hours=1)
"""For so long after a start, what was told before it is asked for of every file."""

MOST_FIRST = 20
"""More files at once that were not seen before are a copy, and no counts under way."""

Key = tuple[str, str]
"""A source, and the name of its file; of a line, which has one count at a time, no name."""

log = structlog.get_logger("labsvc.interim")


class Interim:
    """The counts under way of all sources. ``clock`` gives aware times."""

    def __init__(self, clock: Callable[[], datetime], every_seconds: float = EVERY_SECONDS) -> None:
        self._clock = clock
        self._started = clock()
        self._every = every_seconds
        self._lock = threading.Lock()
        self._growing: dict[Key, Growing] = {}
        self._warnings = InterimWarnings(clock)
        self._grew_ever: set[str] = set()
        self._lines: set[str] = set()
        self._fresh = False
        self._judged_at = 0.0

    def grew(self, beginning: Capture, by_line: bool = False) -> None:
        """Keep in mind what has come of a count; empty: no count goes on. From any thread."""
        key = (beginning.source, "" if by_line else beginning.name)
        with self._lock:
            self._grew_ever.add(beginning.source)
            if by_line:
                self._lines.add(beginning.source)
            if not beginning.content:
                self._growing.pop(key, None)
            elif len(beginning.content) <= LONGEST:
                one = self._growing.setdefault(key, Growing(beginning.received_at))
                one.shows(beginning, by_line=by_line)
                self._fresh = True

    def joins(self, beginning: Capture, unit: Unit, parts: int) -> None:
        """Keep in mind what the files make together that have come so far of one run."""
        key = (beginning.source, beginning.name)
        with self._lock:
            self._grew_ever.add(beginning.source)
            one = self._growing.setdefault(key, Growing(beginning.received_at))
            one.joins(beginning, unit, parts)
            self._fresh = True

    def said_of(self, beginning: Capture, sentence: str) -> None:
        """How a count stands that cannot be judged."""
        with self._lock:
            self._grew_ever.add(beginning.source)
            key = (beginning.source, beginning.name)
            one = self._growing.setdefault(key, Growing(beginning.received_at))
            one.said, one.grown_at = sentence, beginning.received_at

    @property
    def waits(self) -> bool:
        """Whether something has grown that was not judged yet: it may have been too soon for it."""
        return self._fresh

    def goes_on(self, source: str, name: str) -> bool | None:
        """Whether planned positions are still to come in the file of this name; None: nobody
        knows. From any thread."""
        with self._lock:
            one = self._growing.get((source, name))
            return one.left > 0 if one is not None and one.planned else None

    @property
    def counting(self) -> Mapping[str, str]:
        """How each source's count stands, in a sentence; only of those that are judged."""
        with self._lock:
            return {source: one.said for (source, _), one in self._growing.items() if one.said}

    def judge(self, line: Line) -> None:
        """Judge what has grown since, at most once in a while. Raises StoreError."""
        self._rest(line)
        now = monotonic()
        if not self._fresh or now - self._judged_at < self._every:
            return
        self._fresh, self._judged_at = False, now
        self._hold_against_plan(line)
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
                growing.was_taken()
                self._growing[outcome.source, outcome.name] = growing
        at_once = growing is not None and growing.seen == 1
        if at_once and self._clock() - self._started > SOON:
            return
        if outcome.state is CaptureState.QUARANTINED:
            self._set_aside(outcome, growing.run if growing is not None else "", line)
        for one in outcome.results:
            if growing is not None and growing.left and one.result.verdict is Verdict.HELD:
                growing.held = one.result
                continue  # positions are missing: it may go on yet
            runs = {one.result.run_id}
            if growing is not None and len(outcome.results) == 1:
                # Where the beginning did not tell the run's key, the file's name does.
                runs |= {growing.run}
            for run in runs:
                self._warnings.replace(run, one.result, outcome.source, line)

    def _due(self) -> list[tuple[Growing, Capture]]:
        """What has grown and was not judged yet; what was given up is forgotten."""
        oldest = self._clock() - FORGOTTEN
        with self._lock:
            for key in [key for key, one in self._growing.items() if one.grown_at < oldest]:
                del self._growing[key]
            due = [(one, one.latest) for one in self._growing.values() if not one.failed]
        self._warnings.forget(oldest)
        return [(one, latest) for one, latest in due if latest is not None]

    def _hold_against_plan(self, line: Line) -> None:
        """Of files that were seen once, how much is still to come; nothing is told of them."""
        with self._lock:
            seen = [(one, one.first) for one in self._growing.values() if one.first is not None]
            for one, _ in seen:
                one.first = None
        # A folder full of old reports: they are whole, and each would be read twice.
        for one, first in seen if len(seen) <= MOST_FIRST else ():
            unit = self._unit(one, first, line) if first is not None else None
            found = begun(unit, line.book.protocols, line.book.sheets) if unit else ""
            one.planned = isinstance(found, Begun)
            one.left = found.left if isinstance(found, Begun) else 0

    def _judge(self, one: Growing, beginning: Capture, line: Line) -> None:
        unit = one.joined or self._unit(one, beginning, line)
        if unit is None:
            return
        run = run_id(unit)
        if run != one.run:
            one.run, one.said = run, ""
        one.left = 0
        found = begun(unit, line.book.protocols, line.book.sheets)
        one.planned = not isinstance(found, str)
        if isinstance(found, str):
            one.said = f"{len(unit.readings)} counted so far, not judged: {found}"
        elif found.left:
            one.left = found.left
            self._tell(one, found, line)
        else:
            one.said = f"all {len(found.plan)} planned positions are counted"
        if one.too_soon:
            one.said += "; its file was taken before it was whole: give the source a longer quiet"

    def _unit(self, one: Growing, beginning: Capture, line: Line) -> Unit | None:
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
        self, one: Growing, name: str, beginning: Capture, registry: Registry
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

    def _tell(self, one: Growing, count: Begun, line: Line) -> None:
        done = f"{len(count.counted)} counted, {count.left} of {len(count.plan)} planned to come"
        known = self._warnings.of(count.unit.source, one.run)
        try:
            fresh = concerns(count, known)
        except InputError as error:
            one.said = f"{done}, not judged: {error}"
            return
        if fresh:
            known = self._warnings.tell(one.run, fresh, count, line)
        warned = ", ".join(WORDS[what] for what in sorted(known))
        one.said = f"{done}; interim: {f'WARNING, {warned}' if warned else 'nothing against it'}"

    def _rest(self, line: Line) -> None:
        """What was filed as held and has not grown for long is over: so it stands."""
        latest = self._clock() - RESTED
        with self._lock:
            rested = [(key[0], one, one.held) for key, one in self._growing.items()
                      if one.held is not None and one.grown_at < latest]  # fmt: skip
        for source, one, held in rested:
            for run in (held.run_id, one.run):
                self._warnings.replace(run, held, source, line)
            one.held = None

    def _set_aside(self, outcome: Outcome, run: str, line: Line) -> None:
        """What came of a count was not understood: of a line that is whatever it was warned of."""
        by_line = outcome.source in self._lines
        with self._lock:
            goes_on = by_line and (outcome.source, "") in self._growing
        if run or (by_line and not goes_on):
            end_set_aside(line.home.database, outcome.source, None if by_line else {run},
                          name=outcome.name, at=self._clock())  # fmt: skip


def _is_held(outcome: Outcome) -> bool:
    return any(one.result.verdict is Verdict.HELD for one in outcome.results)

"""Sets of files that make one run: kept as they come, judged meanwhile, handed over as one capture.

Folders bring the files (``take``, from their own threads). The worker looks at the sets between two
captures (``look``), with the protocols and run sheets in force. A set is handed over when every
position that its run sheet plans is there, or when nothing came for its patience; what comes later
makes it be handed over anew, with all of its files: another revision of the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic as monotonic_clock
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from labsvc.core.counts.joining import in_force, join
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.units import units
from labsvc.errors import ConfigError, InputError, IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.joined import Part, joined
from labsvc.model.run import CountRun, Record
from labsvc.notify.alerts import for_trouble
from labsvc.service.work.interim import Interim
from labsvc.service.work.line import Line
from labsvc.store.parts import Kept, Parts, PartSet, SetOf

AGAIN_SECONDS: Final = 60.0
"""A set that was handed over and is whole again waits so long for more: one export may bring all
its files anew."""
KEPT_FOR: Final = timedelta(days=30)
"""So long after its last file a set that was handed over stays, for files that come late."""
LOOK_OUT_SECONDS: Final = 3600.0
MOST_BYTES: Final = 200 * 1024 * 1024
"""More than this together is no run."""

log = structlog.get_logger("labsvc.sets")


@dataclass(slots=True)
class _Open:
    """A set with files that were not handed over. ``read``: what is in each, by its number."""

    since: float
    read: dict[int, tuple[Record, ...]] = field(default_factory=dict)
    driver: str = ""
    looked: tuple[int, int] = (0, -1)
    """The last file and the edition of the book that it was looked at with."""
    whole: bool = False
    failed: bool = False


class Sets:
    """All sets of a home. ``clock`` gives aware times."""

    def __init__(
        self,
        parts: Parts,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = monotonic_clock,
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._stirred: dict[str, float] | None = None
        self._look_out = 0.0

    def take(self, to: SetOf, capture: Capture) -> bool:
        """Keep one file of a set; on the disk when this returns. False: it was there already."""
        added = self._parts.add(to, capture)
        if added:
            log.debug("part received", name=capture.name, set=to.name, source=capture.source,
                      sha256=capture.sha256[:16], bytes=len(capture.content))  # fmt: skip
        with self._lock:
            if self._stirred is not None:
                self._stirred[to.key] = self._monotonic()
        return added

    @property
    def waits(self) -> bool:
        """Whether there is anything to look at."""
        with self._lock:
            return self._stirred is None or bool(self._stirred or self._open)

    def look(self, line: Line, interim: Interim) -> None:
        """Look at what came since, and hand over what is complete. Raises StoreError."""
        stirred = self._what_stirred()
        try:
            self._look(stirred, line, interim)
        except StoreError:
            with self._lock:
                self._stirred = {**stirred, **(self._stirred or {})}
            raise

    def _look(self, stirred: Mapping[str, float], line: Line, interim: Interim) -> None:
        if not stirred and not self._open:
            return
        for found in self._parts.sets():
            if not found.parts or found.parts[-1].number <= found.given:
                self._open.pop(found.of.key, None)
                continue
            state = self._open.setdefault(found.of.key, _Open(self._came_at(found)))
            state.since = stirred.get(found.of.key, state.since)
            self._weigh(found, state, line, interim)
            if not state.failed and self._is_due(found, state):
                self._hand_over(found, state, line)
        self._forget_old(line)

    def _what_stirred(self) -> dict[str, float]:
        """The sets that got files since the last look; at the first one all that are there."""
        with self._lock:
            stirred, self._stirred = self._stirred, {}
        if stirred is not None:
            return stirred
        self._parts.sweep()
        return {found.of.key: self._came_at(found) for found in self._parts.sets()}

    def _came_at(self, found: PartSet) -> float:
        """When its last file came, by the monotonic clock; the host's may have been set."""
        past = (self._clock() - found.parts[-1].received_at).total_seconds() if found.parts else 0.0
        return self._monotonic() - min(max(past, 0.0), found.of.patience)

    def _is_due(self, found: PartSet, state: _Open) -> bool:
        rested = self._monotonic() - state.since
        if state.whole and (not found.given or rested >= AGAIN_SECONDS):
            return True
        return rested >= found.of.patience

    def _weigh(self, found: PartSet, state: _Open, line: Line, interim: Interim) -> None:
        """Read what is new in it, and see whether all that was planned is there."""
        now = found.parts[-1].number, line.book.edition
        if now == state.looked:
            return
        state.whole = False
        try:
            self._read(found, state, line, interim)
        except IntegrityError as error:
            self._tell_damage(found, state, str(error), line)
        except StoreError:
            raise
        except InputError as error:
            interim.said_of(_capture(found, b""), f"its files do not make a run: {error}")
        except Exception:
            # What is wrong with a driver or with us is told when the worker has the whole.
            log.exception("set not read", source=found.of.source, set=found.of.name)
        state.looked = now

    def _read(self, found: PartSet, state: _Open, line: Line, interim: Interim) -> None:
        run, beginning = self._run_of(found, state, line), _capture(found, b"")
        if run is None:
            interim.said_of(beginning, f"none of its {len(found.parts)} files can be read yet")
            return
        unit = units(run, beginning, state.driver, ZoneInfo(found.of.timezone))[-1]
        count = begun(unit, line.book.protocols, line.book.sheets)
        read = all(state.read[one.number] for one in self._live(found, state))
        state.whole = read and isinstance(count, Begun) and not count.left
        interim.joins(beginning, unit, len(found.parts))

    def _run_of(self, found: PartSet, state: _Open, line: Line) -> CountRun | None:
        """What its files make together so far; None while none can be read."""
        for one in found.parts:
            if one.number not in state.read:
                state.read[one.number] = self._records(found, one, state, line)
        there = [(one.name, state.read[one.number]) for one in self._live(found, state)]
        readable = [(name, records) for name, records in there if records]
        runs = [one for one in join(readable) if isinstance(one, CountRun)]
        return runs[0] if runs else None

    def _records(
        self, found: PartSet, one: Kept, state: _Open, line: Line
    ) -> tuple[Record, ...]:  # fmt: skip
        """What is in one file; nothing where it cannot be read: that is told when all is there."""
        part = _capture(found, self._parts.content(found.of, one), one)
        try:
            state.driver = line.registry.claim(part)
            parsed = line.registry.parse(state.driver, part)
            return tuple(one for one in parsed if isinstance(one, Record))
        except (InputError, ConfigError):
            return ()
        except Exception:
            # As in the worker: a mistake of a driver must not stop the others' runs.
            log.exception("part not read", source=found.of.source, name=one.name)
            return ()

    def _live(self, found: PartSet, state: _Open) -> list[Kept]:
        told = [(one.name, state.read.get(one.number, ())) for one in found.parts]
        return [found.parts[place] for place in in_force(told)]

    def _hand_over(self, found: PartSet, state: _Open, line: Line) -> None:
        """The inbox first: what dies in between is handed over once more, as the same bytes."""
        live = self._live(found, state)
        size = sum(one.size for one in live)
        if size > MOST_BYTES:
            self._give_up(found, state, line, "Run of too many files", f"its {len(live)} files "
                          f"have {size:,} bytes, more than the {MOST_BYTES:,} that a run may have",
                          "Look what lies in their folder: only a run's own files belong there. "
                          "Narrow the source's patterns.")  # fmt: skip
            return
        try:
            content = joined(Part(one.name, self._parts.content(found.of, one)) for one in live)
        except IntegrityError as error:
            self._tell_damage(found, state, str(error), line)
            return
        capture = _capture(found, content)
        line.home.inbox.put(capture)
        self._parts.given(found.of, found.parts[-1].number, capture.sha256)
        del self._open[found.of.key]
        log.info("set complete", source=found.of.source, name=capture.name, parts=len(live),
                 sha256=capture.sha256[:16], planned=state.whole)  # fmt: skip

    def _tell_damage(self, found: PartSet, state: _Open, reason: str, line: Line) -> None:
        self._give_up(found, state, line, "Part of a run damaged", reason,
                      "Check the disk. Copy the run's files into the folder of their source anew, "
                      "under another folder's name.")  # fmt: skip

    def _give_up(
        self, found: PartSet, state: _Open, line: Line, headline: str, reason: str, advice: str
    ) -> None:
        """Its files stay where they are; the lab is told once."""
        now = self._clock()
        about = f"{found.of.name} from {found.of.source}"
        alert = for_trouble(headline, about, reason, key=f"{found.of.key} {headline}",
                            advice=advice, at=now)  # fmt: skip
        line.home.database.owe([alert], now)
        state.failed = True
        log.error(headline.lower(), source=found.of.source, set=found.of.name, reason=reason)

    def _forget_old(self, line: Line) -> None:
        """Sets that were filed long ago: their bytes are in the archive."""
        if self._monotonic() < self._look_out:
            return
        self._look_out = self._monotonic() + LOOK_OUT_SECONDS
        oldest = self._clock() - KEPT_FOR
        for found in self._parts.sets():
            if found.parts and found.parts[-1].received_at > oldest:
                continue
            filed = found.sha256 and line.home.database.capture_state(found.sha256) is not None
            if not found.parts or (filed and found.parts[-1].number <= found.given):
                self._parts.remove(found.of)


def _capture(found: PartSet, content: bytes, part: Kept | None = None) -> Capture:
    """The set as a capture, or one file of it."""
    of = found.of
    return Capture(
        name=part.name if part is not None else f"{of.name}.zip",
        source=of.source,
        received_at=(part or found.parts[-1]).received_at,
        content=content,
        driver=of.driver,
        timezone=of.timezone,
        simulated=of.simulated,
        locale=of.locale,
    )

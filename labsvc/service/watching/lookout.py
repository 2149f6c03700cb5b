"""A regular look at every source: away, stale, open; told, logged and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

import structlog

from labsvc.capture.line import LineSource
from labsvc.service.home import Home
from labsvc.service.watching.absence import Absences
from labsvc.service.watching.scanner import Watched
from labsvc.service.watching.silence import Hearing, Silences
from labsvc.service.watching.states import SourceState, States, read_states, write_states

ABSENT = "absent.json"
"""The sources the lab knows to be away, so that a restart tells nothing twice."""

log = structlog.get_logger("labsvc.sources")


class Lookout:
    """Looks at the sources of a home whenever ``look`` is called.

    ``away`` gives the folders that cannot be listed, each with why; ``heard`` when each source
    delivered last, and is read anew at each look, as is what ``remarks`` says of the service.
    ``absences`` are those of the lookout before, after a reload; ``counting`` says how the counts
    under way stand, ``watched`` how the folders are.
    """

    def __init__(
        self,
        home: Home,
        *,
        lines: Mapping[str, LineSource],
        away: Callable[[], Mapping[str, str]],
        heard: Mapping[str, datetime],
        clock: Callable[[], datetime],
        remarks: Callable[[], tuple[str, ...]] = tuple,
        absences: Absences | None = None,
        counting: Callable[[], Mapping[str, str]] = dict,
        watched: Callable[[], Mapping[str, Watched]] = dict,
    ) -> None:
        self._home = home
        self._lines = lines
        self._away = away
        self._heard = heard
        self._clock = clock
        self._remarks = remarks
        self._counting = counting
        self._watched = watched
        self.absences = absences or Absences(
            home.database, clock, steady=home.settings.alerts.steady, file=home.root / ABSENT
        )
        known = read_states(home.root)
        self._before = dict(known.sources) if known is not None else {}
        sources = home.settings.sources
        patience = {one.name: one.patience for one in sources if one.patience is not None}
        told = {
            name: one.silence_told
            for name, one in self._before.items()
            if one.silence_told is not None and name in patience
        }
        self._silences = Silences(home.database, clock, patience, told)
        self._started = clock()

    @property
    def states(self) -> Mapping[str, SourceState]:
        """As the last look found the sources; before the first one as they were known."""
        names = {one.name for one in self._home.settings.sources}
        return {name: one for name, one in self._before.items() if name in names}

    def look(self) -> None:
        """Tell the lab of what changed, and write all down. Raises StoreError."""
        for name, line in self._lines.items():
            if line.died:
                # What came is in the spool.
                log.error("line restarted", source=name)
                line.start()
        away = {**self._away(), **self._lost_ports()}
        self.absences.look(away, {one.name for one in self._home.settings.sources})
        hearings = {one.name: self._hearing(one.name) for one in self._home.settings.sources}
        stale = self._silences.look(hearings)
        now = {name: self._state(name, away, stale, one) for name, one in hearings.items()}
        self._log_changes(now)
        self._before = now
        write_states(self._home.root, States(self._clock(), True, now, self._remarks()))

    def close(self) -> None:
        """Write down that the service ends. Raises StoreError."""
        write_states(self._home.root, States(self._clock(), False, self._before))

    def _lost_ports(self) -> dict[str, str]:
        return {
            name: line.trouble or "the port is not open"
            for name, line in self._lines.items()
            if line.state.startswith("away")
        }

    def _hearing(self, name: str) -> Hearing:
        before, line = self._before.get(name), self._lines.get(name)
        times = [
            self._heard.get(name),
            line.last_received_at if line is not None else None,
            before.last_received_at if before is not None else None,
        ]
        last = max((time for time in times if time is not None), default=None)
        return Hearing(last, before.watched_since if before is not None else self._started)

    def _state(
        self, name: str, away: Mapping[str, str], stale: set[str], hearing: Hearing
    ) -> SourceState:
        line, watched = self._lines.get(name), self._watched().get(name)
        state = line.state if line is not None else "there"
        if name in stale:
            state = "stale"
        if name in away:
            state = "away"
        return SourceState(
            state=state,
            watched_since=hearing.since,
            trouble=away.get(name) or (line.trouble if line is not None else None),
            last_received_at=hearing.last,
            last_whole_at=line.last_whole_at if line is not None else None,
            silence_told=self._silences.told.get(name),
            faults=asdict(line.faults) if line is not None and line.faults else None,
            counting=self._counting().get(name),
            watching=watched.watching if watched is not None else None,
            looked_at=watched.looked_at if watched is not None else None,
            unreadable=watched.unreadable if watched is not None else (),
        )

    def _log_changes(self, now: Mapping[str, SourceState]) -> None:
        """A line of the log for each change, none while a trouble goes on."""
        for name, state in now.items():
            before = self._before.get(name)
            if before is None or (state.state, state.trouble) != (before.state, before.trouble):
                log.info("source state", source=name, state=state.state, trouble=state.trouble)

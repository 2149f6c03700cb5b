"""A regular look at every source: away, stale, open; told, logged and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

import structlog

from labsvc.capture.line import LineSource
from labsvc.service.absence import Absences
from labsvc.service.home import Home
from labsvc.service.silence import Hearing, Silences
from labsvc.service.states import SourceState, States, read_states, write_states

log = structlog.get_logger("labsvc.sources")


class Lookout:
    """Looks at the sources of a home whenever ``look`` is called.

    ``away`` gives the folders that cannot be listed, each with why; ``heard`` when each source
    delivered last, and is read anew at each look.
    """

    def __init__(
        self,
        home: Home,
        *,
        lines: Mapping[str, LineSource],
        away: Callable[[], Mapping[str, str]],
        heard: Mapping[str, datetime],
        clock: Callable[[], datetime],
    ) -> None:
        self._home = home
        self._lines = lines
        self._away = away
        self._heard = heard
        self._clock = clock
        self._absences = Absences(home.database, clock)
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

    def look(self) -> None:
        """Tell the lab of what changed, and write all down. Raises StoreError."""
        for name, line in self._lines.items():
            if line.died:
                # What came is in the spool.
                log.error("line restarted", source=name)
                line.start()
        away = {**self._away(), **self._lost_ports()}
        self._absences.look(away)
        hearings = {one.name: self._hearing(one.name) for one in self._home.settings.sources}
        stale = self._silences.look(hearings)
        now = {name: self._state(name, away, stale, one) for name, one in hearings.items()}
        self._log_changes(now)
        self._before = now
        write_states(self._home.root, States(self._clock(), True, now))

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
        line = self._lines.get(name)
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
        )

    def _log_changes(self, now: Mapping[str, SourceState]) -> None:
        """A line of the log for each change, none while a trouble goes on."""
        for name, state in now.items():
            before = self._before.get(name)
            if before is None or (state.state, state.trouble) != (before.state, before.trouble):
                log.info("source state", source=name, state=state.state, trouble=state.trouble)

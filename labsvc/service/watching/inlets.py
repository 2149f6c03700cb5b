"""The sources as the settings name them: what is opened, watched over, and kept by a reload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from labsvc.capture.line import LineSource
from labsvc.driver import Driver
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.watching.absence import Absences
from labsvc.service.watching.lookout import Lookout
from labsvc.service.watching.scanner import Scanner
from labsvc.service.watching.sets import Sets
from labsvc.service.watching.sources import Intake, utc_now
from labsvc.service.work.interim import Interim

SCANNER = ""
"""Among the names of sources, none of which is empty: the scanner of all folders."""
Remarks = Callable[[], tuple[str, ...]]


class Inlets:
    """Everything output comes in by. Nothing is opened before ``start``.

    ``wake`` is called for each capture; ``heard`` has when each source delivered last. Raises
    ConfigError for a source that cannot be.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        wake: Callable[[], None],
        *,
        remarks: Remarks = tuple,
        heard: dict[str, datetime] | None = None,
        interim: Interim | None = None,
        sets: Sets | None = None,
    ) -> None:
        growing = interim.grew if interim is not None else None
        intake = Intake(home, registry, wake, heard if heard is not None else {}, growing, sets)
        if interim is not None:
            intake = replace(intake, goes_on=interim.goes_on)
        # One driver that broke must not take the other counters' sources with it.
        self.barred = registry.barred({one.name: one.driver for one in home.settings.sources})
        sources = [one for one in home.settings.sources if one.name not in self.barred]
        self.scanner = Scanner(
            {one.name: intake.folder(one) for one in sources if one.folder is not None}
        )
        self.lines: dict[str, LineSource] = {
            one.name: intake.port(one) for one in sources if one.port is not None
        }
        self.heard = intake.heard
        self.deadline = registry.deadline
        self._home = home
        self._drivers = {one.name: registry.drivers.get(one.driver or "") for one in sources}
        self._remarks = remarks
        self._interim = interim
        self._started: set[str] = set()
        self.lookout = self._look_out(None)

    @property
    def away(self) -> Mapping[str, str]:
        """Folders that cannot be listed and sources whose driver is disabled, each with why."""
        return {**self.barred, **self.scanner.away}

    @property
    def marks(self) -> dict[str, object]:
        """What changes as each reader gets on; None while it has nothing to do."""
        marks: dict[str, object] = {"the scan of the folders": self.scanner.mark}
        for name, line in self.lines.items():
            marks[f"the reader of {name}"], marks[f"the driver's framer of {name}"] = line.marks
        return marks

    def start(self) -> None:
        """Open everything that is not open already. Raises StoreError: start again later."""
        if SCANNER not in self._started:
            self.scanner.start()
            self._started.add(SCANNER)
        for name, line in self.lines.items():
            if name not in self._started:
                line.start()
                self._started.add(name)

    def take_over(self, before: Inlets) -> None:
        """Stop the sources of ``before``, but for the lines that stay as they were.

        While a port is closed, what an instrument sends is lost: nobody closes it for nothing.
        Folders are looked through anew, and their ledger says what was taken.
        """
        for name, line in before.lines.items():
            mine = self.lines.get(name)
            if mine is not None and self._same(name, mine, before, line):
                self.lines[name] = line
                self._started |= before._started & {name}
            else:
                line.stop()
        before.scanner.stop()
        self.lookout = self._look_out(before.lookout.absences)

    def stop(self) -> None:
        self.scanner.stop()
        for line in self.lines.values():
            line.stop()

    def _same(self, name: str, mine: LineSource, before: Inlets, line: LineSource) -> bool:
        # The framer of one that was given up would stay so.
        driver = line.settings.driver or ""
        same = mine.settings == line.settings and not before.deadline.given_up(driver)
        return same and _alike(self._drivers[name], before._drivers[name])

    def _look_out(self, absences: Absences | None) -> Lookout:
        return Lookout(self._home, lines=self.lines, heard=self.heard, clock=utc_now,
                       away=lambda: self.away, remarks=self._remarks,
                       counting=lambda: self._interim.counting if self._interim else {},
                       watched=lambda: self.scanner.watched, absences=absences)  # fmt: skip


def _alike(one: Driver | None, other: Driver | None) -> bool:
    """Programs are loaded once; a table may have been edited."""
    return type(one) is type(other) and _state(one) == _state(other)


def _state(driver: Driver | None) -> object:
    return getattr(driver, "__dict__", None)

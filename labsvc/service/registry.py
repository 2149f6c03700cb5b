"""The drivers that are installed, and which of them claims a capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import get_args

from labsvc.core.counts.joining import join
from labsvc.driver import Driver, Files, Recognition, SerialLine
from labsvc.driver.interface import Maturity
from labsvc.errors import ConfigError, InputError, NotRecognised, ParseError
from labsvc.model.capture import Capture
from labsvc.model.joined import Part, parts_of
from labsvc.model.run import Record
from labsvc.notify.words import one_line
from labsvc.service.guards.deadline import SECONDS, Deadline, DriverOverdue

GROUP = "labsvc.drivers"
OWN = "labsvc"
"""The distribution whose drivers nobody takes the place of."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Registry:
    """Drivers by name; ``disabled`` tells of each that could not be loaded, and why.

    ``safe``: drivers from outside were left out on purpose.
    """

    drivers: Mapping[str, Driver]
    disabled: Mapping[str, str] = field(default_factory=dict)
    deadline: Deadline = field(default_factory=Deadline, compare=False)
    safe: bool = False

    def named(self, name: str) -> Driver:
        if name in self.drivers:
            return self.drivers[name]
        if name in self.disabled:
            raise ConfigError(f"driver {name!r} is disabled: {self.disabled[name]}")
        known = ", ".join(sorted(self.drivers))
        raise ConfigError(f"there is no driver {name!r}; installed are {known}")

    def barred(self, sources: Mapping[str, str | None]) -> dict[str, str]:
        """Of ``sources`` (name to driver), those whose driver is disabled, each with why."""
        return {
            source: f"its driver {driver!r} is disabled: {self.disabled[driver]}"
            for source, driver in sources.items()
            if driver is not None and driver in self.disabled
        }

    def weigh(self, capture: Capture) -> dict[str, Recognition]:
        """Every driver's answer to a capture."""
        return {name: self._asked(name, capture) for name in self.drivers}

    def parse(self, name: str, capture: Capture) -> Sequence[Record]:
        """What this driver reads of the capture, within its time: of joined files, of each part,
        and their runs as one. Raises InputError."""
        parts = parts_of(capture.content)
        if parts is not None:
            return join([(one.name, self._read(name, capture, one)) for one in parts])
        driver = self.named(name)
        size = len(capture.content)
        return self.deadline.keep(name, "parse", size, lambda: tuple(driver.parse(capture)))

    def _read(self, name: str, capture: Capture, part: Part) -> Sequence[Record]:
        try:
            return self.parse(name, replace(capture, name=part.name, content=part.content))
        except DriverOverdue:
            raise
        except InputError as error:
            raise ParseError(f"in its part {part.name!r}: {error}") from error

    def begun(self, name: str, capture: Capture) -> tuple[Record, ...]:
        """The beginning of a report as the named driver reads it, within its time."""
        driver, size = self.named(name), len(capture.content)
        return self.deadline.keep(name, "parse", size, lambda: tuple(driver.begun(capture)))

    def claim(self, capture: Capture) -> str:
        """The name of the one driver for this capture: its source's, or the one that claims it.

        Raises NotRecognised when none or several do; recognition never tries to parse.
        """
        if capture.driver is not None:
            self.named(capture.driver)
            return capture.driver
        if not capture.content.strip(b"\x00 \t\r\n"):
            raise NotRecognised("the file is empty; expected a counter's report")
        parts = parts_of(capture.content)
        if parts is not None:
            return self._claim_all(capture, parts)
        answers = self.weigh(capture)
        claiming = [name for name, answer in answers.items() if answer.claimed]
        if len(claiming) == 1:
            return claiming[0]
        if claiming:
            raise NotRecognised(
                f"{len(claiming)} drivers claim it: "
                + " and ".join(f"{name} ({answers[name].why})" for name in claiming)
                + "; name one of them as the driver of this source"
            )
        raise NotRecognised(
            "no driver recognises it; "
            + "; ".join(f"{name}: {_ruled_out(answer)}" for name, answer in answers.items())
        )

    def _claim_all(self, capture: Capture, parts: Sequence[Part]) -> str:
        """The one driver that claims every part of joined files."""
        claims: dict[str, str] = {}
        for one in parts:
            try:
                part = replace(capture, name=one.name, content=one.content)
                claims.setdefault(self.claim(part), one.name)
            except NotRecognised as error:
                raise NotRecognised(f"in its part {one.name!r}: {error}") from error
        if len(claims) == 1:
            return next(iter(claims))
        told = " and ".join(f"{name} ({part!r})" for name, part in claims.items()) or "no part"
        raise NotRecognised(f"its parts are of {told}; expected files of one counter")

    def _asked(self, name: str, capture: Capture) -> Recognition:
        # A driver must not raise here. One that does rules itself out, not the others.
        driver, size = self.drivers[name], len(capture.content)
        try:
            answer = self.deadline.keep(name, "recognise", size, lambda: driver.recognises(capture))
        except DriverOverdue as error:
            return Recognition.no(str(error))
        except Exception as error:  # noqa: BLE001
            return Recognition.no(f"it failed with {_said(error)}")
        if not isinstance(answer, Recognition):
            return Recognition.no(f"it answered {type(answer).__name__} instead of Recognition")
        return answer


def _ruled_out(answer: Recognition) -> str:
    return f"line {answer.line}: {answer.why}" if answer.line is not None else answer.why


def load_drivers(
    folder: Path | None = None, *, safe: bool = False, seconds: float = SECONDS
) -> Registry:
    """Every installed driver, and the table drivers in ``folder`` (a home's ``drivers``).

    One that fails is disabled; the service runs on. ``safe``: those from outside are left out
    unseen; a table is no program, and stays. ``seconds``: what a driver may take for a capture.
    """
    drivers: dict[str, Driver] = {}
    disabled: dict[str, str] = {}
    installed = _points()
    if safe:
        installed, disabled = _own(installed)
    for name, points in installed.items():
        point, refused = _meant(name, points)
        disabled |= refused
        if point is None:
            continue
        loaded = _load(point)
        if isinstance(loaded, Driver):
            drivers[name] = loaded
        else:
            disabled[name] = loaded
    if folder is not None:
        # A third of what this module costs to import: only where there are tables to be read.
        from labsvc.service.tabledrivers.folder import read_tables  # noqa: PLC0415

        tables, unread = read_tables(folder, {*drivers, *disabled})
        drivers, disabled = {**drivers, **tables}, {**disabled, **unread}
    return Registry(drivers, disabled, Deadline(seconds), safe)


def from_outside() -> list[str]:
    """The names of installed drivers that labsvc does not bring; none of them is loaded."""
    return sorted(_own(_points())[1])


def _own(
    installed: Mapping[str, list[EntryPoint]],
) -> tuple[dict[str, list[EntryPoint]], dict[str, str]]:
    """What labsvc brings, and of each other driver why it is left out in safe mode."""
    own: dict[str, list[EntryPoint]] = {}
    left_out: dict[str, str] = {}
    for name, points in installed.items():
        ours = [one for one in points if _distribution(one) == OWN]
        if ours:
            own[name] = ours
        else:
            brought = " and ".join(map(_brought_by, points))
            left_out[name] = f"not loaded in safe mode ({brought})"
    return own, left_out


def _points() -> dict[str, list[EntryPoint]]:
    """The installed entry points by name; their order is not that of the search path."""
    found: dict[str, list[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, _brought_by(one))):
        found.setdefault(point.name, []).append(point)
    return found


def _meant(name: str, points: Sequence[EntryPoint]) -> tuple[EntryPoint | None, dict[str, str]]:
    """Which of several entry points of one name stands, and why the others do not.

    What labsvc brings stands. Of others none does: whose files these are, nobody could tell.
    """
    if len(points) == 1:
        return points[0], {}
    own = [one for one in points if _distribution(one) == OWN]
    others = [one for one in points if one not in own]
    if len(own) == 1:
        why = "labsvc brings a driver of this name, which stands; rename this one or uninstall it"
        return own[0], {f"{name} ({_brought_by(one)})": why for one in others}
    listed = " and ".join(_brought_by(one) for one in points)
    return None, {name: f"{len(points)} drivers have this name: {listed}; uninstall all but one"}


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _brought_by(point: EntryPoint) -> str:
    return f"{point.value} of {_distribution(point)}"


def _load(point: EntryPoint) -> Driver | str:
    """The driver, or one sentence why it is none."""
    failed = "imported"
    # A driver from outside may fail in any way, also with sys.exit: that must not stop the others.
    try:
        offered = point.load()
        unfit = _class_fault(offered)
        if unfit is None:
            failed = "made"
            driver: Driver = offered()
            unfit = _instance_fault(driver)
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return f"{point.value} cannot be {failed}: {_said(error)}"
    return driver if unfit is None else f"{point.value} {unfit}"


def _class_fault(offered: object) -> str | None:
    if not (isinstance(offered, type) and issubclass(offered, Driver)):
        return "is no labsvc driver; expected a class derived from labsvc.driver.Driver"
    lacking: frozenset[str] = offered.__abstractmethods__
    if lacking:
        return f"lacks {', '.join(sorted(lacking))}: every driver has these methods"
    return None


def _instance_fault(driver: Driver) -> str | None:
    """What everybody asks of a driver must be there before anybody does."""
    title, maturity = getattr(driver, "title", None), getattr(driver, "maturity", None)
    if not isinstance(title, str) or not title.strip():
        return f"has the title {title!r}; expected the instrument's name"
    if maturity not in get_args(Maturity):
        return f"has the maturity {maturity!r}; expected {' or '.join(get_args(Maturity))}"
    if not isinstance(driver.files, Files | None):
        return f"has files of type {type(driver.files).__name__}; expected Files or None"
    if not isinstance(driver.serial, SerialLine | None):
        return f"has a serial of type {type(driver.serial).__name__}; expected SerialLine or None"
    return None


def _said(error: BaseException) -> str:
    """On one line of bearable length: it goes to a terminal and to the log."""
    words = one_line(f"{type(error).__name__}: {error}")
    return words if len(words) <= LONGEST_REASON else f"{words[:LONGEST_REASON]} ..."

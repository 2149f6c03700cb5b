"""The configured sources, opened: folders that are scanned, ports that are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import compress
from time import monotonic, sleep

import structlog

from labsvc.capture.folder import FolderSettings, FolderSource
from labsvc.capture.grouping import Group
from labsvc.capture.line import LineSettings, LineSource
from labsvc.driver import Driver
from labsvc.errors import CaptureError, ConfigError, InputError, NotRecognised
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, Filing
from labsvc.notify.alerts import for_trouble
from labsvc.notify.words import one_line
from labsvc.service.guards.deadline import DriverOverdue
from labsvc.service.guards.timedframer import TimedFramer
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.settings import SourceSettings
from labsvc.service.watching.sets import Sets
from labsvc.service.work.setaside import set_aside
from labsvc.store.parts import PARTS, Parts, SetOf
from labsvc.store.takenfiles import TakenFiles

MAX_BYTES = 200 * 1024 * 1024
"""A larger file is no counter's report; a source may say otherwise."""

WAY_SECONDS = 0.005
"""For so long what delivered a capture keeps out of the way of the worker that it woke: only one
thread of a process computes at a time, and it would be the one that is awake. A lone capture was
begun 1 ms later by that."""

_BROKEN = "not a whole transmission, so it was not analysed; send the run again"

log = structlog.get_logger("labsvc.sources")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where captures go: durable in the inbox, then the worker is woken."""

    home: Home
    registry: Registry
    wake: Callable[[], None]
    heard: dict[str, datetime] = field(default_factory=dict)
    """When each source delivered last, since this start."""
    growing: Callable[[Capture, bool], None] | None = None
    """Shown what has come of a count that goes on, and whether by a line; nothing is kept of it."""
    sets: Sets | None = None
    """Keeps files that make a run only together; None: its home's, with nobody who looks at it."""
    goes_on: Callable[[str, str], bool | None] = lambda source, name: None
    """Whether planned positions are still to come in a source's file of this name."""
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = monotonic
    """Of the folders: how long a file has rested."""
    pause: Callable[[float], object] = sleep

    def deliver(self, captures: Sequence[Capture]) -> None:
        for capture in captures:
            self.heard[capture.source] = capture.received_at
        taken = self.home.inbox.put_all(captures)
        self.wake()
        self.pause(WAY_SECONDS)
        for capture in compress(captures, taken):
            log.info("capture received", name=capture.name, source=capture.source,
                     sha256=capture.sha256[:16], bytes=len(capture.content))  # fmt: skip

    def folder(self, source: SourceSettings) -> FolderSource:
        """The folder source for these settings, its patterns from the driver when not given."""
        assert source.folder is not None
        self._check_locale(source)
        settings = FolderSettings(
            name=source.name,
            path=source.folder,
            patterns=source.patterns or self._patterns(source),
            quiet_seconds=self._quiet(source),
            driver=source.driver,
            timezone=source.timezone,
            simulated=source.simulated,
            max_bytes=source.max_bytes or MAX_BYTES,
            locale=source.locale,
            watch=source.watch,
            recursive=source.subfolders,
            joined=source.joined,
            endless=all(_is_endless(self.registry.named(name)) for name in self._names(source)),
        )

        def refuse(name: str, error: CaptureError) -> None:
            self.refuse(source.name, name, str(error))

        return FolderSource(
            settings,
            taken=TakenFiles(self.home.database, source.name),
            deliver=self.deliver,
            refuse=refuse,
            is_whole=lambda name, content: self._is_whole(source, name, content),
            growing=self._shows(source, by_line=False),
            join=self._joins(source),
            goes_on=lambda name: self.goes_on(source.name, name),
            unfinished=partial(self._unfinished, source),
            clock=self.clock,
            monotonic=self.monotonic,
        )

    def _joins(self, source: SourceSettings) -> Callable[[Group, Capture], None] | None:
        """Where its files go that make one run with others."""
        if source.joined is None:
            return None
        sets = self.sets or Sets(Parts(self.home.root / PARTS), self.clock)

        def join(group: Group, capture: Capture) -> None:
            self.heard[capture.source] = capture.received_at
            sets.take(
                SetOf(group.place, group.name, source.name, source.joined_patience,
                      capture.driver, capture.timezone, capture.simulated, capture.locale),
                capture,
            )  # fmt: skip
            self.wake()

        return join

    def refuse(self, source: str, name: str, reason: str) -> None:
        """A file that was not read: told once, and shown among what was set aside.

        Its bytes are not ours, so the row goes by the digest of what is said of them.
        """
        log.error("file refused", source=source, name=name, reason=reason)
        now = utc_now()
        digest = hashlib.sha256(f"{source}\n{reason}".encode()).hexdigest()
        alert = for_trouble("File not taken", f"{name} from {source}", reason, key=digest,
                            advice="The file stays where it is. Look at what it is.",
                            at=now)  # fmt: skip
        self.home.database.file(
            Filing(
                sha256=digest,
                name=name,
                source=source,
                received_at=now,
                size=0,
                driver=None,
                state=CaptureState.QUARANTINED,
                folder="",
                filed_at=now,
                alerts=(alert,),
                reason=reason,
            )
        )
        self.wake()

    def port(self, source: SourceSettings) -> LineSource:
        """The serial line for these settings."""
        assert source.port is not None
        assert source.driver is not None
        driver = self.registry.named(source.driver)
        if driver.serial is None:
            raise ConfigError(f"driver {source.driver} reads no serial line (source {source.name})")
        settings = LineSettings(
            name=source.name,
            url=source.port,
            settings=source.line_settings or driver.serial.settings,
            driver=source.driver,
            timezone=source.timezone,
            spool=self.home.spool,
            suffix=driver.serial.suffix,
            simulated=source.simulated,
            alphabet=driver.serial.alphabet,
            usual=driver.serial.settings,
        )

        def fragment(capture: Capture, why: str) -> None:
            """Never into the inbox: a part of a run must not be taken for a run."""
            log.warning("transmission broke off", source=source.name, name=capture.name, why=why)
            set_aside(self.home, capture, f"{_BROKEN}: {why}", at=utc_now())
            self.wake()

        return LineSource(
            settings,
            framer=partial(
                TimedFramer, source.driver, driver.serial.framer, self.registry.deadline
            ),
            deliver=lambda capture: self.deliver([capture]),
            fragment=fragment,
            growing=self._shows(source, by_line=True),
            clock=utc_now,
        )

    def _check_locale(self, source: SourceSettings) -> None:
        """ConfigError for what a source tells and its driver's files never leave open."""
        known = self.registry.named(source.driver).locale if source.driver else ()
        useless = [one for one in source.locale.told() if source.driver and one not in known]
        if useless:
            raise ConfigError(
                f"source {source.name!r} tells {useless[0]} in its locale, but driver "
                f"{source.driver} reads files that say it themselves; take it out"
            )

    def _patterns(self, source: SourceSettings) -> tuple[str, ...]:
        names = self._names(source)
        found = [self.registry.named(name).files for name in names]
        return tuple(sorted({pattern for files in found if files for pattern in files.patterns}))

    def _quiet(self, source: SourceSettings) -> float:
        if source.quiet_seconds is not None:
            return source.quiet_seconds
        names = self._names(source)
        found = [self.registry.named(name).files for name in names]
        # Any of them may be writing: the slowest says when a file is written.
        return max((files.quiet_seconds for files in found if files), default=2.0)

    def _shows(self, source: SourceSettings, *, by_line: bool) -> Callable[[Capture], None] | None:
        """Where its beginnings are shown; None where no driver of the source reads any."""
        growing = self.growing
        names = self._names(source)
        if growing is None or not any(_begins(self.registry.named(name)) for name in names):
            return None
        return lambda beginning: growing(beginning, by_line)

    def _is_whole(self, source: SourceSettings, name: str, content: bytes) -> bool:
        """Whether a driver sees its own end mark, so that nobody need wait for quiet."""
        return any(_ends(self.registry, name, content) for name in self._names(source))

    def _unfinished(self, source: SourceSettings, name: str, content: bytes) -> str | None:
        """Why a file is plainly not whole: it lacks the end mark of its kind, and is refused."""
        if all(_is_endless(self.registry.named(one)) for one in self._names(source)):
            return None
        if self._is_whole(source, name, content):
            return None
        capture = Capture(name, source.name, utc_now(), content, source.driver, source.timezone,
                          locale=source.locale)  # fmt: skip
        try:
            driver = self.registry.claim(capture)
            if not _is_endless(self.registry.named(driver)):
                self.registry.parse(driver, capture)
        except (NotRecognised, ConfigError, DriverOverdue):
            return None
        except InputError as error:
            return f"it is not whole yet ({one_line(str(error))})"
        except Exception:
            # As below: what is wrong with the driver is told when the worker has the file.
            log.exception("driver failed", source=source.name, name=name)
        return None

    def _names(self, source: SourceSettings) -> list[str]:
        """The drivers that its files may be of."""
        return [source.driver] if source.driver else list(self.registry.drivers)


def _begins(driver: Driver) -> bool:
    """Whether the driver reads reports that are still being written."""
    return type(driver).begun is not Driver.begun


def _is_endless(driver: Driver) -> bool:
    """Whether its reports have no end mark."""
    return type(driver).ends is Driver.ends


def _ends(registry: Registry, name: str, content: bytes) -> bool:
    # A driver that fails here, or hangs, has said nothing: the file is taken when it is quiet.
    driver = registry.named(name)
    try:
        return registry.deadline.keep(name, "end", len(content), lambda: driver.ends(content))
    except Exception:
        log.exception("driver failed", driver=name)
        return False

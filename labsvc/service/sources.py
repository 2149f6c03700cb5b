"""The configured sources, opened: folders that are scanned, ports that are read."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

import structlog

from labsvc.capture.folder import FolderSettings, FolderSource, ScanReport
from labsvc.capture.line import LineSettings, LineSource
from labsvc.capture.watch import FolderWatch
from labsvc.driver import Driver
from labsvc.errors import CaptureError, ConfigError, SourceError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, Filing, SeenFile
from labsvc.notify.alerts import for_trouble
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.setaside import set_aside
from labsvc.service.settings import SourceSettings

MAX_BYTES = 200 * 1024 * 1024
"""A larger file is no counter's report; a source may say otherwise."""
RETRY_SECONDS = 5.0
"""How soon a folder is scanned again after our own disk or database failed."""

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

    def deliver(self, capture: Capture) -> None:
        self.heard[capture.source] = capture.received_at
        if self.home.inbox.put(capture):
            log.info("capture received", name=capture.name, source=capture.source,
                     sha256=capture.sha256[:16], bytes=len(capture.content))  # fmt: skip
        self.wake()

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
        )
        database = self.home.database

        def seen() -> Mapping[str, SeenFile]:
            return database.seen(source.name)

        def remember(files: Sequence[SeenFile]) -> None:
            database.remember(source.name, files)

        def refuse(name: str, error: CaptureError) -> None:
            self.refuse(source.name, name, str(error))

        return FolderSource(
            settings,
            seen=seen,
            remember=remember,
            deliver=self.deliver,
            refuse=refuse,
            is_whole=lambda name, content: self._is_whole(source, name, content),
            clock=utc_now,
            monotonic=monotonic,
        )

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
            framer=driver.serial.framer,
            deliver=self.deliver,
            fragment=fragment,
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
        names = [source.driver] if source.driver else list(self.registry.drivers)
        found = [self.registry.named(name).files for name in names]
        return tuple(sorted({pattern for files in found if files for pattern in files.patterns}))

    def _quiet(self, source: SourceSettings) -> float:
        if source.quiet_seconds is not None:
            return source.quiet_seconds
        names = [source.driver] if source.driver else list(self.registry.drivers)
        found = [self.registry.named(name).files for name in names]
        # Any of them may be writing: the slowest says when a file is written.
        return max((files.quiet_seconds for files in found if files), default=2.0)

    def _is_whole(self, source: SourceSettings, name: str, content: bytes) -> bool:
        """Whether a driver sees its own end mark, so that nobody need wait for quiet."""
        names = [source.driver] if source.driver else list(self.registry.drivers)
        return any(_ends(name, self.registry.named(name), content) for name in names)


def _ends(name: str, driver: Driver, content: bytes) -> bool:
    # A driver that fails here has said nothing: the file is taken when it is quiet.
    try:
        return driver.ends(content)
    except Exception:
        log.exception("driver failed", driver=name)
        return False


class Scanner:
    """One thread that scans every folder: at once on a hint, else when a file may be ready."""

    def __init__(self, folders: Mapping[str, FolderSource]) -> None:
        self._folders = folders
        self._hinted: set[str] = set()
        self._due: dict[str, float] = {}
        self._turn = threading.Condition()
        self._stopping = False
        self._away: dict[str, str] = {}
        self._watches = {
            name: FolderWatch(source.settings.path, recursive=source.settings.recursive)
            for name, source in folders.items()
        }
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    @property
    def away(self) -> Mapping[str, str]:
        """Sources that cannot be listed now, and why."""
        return dict(self._away)

    @property
    def in_view(self) -> int:
        """How many new files the scan that goes on has seen and not taken yet."""
        return sum(source.in_view for source in self._folders.values())

    def start(self) -> None:
        for name in self._folders:
            self._watch(name)
        self.hint_all()
        self._thread.start()

    def stop(self) -> None:
        for watch in self._watches.values():
            watch.stop()
        with self._turn:
            self._stopping = True
            self._turn.notify()
        self._thread.join(timeout=10)

    def hint(self, name: str) -> None:
        with self._turn:
            self._hinted.add(name)
            self._turn.notify()

    def hint_all(self) -> None:
        for name in self._folders:
            self.hint(name)

    def _watch(self, name: str) -> None:
        """Ask for events anew: those of a folder that was away have ended with it."""
        self._watches[name].start(lambda: self.hint(name))

    def _run(self) -> None:
        while (names := self._next()) is not None:
            for name in sorted(names):
                self._scan(name)

    def _next(self) -> set[str] | None:
        """The sources to scan now, waiting for a hint or for the next file to be ready."""
        with self._turn:
            while not self._stopping:
                now = monotonic()
                ready = self._hinted | {name for name, due in self._due.items() if due <= now}
                if ready:
                    self._hinted.clear()
                    for name in ready:
                        self._due.pop(name, None)
                    return ready
                self._turn.wait(min(self._due.values()) - now if self._due else None)
        return None

    def _scan(self, name: str) -> None:
        try:
            report = self._folders[name].scan()
        except SourceError as error:
            if self._away.get(name) != str(error):
                log.warning("source away", source=name, reason=str(error))
            self._away[name] = str(error)
        except StoreError as error:
            log.error("store failed", source=name, reason=str(error), retry_seconds=RETRY_SECONDS)
            self._look_in(name, RETRY_SECONDS)
        except Exception:
            # A bug of ours must not end the thread that every folder depends on.
            log.exception("scan failed", source=name)
            self._look_in(name, RETRY_SECONDS)
        else:
            self._scanned(name, report)

    def _scanned(self, name: str, report: ScanReport) -> None:
        was_away = self._away.pop(name, None) is not None
        if was_away:
            log.info("source back", source=name)
        if was_away or self._watches[name].reason is not None:
            self._watch(name)
            if self._watches[name].reason is None:
                # What came between the scan and the first event.
                self.hint(name)
        if report.next_look_seconds is not None:
            self._look_in(name, report.next_look_seconds)

    def _look_in(self, name: str, seconds: float) -> None:
        with self._turn:
            self._due[name] = monotonic() + seconds

"""A watched folder: what has settled in it is taken, once.

One scan is the whole truth: the folder's listing is compared with the ledger of what was taken
before, never with an earlier listing or with events, so nothing is lost by a restart, a lost
event or a share that was away. Files are only ever read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from labsvc.capture import reading
from labsvc.capture.listing import JUNK, files, matcher, plain
from labsvc.capture.reading import NotYet
from labsvc.capture.settle import Settling, Stamp
from labsvc.capture.watch import FolderWatch
from labsvc.errors import CaptureError, SourceError
from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile
from labsvc.model.locale import UNTOLD, Locale

__all__ = ["FolderSettings", "FolderSource", "FolderWatch", "ScanReport"]

# Some programs create a file long before they write the first byte.
EMPTY_SECONDS: Final = 60.0
# A larger file is not read again and again while it grows: it waits for quiet.
EARLY_LOOK_BYTES: Final = 16 * 1024 * 1024
# How soon to look again at a file that another program keeps locked.
BUSY_SECONDS: Final = 2.0
# A transaction for each file would be a fifth of what a file costs.
REMEMBERED_TOGETHER: Final = 64


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A folder that an instrument's program writes to.

    ``patterns`` and ``ignore`` are file-name globs (case is ignored; ``ignore`` wins, and keeps
    sub-folders out too). ``quiet_seconds`` is how long a file must stay unchanged before it is
    taken. ``timezone`` is the IANA zone of the instrument's clock.
    """

    name: str
    path: Path
    patterns: tuple[str, ...]
    quiet_seconds: float
    driver: str | None
    timezone: str
    simulated: bool = False
    max_bytes: int = 200 * 1024 * 1024
    ignore: tuple[str, ...] = JUNK
    recursive: bool = False
    locale: Locale = UNTOLD


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan did.

    ``taken`` are the names taken; ``waiting`` the names not taken yet, each with why;
    ``unreadable`` what the operating system would not let us read (files are also waiting).
    ``next_look_seconds`` is when the next waiting file can be ready; None: nothing waits.
    """

    taken: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[str, ...] = ()
    next_look_seconds: float | None = None


@dataclass(slots=True)
class _Tally:
    taken: list[str] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def wait(self, name: str, why: str, seconds: float) -> None:
        self.waiting.append((name, why))
        self.looks.append(max(seconds, 0.0))

    def report(self) -> ScanReport:
        return ScanReport(
            tuple(self.taken),
            tuple(self.waiting),
            tuple(self.unreadable),
            min(self.looks, default=None),
        )


class FolderSource:
    """Takes what settles in one folder.

    ``seen`` is asked once, for the ledger by path; ``deliver`` must have made the capture durable
    when it returns: only then is the file remembered, with others of the same scan in one go.
    ``refuse`` is told of a file too large to
    be read. ``is_whole`` says of a name and content whether the end mark is there.
    """

    def __init__(
        self,
        settings: FolderSettings,
        *,
        seen: Callable[[], Mapping[str, SeenFile]],
        remember: Callable[[Sequence[SeenFile]], None],
        deliver: Callable[[Capture], None],
        refuse: Callable[[str, CaptureError], None],
        is_whole: Callable[[str, bytes], bool],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.settings = settings
        self._folder = os.path.abspath(settings.path)  # noqa: PTH100 - keeps what is a link a link
        self._wanted = matcher(settings.patterns)
        self._junk = matcher(settings.ignore)
        self._seen = seen
        self._remember_durably = remember
        self._deliver = deliver
        self._refuse = refuse
        self._is_whole = is_whole
        self._clock = clock
        self._monotonic = monotonic
        self._ledger: dict[str, SeenFile] | None = None
        self._to_remember: dict[str, SeenFile] = {}
        self._settling = Settling()
        self.in_view = 0
        """How many new files the scan that goes on has seen and not looked at yet."""

    def scan(self) -> ScanReport:
        """Look at the folder once and take what is ready.

        Raises SourceError when the folder cannot be listed, and whatever ``deliver`` or
        ``remember`` raises: what was not delivered and remembered is found again next time.
        """
        if self._ledger is None:
            self._ledger = dict(self._seen())
        tally = _Tally()
        changed = self._changed(tally)
        self._settling.keep_only(changed)
        self.in_view = len(changed)
        try:
            for path in sorted(changed):
                self._look(path, tally)
                self.in_view -= 1
        finally:
            self.in_view = 0
            self._remember()
        return tally.report()

    def _changed(self, tally: _Tally) -> set[str]:
        """The paths whose listing differs from the ledger. The hot loop: one stat for each file."""
        ledger = self._ledger or {}
        changed: set[str] = set()
        closed: list[str] = []
        try:
            for entry in files(
                self._folder,
                self._wanted,
                self._junk,
                recursive=self.settings.recursive,
                closed=closed,
            ):
                known = ledger.get(entry.path) or ledger.get(plain(entry.path))
                if known is None or not _same(known, entry):
                    changed.add(entry.path)
        except OSError as error:
            raise SourceError(_away(self._folder, error)) from error
        tally.unreadable.extend(self._shown(path) for path in closed)
        return changed

    def _look(self, path: str, tally: _Tally) -> None:
        try:
            # Asked afresh: a listing on Windows may lag behind a file that is being written.
            self._weigh(path, reading.stamp(path), tally)
        except FileNotFoundError:
            self._settling.done(path)
        except NotYet as error:
            tally.unreadable.append(self._shown(path))
            tally.wait(self._shown(path), str(error), BUSY_SECONDS)

    def _weigh(self, path: str, stamp: Stamp, tally: _Tally) -> None:
        if self._remembered(path) == stamp:
            return
        rested = self._settling.rested(path, stamp, self._monotonic())
        needed = self._needed(stamp)
        if rested >= needed or self._ended(path, stamp):
            self._take(path, stamp, tally)
        else:
            tally.wait(self._shown(path), _why(stamp, needed), needed - rested)

    def _remembered(self, path: str) -> Stamp | None:
        known = (self._ledger or {}).get(plain(path))
        return Stamp(known.size, known.modified_ns) if known else None

    def _needed(self, stamp: Stamp) -> float:
        quiet = self.settings.quiet_seconds
        return max(quiet, EMPTY_SECONDS) if stamp.size == 0 else quiet

    def _ended(self, path: str, stamp: Stamp) -> bool:
        """Whether the content shows its own end mark; asked once for each stamp."""
        if not 0 < stamp.size <= min(EARLY_LOOK_BYTES, self.settings.max_bytes):
            return False
        if not self._settling.first_look(path):
            return False
        content = reading.content(path, stamp)
        return content is not None and self._is_whole(_name(path), content)

    def _take(self, path: str, stamp: Stamp, tally: _Tally) -> None:
        if stamp.size > self.settings.max_bytes:
            self._turn_away(path, stamp)
            return
        content = reading.content(path, stamp)
        if content is None:
            tally.wait(self._shown(path), "it changed while it was read", BUSY_SECONDS)
            return
        capture = self._capture(path, content)
        known = (self._ledger or {}).get(plain(path))
        # A virus scanner or a file share may touch the time alone: the same bytes are no new run.
        if known is None or known.sha256 != capture.sha256:
            self._deliver(capture)
            tally.taken.append(self._shown(path))
        self._note(path, stamp, capture.sha256)

    def _turn_away(self, path: str, stamp: Stamp) -> None:
        limit = self.settings.max_bytes
        name = plain(_name(path))
        self._refuse(
            name,
            CaptureError(
                f"'{name}' in {self._folder} has {stamp.size:,} bytes, more than the "
                f"{limit:,} that a report may have; it was not read. Take it out of the "
                f"folder, or raise max_bytes of source '{self.settings.name}'"
            ),
        )
        self._note(path, stamp, "")

    def _note(self, path: str, stamp: Stamp, sha256: str) -> None:
        """To be remembered: in groups, because each time waits for the disk.

        What a crash keeps from being remembered is delivered again, and is the same capture.
        """
        seen = SeenFile(plain(path), stamp.size, stamp.modified_ns, sha256)
        self._to_remember[seen.path] = seen
        self._settling.done(path)
        if len(self._to_remember) >= REMEMBERED_TOGETHER:
            self._remember()

    def _remember(self) -> None:
        if not self._to_remember:
            return
        self._remember_durably(tuple(self._to_remember.values()))
        if self._ledger is not None:
            self._ledger.update(self._to_remember)
        self._to_remember = {}

    def _capture(self, path: str, content: bytes) -> Capture:
        return Capture(
            name=plain(_name(path)),
            source=self.settings.name,
            received_at=self._clock(),
            content=content,
            driver=self.settings.driver,
            timezone=self.settings.timezone,
            simulated=self.settings.simulated,
            locale=self.settings.locale,
        )

    def _shown(self, path: str) -> str:
        return plain(os.path.relpath(path, self._folder))


def _name(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119


def _same(known: SeenFile, entry: os.DirEntry[str]) -> bool:
    try:
        stat = entry.stat()
    except OSError:
        return False
    return known.modified_ns == stat.st_mtime_ns and known.size == stat.st_size


def _why(stamp: Stamp, needed: float) -> str:
    if stamp.size == 0:
        return f"it is empty; it is taken as it is after {needed:g} s"
    return f"it may still be written to; it is taken after {needed:g} s without a change"


def _away(folder: str, error: OSError) -> str:
    return (
        f"folder {plain(folder)} cannot be read: {error.strerror or error}. Check that it exists, "
        f"that the share is connected and that the service's account may list it"
    )

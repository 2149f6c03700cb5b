"""A watched folder: what has settled in it is taken, once.

One scan is the whole truth: the folder's listing is compared with the ledger of what was taken
before, so nothing is lost by a restart, a lost event or a share that was away. Between two scans
there are brief looks (``glance``). Files are only ever read.
"""

from __future__ import annotations

import hashlib
import os
import typing
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from labsvc.capture import reading
from labsvc.capture.foldersettings import FolderSettings
from labsvc.capture.glance import Glance
from labsvc.capture.gone import FIRST_SECONDS, FORGOTTEN_AFTER, REPEATED_SECONDS, gone
from labsvc.capture.grouping import Group, group_of
from labsvc.capture.handover import Handover
from labsvc.capture.ledger import Ledger
from labsvc.capture.listing import matcher, name_of, plain
from labsvc.capture.readiness import EARLY_LOOK_BYTES, Readiness, waits
from labsvc.capture.reading import NotYet
from labsvc.capture.settle import Settling, Stamp
from labsvc.capture.tally import ScanReport, Tally
from labsvc.capture.watch import FolderWatch
from labsvc.errors import CaptureError, SourceError
from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile

__all__ = ["FolderSettings", "FolderSource", "FolderWatch", "ScanReport"]

# How soon to look again at a file that another program keeps locked.
BUSY_SECONDS: Final = 2.0


class Taken(typing.Protocol):
    """The files of one folder that were taken, as the database keeps them."""

    def all(self) -> Iterable[SeenFile]:
        """Every one of them."""

    def of(self, path: str) -> SeenFile | None:
        """The one of this path (as ``plain`` spells it); None: none was taken."""

    def remember(self, files: Sequence[SeenFile]) -> None:
        """Durably, and all of them or none."""

    def forget(self, paths: Sequence[str]) -> None:
        """These are in the folder no more."""


class FolderSource:
    """Takes what settles in one folder.

    ``taken`` is read once, when the folder is first looked at; ``deliver`` must have made the
    captures durable when it returns: only then are the files remembered, with others of the same
    scan in one go. ``refuse`` is told of a file too large to be read. ``is_whole`` says of a name
    and content whether the end mark is there; ``growing`` is shown a file without it. ``join``
    keeps, as durably as ``deliver``, a file that makes a run only together with others. ``goes_on``
    says of the count in a file of this name whether planned positions are still to come,
    ``unfinished`` of a name and content why it is plainly not whole.
    """

    def __init__(
        self,
        settings: FolderSettings,
        *,
        taken: Taken,
        deliver: Callable[[Sequence[Capture]], None],
        refuse: Callable[[str, CaptureError], None],
        is_whole: Callable[[str, bytes], bool],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        growing: Callable[[Capture], None] | None = None,
        join: Callable[[Group, Capture], None] | None = None,
        goes_on: Callable[[str], bool | None] = lambda name: None,
        unfinished: Callable[[str, bytes], str | None] = lambda name, content: None,
    ) -> None:
        self.settings = settings
        self._join = join
        self._growing = growing
        self.folder = os.path.abspath(settings.path)  # noqa: PTH100 - keeps what is a link a link
        self._taken = taken
        self._refuse = refuse
        self._is_whole = is_whole
        self._clock = clock
        self._monotonic = monotonic
        self._ledger = Ledger()
        self._glance = Glance(
            self.folder,
            self._ledger,
            wanted=matcher(settings.patterns),
            junk=matcher(settings.ignore),
            recursive=settings.recursive,
            monotonic=monotonic,
        )
        self._loaded = False
        self._handover = Handover(deliver, taken.remember, self._delivered, self._remembered)
        self._settling = Settling()
        self._readiness = Readiness(
            settings, self._settling, goes_on=goes_on, unfinished=unfinished, clock=clock
        )
        self._grown: set[str] = set()
        """Files that wait and were taken before, as far as they had come."""
        self._forgetting_due = monotonic() + FIRST_SECONDS
        self.in_view = 0
        """How many new files the scan that goes on has seen and not looked at yet."""
        self.unreadable: tuple[str, ...] = ()
        """What could not be read at the last scan."""

    @property
    def place(self) -> tuple[int, int] | None:
        """Which folder it was that was last looked at: a share may be mounted over it."""
        return self._glance.place

    def rely(self, on_its_time: bool) -> None:
        """Whether the time of the folder changes at once with the names in it."""
        self._glance.relied = on_its_time

    def look(self, told: Iterable[str] = (), *, names: bool = True) -> ScanReport:
        """A scan when one is due; else only what can have changed, and the paths ``told``.

        Without ``names`` nothing is listed but in a small folder. Raises as ``scan`` does.
        """
        if not self._loaded or (self._glance.due and (names or self._glance.small)):
            return self.scan()
        paths = [*told, *self._settling.waiting]
        return self._take_from(lambda closed: self._glance.briefly(paths, closed, names=names))

    def scan(self) -> ScanReport:
        """Look at the whole folder once and take what is ready.

        Raises SourceError when the folder cannot be listed, and whatever ``deliver`` or
        ``taken`` raises: what was not delivered and remembered is found again next time.
        """
        if not self._loaded:
            for one in self._taken.all():
                self._ledger.note(one.path, Stamp(one.size, one.modified_ns))
            self._loaded = True
        report = self._take_from(self._glance.everything)
        self.unreadable = report.unreadable
        self._forget_what_is_gone()
        return report

    def _take_from(self, listed: Callable[[list[str]], set[str]]) -> ScanReport:
        tally, closed = Tally(), list[str]()
        try:
            changed = listed(closed)
        except OSError as error:
            self._glance.start_anew()
            raise SourceError(_away(self.folder, error)) from error
        tally.unreadable.extend(self._shown(path) for path in closed)
        self._settling.keep_only(changed)
        self._grown &= changed
        self.in_view = len(changed)
        try:
            for path in sorted(changed):
                self._look(path, tally)
                self.in_view -= 1
        finally:
            self.in_view = 0
            self._handover.finish()
        return tally.report()

    def _forget_what_is_gone(self) -> None:
        """Once a day. A folder that has nothing we know may be a share that is not mounted."""
        now = self._monotonic()
        if now < self._forgetting_due or not self._glance.met:
            return
        self._forgetting_due = now + REPEATED_SECONDS
        oldest = self._clock() - FORGOTTEN_AFTER
        for paths in gone(self._taken.all(), oldest):
            self._taken.forget(paths)
            for path in paths:
                self._ledger.drop(path)

    def _look(self, path: str, tally: Tally) -> None:
        try:
            # Asked afresh: a listing on Windows may lag behind a file that is being written.
            self._weigh(path, reading.stamp(path), tally)
        except FileNotFoundError:
            self._settling.done(path)
        except NotYet as error:
            tally.unreadable.append(self._shown(path))
            tally.wait(self._shown(path), str(error), BUSY_SECONDS)

    def _weigh(self, path: str, stamp: Stamp, tally: Tally) -> None:
        if self._ledger.same(path, stamp.size, stamp.modified_ns):
            return
        new = not self._settling.waits(path)
        rested = self._settling.rested(path, stamp, self._monotonic())
        if new:
            self._learn(path, stamp)
        needed = self._readiness.needed(path, stamp, grown=path in self._grown)
        if rested >= needed:
            self._rests(path, stamp, tally, rested)
        elif (whole := self._ended(path, stamp)) is not None:
            self._take(path, stamp, tally, whole)
        else:
            tally.wait(self._shown(path), waits(stamp, needed), needed - rested)

    def _learn(self, path: str, stamp: Stamp) -> None:
        """A file that was taken and has grown since: its writer paused for as long as that."""
        known = self._taken.of(plain(path)) if self._ledger.knows(path) else None
        if known is None or not 0 < known.size < stamp.size <= EARLY_LOOK_BYTES:
            return
        content = reading.content(path, stamp)
        if content and hashlib.sha256(content[: known.size]).hexdigest() == known.sha256:
            self._settling.learn(path, (stamp.modified_ns - known.modified_ns) / 1e9)
            self._grown.add(path)

    def _ended(self, path: str, stamp: Stamp) -> bytes | None:
        """The content, where it shows its own end mark; looked at once for each stamp."""
        if not 0 < stamp.size <= min(EARLY_LOOK_BYTES, self.settings.max_bytes):
            return None
        if not self._settling.first_look(path):
            return None
        content = reading.content(path, stamp)
        if content is None or self._is_whole(name_of(path), content):
            return content
        if self._growing is not None and self._group(path) is None:
            self._growing(self._capture(path, content))
        return None

    def _rests(self, path: str, stamp: Stamp, tally: Tally, rested: float) -> None:
        """A file that has not changed for as long as it must rest is taken as it is."""
        if stamp.size > self.settings.max_bytes:
            self._turn_away(path, stamp)
            return
        content = reading.content(path, stamp)
        if content is None:
            tally.wait(self._shown(path), "it changed while it was read", BUSY_SECONDS)
            return
        why, needed = self._readiness.unready(path, stamp, content)
        if rested < needed:
            tally.wait(self._shown(path), f"{why}; it is taken as it is after {needed:g} s",
                       needed - rested)  # fmt: skip
            return
        self._take(path, stamp, tally, content)

    def _take(self, path: str, stamp: Stamp, tally: Tally, content: bytes) -> None:
        capture = self._capture(path, content)
        known = self._taken.of(plain(path)) if self._ledger.knows(path) else None
        # A virus scanner or a file share may touch the time alone: the same bytes are no new run.
        if known is None or known.sha256 != capture.sha256:
            tally.taken.append(self._shown(path))
            group = self._group(path)
            if group is None or self._join is None:
                self._note(path, stamp, capture.sha256, capture)
                return
            self._join(group, capture)
        self._note(path, stamp, capture.sha256)

    def _turn_away(self, path: str, stamp: Stamp) -> None:
        limit = self.settings.max_bytes
        name = plain(name_of(path))
        self._refuse(
            name,
            CaptureError(
                f"'{name}' in {self.folder} has {stamp.size:,} bytes, more than the "
                f"{limit:,} that a report may have; it was not read. Take it out of the "
                f"folder, or raise max_bytes of source '{self.settings.name}'"
            ),
        )
        self._note(path, stamp, "")

    def _note(self, path: str, stamp: Stamp, sha256: str, capture: Capture | None = None) -> None:
        """To be remembered, and first delivered where there is a ``capture``."""
        seen = SeenFile(plain(path), stamp.size, stamp.modified_ns, sha256)
        self._handover.add(path, seen, capture)

    def _delivered(self, path: str) -> None:
        self._settling.done(path)
        self._grown.discard(path)

    def _remembered(self, path: str, seen: SeenFile) -> None:
        self._ledger.note(path, Stamp(seen.size, seen.modified_ns))
        self._glance.took(path)

    def _capture(self, path: str, content: bytes) -> Capture:
        return self.settings.capture(name_of(path), content, self._clock())

    def _group(self, path: str) -> Group | None:
        return group_of(path, self.folder, self.settings.joined)

    def _shown(self, path: str) -> str:
        return plain(os.path.relpath(path, self.folder))


def _away(folder: str, error: OSError) -> str:
    return (
        f"folder {plain(folder)} cannot be read: {error.strerror or error}. Check that it exists, "
        f"that the share is connected and that the service's account may list it"
    )
